package mockprovider

import "net/http"

type logoutView struct {
	Action, Interaction, User string
}

// pageLogout asks whether the user wants to log out.
func (p *Provider) pageLogout(w http.ResponseWriter, r *http.Request, session *sessionRecord) {
	view := logoutView{
		Action: p.issuer.Path + "/logout", Interaction: logoutToken(p.browser(w, r, "logout")), User: p.user(session.User).displayName(),
	}
	p.render(w, http.StatusOK, "logout", "Log out", nil, view)
}

type loggedOutView struct{ Told []notice }

func (p *Provider) pageLoggedOut(w http.ResponseWriter, told []notice) {
	p.render(w, http.StatusOK, "logged_out", "You are logged out", nil, loggedOutView{told})
}

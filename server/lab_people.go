package main

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/web"
)

// labPeople is GET /lab/people: users and clients. A query names whom to edit.
func (s *server) labPeople(c *gin.Context) error {
	l := s.labOf(c)
	v := web.LabPeople{LabControl: s.control(c, l)}
	if u := l.Registry().User(c.Query("user")); u != nil {
		email, _ := u.Claims["email"].(string)
		v.User = web.LabUserForm{ID: u.ID, Username: u.Username, Name: u.Name, Email: email, Known: true}
	}
	if cl := l.Registry().Client(c.Query("client")); cl != nil && !lab.OfTheCast(cl.ID) {
		v.Client = web.LabClientForm{
			ID: cl.ID, Name: cl.Name, RedirectURIs: strings.Join(cl.RedirectURIs, "\n"), Scope: strings.Join(cl.Scopes, " "),
			Method: cl.TokenEndpointAuthMethod, Grants: strings.Join(cl.GrantTypes, " "), Opaque: cl.OpaqueTokens, Native: cl.Native, Known: true,
		}
	}
	return s.peoplePage(c, l, v)
}

func (s *server) peoplePage(c *gin.Context, l *lab.Lab, v web.LabPeople) error {
	v.Users, v.Clients = labUsers(l), labClients(l)
	v.Client.Methods = []string{"none", "client_secret_basic", "client_secret_post", "client_secret_jwt"}
	if m := v.Client.Method; m != "" && !slices.Contains(v.Client.Methods, m) {
		v.Client.Methods = append(v.Client.Methods, m)
	}
	return s.page(c, http.StatusOK, "labpeople", web.Page{
		Title: "People and clients", Description: "Who can log in at AcmeID, and which apps may ask it for something.", Nav: "lab", Mark: labName(l), Data: v,
	})
}

// labUserForm is POST /lab/users.
func (s *server) labUserForm(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	if form("act") == "remove" {
		if err := l.RemoveUser(form("id")); err != nil {
			return asRefusal(err)
		}
		return s.redirect(c, "/lab/people?done=removed#people")
	}
	f := web.LabUserForm{ID: form("id"), Username: form("username"), Name: form("name"), Email: form("email")}
	doc := apiUser{ID: f.ID, Username: f.Username, Password: form("password"), Name: f.Name, Claims: map[string]any{}}
	old := l.Registry().User(f.ID)
	if old != nil { // the form has but a part of what there is
		f.Known = true
		maps.Copy(doc.Claims, old.Claims)
		delete(doc.Claims, "name")
	}
	if f.Email != "" {
		doc.Claims["email"], doc.Claims["email_verified"] = f.Email, true
	}
	u, err := doc.user()
	if err == nil {
		err = l.PutUser(u)
	}
	if err != nil {
		return s.peopleProblem(c, l, err, web.LabPeople{User: f})
	}
	return s.redirect(c, "/lab/people?done=saved#people")
}

// labClientForm is POST /lab/clients. A secret that is made stands on the answer's
// page alone.
func (s *server) labClientForm(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	if form("act") == "remove" {
		if err := l.RemoveClient(form("id")); err != nil {
			return asRefusal(err)
		}
		return s.redirect(c, "/lab/people?done=removed#clients")
	}
	if form("act") == "confirm" {
		if err := l.ConfirmClient(form("id")); err != nil {
			return asRefusal(err)
		}
		return s.redirect(c, "/lab/people?done=confirmed#clients")
	}
	f := web.LabClientForm{
		ID: form("id"), Name: form("name"), RedirectURIs: form("uris"), Scope: form("scope"), Method: form("method"), Grants: form("grants"),
		Opaque: form("opaque") == "yes", Native: form("native") == "yes",
	}
	f.Known = l.Registry().Client(f.ID) != nil
	client, err := clientOf(l, f)
	secret := ""
	if err == nil {
		secret, err = l.PutClient(client)
	}
	switch {
	case err != nil:
		return s.peopleProblem(c, l, err, web.LabPeople{Client: f})
	case secret != "":
		return s.peoplePage(c, l, web.LabPeople{LabControl: s.control(c, l), Secret: secret, SecretOf: f.ID})
	}
	return s.redirect(c, "/lab/people?done=saved#clients")
}

// clientOf is the client of the form, over the one that is registered: the form
// has but a part of what there is.
func clientOf(l *lab.Lab, f web.LabClientForm) (mockprovider.Client, error) {
	doc := apiClient{}
	if old := l.Registry().Client(f.ID); old != nil {
		doc = asClient(old, false)
	}
	doc.ClientID, doc.ClientName, doc.RedirectURIs, doc.Scope = f.ID, f.Name, strings.Fields(f.RedirectURIs), f.Scope
	doc.TokenEndpointAuthMethod, doc.GrantTypes, doc.OpaqueTokens = f.Method, strings.Fields(f.Grants), f.Opaque
	doc.ApplicationType = "web"
	if f.Native {
		doc.ApplicationType = "native"
	}
	return doc.client(everyScope(l))
}

// peopleProblem shows the page with what is wrong, and the form as it was.
func (s *server) peopleProblem(c *gin.Context, l *lab.Lab, err error, v web.LabPeople) error {
	p := asProblem(asRefusal(err))
	if p.Status >= http.StatusInternalServerError {
		return err
	}
	v.LabControl = s.control(c, l)
	v.Problem, v.Fix = p.Title, p.Fix
	return s.peoplePage(c, l, v)
}

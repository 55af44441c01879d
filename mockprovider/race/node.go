package race

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// The cookies of the application.
const (
	sessionCookie = "session"
	refreshCookie = "refresh"
)

// A node is one instance of CoachBoard.
type node struct {
	kind   Kind
	people *people
	store  *store
	key    []byte
	random io.Reader
	meter  *meter
	// now is this instance's clock. The store has one of its own.
	now func() time.Time
}

func (n *node) sessions() sessions {
	if n.kind == Opaque {
		return opaque{n}
	}
	return signed{n}
}

// ServeHTTP is the application, the same for all designs.
func (n *node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "POST /session/login":
		n.login(w, r)
	case "POST /session/renew":
		n.renew(w, r)
	case "POST /session/logout":
		n.logout(w, r)
	case "GET /board", "GET /coaches", "POST /email":
		n.use(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// login begins a session. Who the person is was found out before: this is what
// comes after a login by OpenID Connect, or by a password.
func (n *node) login(w http.ResponseWriter, r *http.Request) {
	user := r.FormValue("user")
	who, ok := n.people.get(user)
	if !ok || who.banned {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	refresh := ""
	if n.kind.renews() {
		id, err := value(n.random)
		if err = errors.Join(err, n.store.put(id, row{user: user, expires: n.store.now().Add(sessionLife)})); err != nil {
			refuse(w, err)
			return
		}
		refresh = id
	}
	n.give(w, user, who.role, refresh)
}

// give hands the credential out: as a cookie, or to the script that asked.
func (n *node) give(w http.ResponseWriter, user, role, refresh string) {
	credential, err := n.sessions().start(user, role)
	if err != nil {
		refuse(w, err)
		return
	}
	if n.kind.scripted() {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"token": credential}) // a client that went away
		return
	}
	// SameSite is left out on purpose: one event shows what a foreign page can do
	// then, and what it can do with it.
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: credential, Path: "/", HttpOnly: true})
	if refresh != "" {
		http.SetCookie(w, &http.Cookie{Name: refreshCookie, Value: refresh, Path: "/session", HttpOnly: true})
	}
}

// renew gives the next short JWT for a refresh token, with the role of today.
func (n *node) renew(w http.ResponseWriter, r *http.Request) {
	c, err := r.Cookie(refreshCookie)
	if err != nil {
		refuse(w, errNoSession)
		return
	}
	kept, ok, err := n.store.get(c.Value)
	who, known := n.people.get(kept.user)
	if err != nil || !ok || !known || who.banned {
		refuse(w, errors.Join(err, errIf(err == nil)))
		return
	}
	n.give(w, kept.user, who.role, "")
}

func (n *node) logout(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(refreshCookie); err == nil {
		if err := n.store.remove(c.Value); err != nil {
			refuse(w, err)
			return
		}
	}
	if err := n.sessions().end(n.credential(r)); err != nil {
		refuse(w, err)
	}
}

// use answers what needs a session.
func (n *node) use(w http.ResponseWriter, r *http.Request) {
	var user, role string
	var err error
	n.meter.time(func() { user, role, err = n.sessions().find(n.credential(r)) })
	switch {
	case err != nil:
		refuse(w, err)
	case r.URL.Path == "/coaches" && role != roleCoach:
		w.WriteHeader(http.StatusForbidden)
	case r.URL.Path == "/email":
		n.people.change(user, func(p *person) { p.email = r.FormValue("email") })
	default:
		_, _ = io.WriteString(w, user) // a client that went away
	}
}

// credential is what the request shows.
func (n *node) credential(r *http.Request) string {
	if n.kind.scripted() {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		return token
	}
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

func refuse(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, errDown):
		w.WriteHeader(http.StatusServiceUnavailable)
	case errors.Is(err, errNoSession):
		w.WriteHeader(http.StatusUnauthorized)
	default:
		w.WriteHeader(http.StatusInternalServerError)
	}
}

package lab

import (
	"context"
	"net/http"
	"strings"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// The session cookie of Courses: for every host of the domain, or for its own alone.
const (
	courseCookie   = "learn_session"
	hostOnlyCookie = "__Host-" + courseCookie
)

// sessionCookie is the cookie for a session at Courses. Off, it is one that Quiz
// gets as well: somebody wanted one login for both.
func (l *Lab) sessionCookie(id string) http.Cookie {
	c := http.Cookie{Name: hostOnlyCookie, Value: id, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if l.mode().InsecureOff["cookie_host_only"] {
		c.Name, c.Domain = courseCookie, schoolDomain
	}
	return c
}

// A pupil is the state of one message to Courses.
type pupil struct {
	ctx                context.Context //nolint:containedctx // the state of one message, gone with it
	lab                *Lab
	username, password string
	session            string // the value of the cookie that came
	user               *User
	cookie             http.Cookie // that goes out after a login
}

func (l *Lab) sessionKeyAtCourses(id string) string { return "courses:" + id }

// pupilLoginChecks are what Courses tests before it starts a session, and what it
// makes sure of for the cookie.
func pupilLoginChecks() []playground.Check[pupil] {
	return []playground.Check[pupil]{
		{
			Rule: playground.Rule{ID: "pupil_password", Title: "Name and password belong together", Spec: rfc("9110", "15.5.4"), Level: playground.Must},
			Test: func(p *pupil) playground.Outcome {
				for _, u := range Users() {
					if u.Username == p.username && u.Password == p.password {
						p.user = &u
						return playground.Pass()
					}
				}
				return playground.Fail("the password of "+orNone(p.username), "another one", "In the story each password is the name.")
			},
		},
		{
			Rule: playground.Rule{
				ID: "cookie_host_only", Title: "The session cookie is for this host alone", Spec: rfc("6265", "4.1.2.3"),
				Level: playground.Choice, Switchable: true,
			},
			Test: func(p *pupil) playground.Outcome {
				if p.cookie.Domain == "" && strings.HasPrefix(p.cookie.Name, "__Host-") {
					return playground.Pass()
				}
				o := playground.Fail("no Domain, and a name that begins with __Host-", "Domain="+p.cookie.Domain, "Leave Domain out. Where other sites of the school have a login, too, let each have its own session.")
				o.Why = "With Domain the browser sends the cookie to every host below it, whoever runs that, and every one of them can write it. RFC 6265 explains Domain; the prefix __Host- is newer: the draft of its successor has it, and browsers keep to it."
				return o
			},
		},
	}
}

// pupilChecks are what Courses tests before it shows somebody's results.
func pupilChecks() []playground.Check[pupil] {
	return []playground.Check[pupil]{{
		Rule: playground.Rule{ID: "pupil_session", Title: "The cookie names a session", Spec: rfc("6265", "8.4"), Level: playground.Must},
		Test: func(p *pupil) playground.Outcome {
			id, err := p.lab.pupilOf(p.ctx, p.session)
			if err != nil {
				return playground.Broken(err)
			}
			for _, u := range Users() {
				if u.ID == id {
					p.user = &u
					return playground.Pass()
				}
			}
			return playground.Fail("a session", "none", "Sign in.")
		},
	}}
}

// pupilOf is who has a session, empty if nobody has.
func (l *Lab) pupilOf(ctx context.Context, session string) (string, error) {
	if session == "" || len(session) > 100 {
		return "", nil
	}
	raw, err := l.store.Get(ctx, l.sessionKeyAtCourses(session))
	if isNotFound(err) {
		return "", nil
	}
	return string(raw), err
}

// courses is the site for courses.
func (l *Lab) courses(w http.ResponseWriter, r *http.Request) {
	secureHeaders(w.Header())
	p := &pupil{ctx: r.Context(), lab: l}
	path := strings.TrimPrefix(r.URL.Path, "/app/"+l.id+"/"+Courses)
	switch {
	case path == "/login" && r.Method == http.MethodPost:
		l.signPupilIn(w, r, p)
	case path == "/" && r.Method == http.MethodGet:
		if c, err := r.Cookie(l.sessionCookie("").Name); err == nil {
			p.session = c.Value
		}
		rows, refused, err := playground.Run(l.mode(), p, pupilChecks())
		trace.Report(p.ctx, rows)
		switch {
		case err != nil:
			showSchool(w, http.StatusServiceUnavailable, "Try again", "")
		case refused != nil:
			showSchool(w, http.StatusForbidden, "Sign in to your courses", signInForm)
		default:
			showSchool(w, http.StatusOK, "Your courses", "<p>You are <strong>"+p.user.Name+"</strong>. Algebra: 14 of 20. History: repeat in spring.</p>")
		}
	default:
		http.NotFound(w, r)
	}
}

func (l *Lab) signPupilIn(w http.ResponseWriter, r *http.Request, p *pupil) {
	p.username, p.password = r.PostFormValue("username"), r.PostFormValue("password")
	id := l.value(p.ctx, "courses_session", 16)
	p.cookie = l.sessionCookie(id)
	rows, refused, err := playground.Run(l.mode(), p, pupilLoginChecks())
	trace.Report(p.ctx, rows)
	if err == nil && refused == nil {
		err = l.store.Put(p.ctx, l.sessionKeyAtCourses(id), []byte(p.user.ID), sessionTTL)
	}
	switch {
	case err != nil:
		showSchool(w, http.StatusServiceUnavailable, "Try again", "")
	case refused != nil:
		showSchool(w, http.StatusForbidden, "That is not the password", signInForm)
	default:
		http.SetCookie(w, &p.cookie)
		w.Header().Set("Location", l.SchoolURL(Courses))
		w.WriteHeader(http.StatusSeeOther)
	}
}

// quiz asks an old question. What the browser sends along is in Mallory's log.
func quiz(w http.ResponseWriter, _ *http.Request) {
	secureHeaders(w.Header())
	showSchool(w, http.StatusOK, "Quiz of the week", question)
}

// showSchool is a page of the school's. What is in it is text of ours.
func showSchool(w http.ResponseWriter, status int, title, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>` +
		title + `</title><main><h1>` + title + `</h1>` + body + `</main></html>`)) // the browser may be gone
}

const (
	signInForm = `<form method="post" action="login"><p><label>Name <input name="username" autocomplete="off" required></label></p>` +
		`<p><label>Password <input name="password" type="password" autocomplete="off" required></label></p><button>Sign in</button></form>`
	question = `<p>How many continents are there? Five, six or seven?</p>`
)

package walkthrough

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// crossSubdomainCookie is the attack cross-subdomain-cookie: the session cookie of
// one host goes to its sibling, which is Mallory's (RFC 6265 §4.1.2.3).
func crossSubdomainCookie() *script {
	site := func(w *Walk, name string) string { return w.run.Lab().SchoolURL(name) }
	course := func(w *Walk) (*Draft, error) { return get(site(w, lab.Courses)) }
	quiz := schoolVisit("quiz", "course", "/quiz/", func(_ context.Context, w *Walk) (*Draft, error) {
		return get(site(w, lab.Quiz))
	}, func(w *Walk, e *trace.Entry) bool { return accepted(w, e) && sessionIn(e) != "" })
	return &script{
		memory: func(w *Walk, name string) string {
			if e := w.current("quiz"); name == "session" && e != nil {
				_, value, _ := strings.Cut(sessionIn(e), "=")
				return value
			}
			return ""
		},
		actions: map[string]*action{
			"login": schoolVisit("login", "", "/courses/login", func(_ context.Context, w *Walk) (*Draft, error) {
				d, err := get(site(w, lab.Courses) + "login")
				if err == nil {
					d.Method, d.Body = http.MethodPost, url.Values{"username": {"alice"}, "password": {"alice"}}.Encode()
					d.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				}
				return d, err
			}, redirects),
			"cookie": {of: "login", half: HalfResponse},
			"course": schoolVisit("course", "login", "/courses/", needsEntry("login", "Alice has not signed in yet", course), accepted),
			"quiz":   quiz,
			"loot":   {of: "quiz", half: HalfMemory},
			"replay": mallorySends("replay", "quiz", "/courses/", needsEntry("quiz", "Mallory has no cookie yet", func(w *Walk) (*Draft, error) {
				d, err := course(w)
				if err == nil {
					d.Header.Set("Cookie", sessionIn(w.current("quiz")))
				}
				return d, err
			})),
			"page": {of: "replay", half: HalfResponse},
		},
	}
}

// schoolVisit is a message of Alice's browser to one of the school's hosts. The lab
// sends it in the browser's stead: the run is known by a cookie that those hosts
// do not get.
func schoolVisit(id, after, path string, preview func(context.Context, *Walk) (*Draft, error), good func(*Walk, *trace.Entry) bool) *action {
	return &action{
		half: HalfRequest, after: after, owns: during(id, path), good: good, preview: preview, stead: true,
		back: func(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
			d, err := preview(ctx, w)
			if edited != nil {
				d, err = draftOf(edited)
			}
			if err != nil {
				return nil, err
			}
			var form url.Values
			if d.inBody() {
				if form, err = url.ParseQuery(d.Body); err != nil {
					return nil, err
				}
			}
			return w.run.Browse(ctx, d.Method, d.URL.String(), form)
		},
	}
}

// needsEntry is preview once a step has led on; lacks is what is missing before, as
// a clause.
func needsEntry(step, lacks string, preview func(*Walk) (*Draft, error)) func(context.Context, *Walk) (*Draft, error) {
	return func(_ context.Context, w *Walk) (*Draft, error) {
		if e := w.current(step); e == nil || !w.script.actions[step].good(w, e) {
			return nil, notYet{w.number(step), lacks}
		}
		return preview(w)
	}
}

// sessionIn is the session cookie of Courses in a request, with its name.
func sessionIn(e *trace.Entry) string {
	r := http.Request{Header: e.Request.Header}
	for _, c := range r.Cookies() {
		if strings.HasSuffix(c.Name, "learn_session") {
			return c.Name + "=" + c.Value
		}
	}
	return ""
}

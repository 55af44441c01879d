package walkthrough

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// An ownLogin puts what an own app sends for a login, a refresh and a call into
// the lab's log, as the recorder does.
func ownLogin(l *lab.Lab, id string) {
	app := trace.Party{Role: trace.RoleOwnApp, ID: id, Name: id}
	browser := trace.Party{Role: trace.RoleBrowser, ID: "browser", Name: "the browser"}
	api := trace.Party{Role: trace.RoleOutside, ID: "outside", Name: "outside"}
	callback := "http://localhost:3000/callback"
	form := func(v url.Values) trace.Message {
		return trace.Message{Method: http.MethodPost, Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte(v.Encode())}
	}
	add := func(from, to trace.Party, address string, m trace.Message, status int, location, body string) {
		if m.Method == "" {
			m.Method = http.MethodGet
		}
		if m.Header == nil {
			m.Header = http.Header{}
		}
		m.URL = address
		answer := trace.Message{Status: status, Header: http.Header{}, Body: []byte(body)}
		if location != "" {
			answer.Header.Set("Location", location)
		}
		l.Log().Append(&trace.Entry{At: l.Now(), From: from, To: to, Channel: trace.Front, Request: m, Response: answer})
	}
	as := lab.AcmeID()
	add(app, as, l.Issuer()+"/authorize?response_type=code&code_challenge=ch&code_challenge_method=S256&state=st&client_id="+id+"&redirect_uri="+url.QueryEscape(callback), trace.Message{},
		http.StatusSeeOther, l.Issuer()+"/login?interaction=i-12345678-"+id, "")
	add(browser, as, l.Issuer()+"/login", form(url.Values{"interaction": {"i-12345678-" + id}, "username": {"alice"}}), http.StatusSeeOther, l.Issuer()+"/consent?interaction=i-12345678-"+id, "")
	add(browser, as, l.Issuer()+"/consent", form(url.Values{"interaction": {"i-12345678-" + id}}), http.StatusSeeOther, callback+"?code=c-"+id+"&state=st", "")
	add(app, as, l.Issuer()+"/token", form(url.Values{"grant_type": {"authorization_code"}, "code": {"c-" + id}, "code_verifier": {"v"}}), http.StatusOK, "", `{"access_token":"at-`+id+`","refresh_token":"rt-`+id+`"}`)
	add(api, lab.StepCloudParty(), l.Origin()+"/rs/main/stepcloud/v1/steps", trace.Message{Header: http.Header{"Authorization": {"Bearer at-" + id}}}, http.StatusOK, "", `{"steps":[]}`)
	add(app, as, l.Issuer()+"/token", form(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"rt-" + id}}), http.StatusOK, "", `{"access_token":"at2-`+id+`"}`)
}

func watchOf(t *testing.T, l *lab.Lab, flow, client string, since int64) *Walk {
	t.Helper()
	f, err := Load(flow)
	if err != nil {
		t.Fatal(err)
	}
	return NewWalks(f).Watch(l, f.Variants()[0], client, since)
}

// The messages of an own app fill the steps at which a party of the lab takes
// part, and no others.
func TestWatchFillsSteps(t *testing.T) {
	l := newLab(t)
	ownLogin(l, "my-app")
	w := watchOf(t, l, codePKCE, "my-app", 0)
	for _, s := range w.Steps() {
		hidden := slices.Contains([]string{"connect", "secrets", "redirect", "callback", "callback-check", "page"}, s.ID)
		if w.Hidden(s.ID) != hidden {
			t.Errorf("%s: hidden is %v", s.ID, w.Hidden(s.ID))
		}
		if got := w.StateOf(s.ID); hidden != (got == StateTodo) {
			t.Errorf("%s is %s", s.ID, got)
		}
	}
	if n := len(w.Steps()); w.Position() != n+1 {
		t.Errorf("at step %d of %d", w.Position(), n)
	}
	for name, want := range map[string]string{"state": "st", "code": "c-my-app", "code_challenge": "ch", "code_verifier": "v"} {
		if got := w.Value(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := w.Href("token-request"); got != "/flows/"+codePKCE+"/token-request?app=my-app" {
		t.Errorf("the page is at %s", got)
	}
	if w.Run() != nil || w.App() != "my-app" || len(w.Seen()) != 6 {
		t.Errorf("run %v, app %q, %d messages", w.Run(), w.App(), len(w.Seen()))
	}
}

// Where steps are told by the step that is under way, an own app's are told
// otherwise.
func TestWatchRefresh(t *testing.T) {
	l := newLab(t)
	ownLogin(l, "my-app")
	w := watchOf(t, l, "refresh-token-rotation", "my-app", 0)
	for step, want := range map[string]State{"connected": StateDone, "api-expired": StateFailed, "refresh-request": StateDone, "theft-request": StateTodo} {
		if got := w.StateOf(step); got != want {
			t.Errorf("%s is %s, want %s", step, got, want)
		}
	}
}

// Each app's messages are its own, and those before the beginning do not count.
func TestWatchKeepsApart(t *testing.T) {
	l := newLab(t)
	ownLogin(l, "my-app")
	middle := l.Log().Last()
	ownLogin(l, "my-other-app")
	for _, x := range []struct {
		client string
		since  int64
		code   string
		tries  int
	}{
		{"my-app", 0, "c-my-app", 1},
		{"my-app", middle, "", 0},
		{"my-other-app", 0, "c-my-other-app", 1},
		{AnyApp, 0, "c-my-other-app", 2},
		{AnyApp, middle, "c-my-other-app", 1},
		{"no-such-app", 0, "", 0},
	} {
		w := watchOf(t, l, codePKCE, x.client, x.since)
		if got := w.Value("code"); got != x.code || len(w.Attempts("consent")) != x.tries {
			t.Errorf("%s since %d: code %q, %d attempts", x.client, x.since, got, len(w.Attempts("consent")))
		}
	}
}

// The cast's own runs are no own app.
func TestWatchSeesNoCast(t *testing.T) {
	l := newLab(t)
	f, err := Load(codePKCE)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := startIn(t, l, f.Variants()[0]).Do(t.Context(), "page"); err != nil {
		t.Fatal(err)
	}
	if got := NewWalks(f).Watch(l, f.Variants()[0], AnyApp, 0).Seen(); len(got) != 0 {
		t.Errorf("%d messages of the cast are taken for an own app’s", len(got))
	}
}

// A watched walk of each flow can be read at each step, before and after
// something came, and refuses whatever would send.
func TestWatchOnlyReads(t *testing.T) {
	l := newLab(t)
	for range 2 {
		for _, f := range allFlows(t) {
			for _, v := range f.Variants() {
				w := NewWalks(f).Watch(l, v, AnyApp, 0)
				for _, s := range v.Steps() {
					readAll(w, s.ID)
					if _, _, err := w.Preview(t.Context(), s.ID); w.Sends(s.ID) && !errors.Is(err, ErrWatched) {
						t.Errorf("%s/%s has a preview", f.ID, s.ID)
					}
					if _, err := w.Do(t.Context(), s.ID); err == nil && w.Position() <= s.N {
						t.Errorf("%s/%s could be done", f.ID, s.ID)
					}
					for _, x := range s.Wrong {
						if err := w.Break(t.Context(), s.ID, x.Fault); !errors.Is(err, ErrWatched) {
							t.Errorf("%s/%s/%s: %v", f.ID, s.ID, x.Fault, err)
						}
					}
				}
				if _, err := w.Undo(t.Context()); !errors.Is(err, ErrNothing) {
					t.Errorf("%s: undo: %v", f.ID, err)
				}
				if err := w.Reset(t.Context()); !errors.Is(err, ErrWatched) {
					t.Errorf("%s: reset: %v", f.ID, err)
				}
			}
		}
		ownLogin(l, "my-app")
	}
}

func readAll(w *Walk, step string) {
	w.Entry(step)
	w.Passed(step)
	w.StateOf(step)
	w.Blame(step)
	w.Unlike(step)
	w.Expired(step)
	w.MovesClock(step, "")
	w.Digest()
	for _, a := range w.Attempts(step) {
		w.Restorable(a)
	}
	for _, th := range w.Variant().Threads() {
		w.Value(th.Name)
	}
}

package lab

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Many who have loaded the same session, and learned different things, lose nothing
// of it.
func TestUpdatesAtOnce(t *testing.T) {
	l := newTestLab(t)
	a, ctx := l.app(FitTrackWeb), t.Context()
	if err := a.save(ctx, "one", &Session{State: "s", Code: "spent"}); err != nil {
		t.Fatal(err)
	}
	learned := []func(*Session){
		func(s *Session) { s.User = "alice" },
		func(s *Session) { s.Tokens.AccessToken = "token" },
		func(s *Session) { s.Scope = "steps:read" },
		func(s *Session) { s.DPoPNonce = "nonce" },
		func(s *Session) { s.Steps = []Day{{"2026-03-08", 1}} },
		func(s *Session) { s.Code = "" },
	}
	var loaded, done sync.WaitGroup
	loaded.Add(len(learned))
	for _, learn := range learned {
		done.Go(func() {
			s, ok, err := a.load(ctx, "one")
			loaded.Done()
			loaded.Wait()
			if err != nil || !ok {
				t.Error(ok, err)
				return
			}
			learn(s)
			if err := a.update(ctx, "one", s); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	s, _, err := a.load(ctx, "one")
	if err != nil {
		t.Fatal(err)
	}
	if s.User == "" || s.Tokens.AccessToken == "" || s.Scope == "" || s.DPoPNonce == "" || s.Steps == nil || s.Code != "" || s.State != "s" {
		t.Errorf("something was lost: %+v", s)
	}
}

// The answer to a poll says nothing about the codes that were asked for since.
func TestUpdateLeavesAnotherConnection(t *testing.T) {
	l := newTestLab(t)
	a, ctx := l.app(FitTV), t.Context()
	if err := a.save(ctx, "tv", &Session{Device: &Device{DeviceCode: "first"}}); err != nil {
		t.Fatal(err)
	}
	s, _, err := a.load(ctx, "tv")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.save(ctx, "tv", &Session{Device: &Device{DeviceCode: "second"}}); err != nil {
		t.Fatal(err)
	}
	s.Tokens.AccessToken = "for the first"
	if err := a.update(ctx, "tv", s); err != nil {
		t.Fatal(err)
	}
	if s, _, err = a.load(ctx, "tv"); err != nil || s.Tokens.AccessToken != "" || s.Device.DeviceCode != "second" {
		t.Errorf("%+v %v", s, err)
	}
}

// Each way in which a client takes an answer keeps what it learned elsewhere while
// it waited, and what the answer says.
func TestAnswersMeetOtherChanges(t *testing.T) {
	visit := func(path string, cookies ...http.Cookie) func(*testing.T, *Lab, *Run) {
		return func(t *testing.T, l *Lab, r *Run) {
			t.Helper()
			method, path := http.MethodGet, path
			if strings.HasSuffix(path, "/poll") {
				method = http.MethodPost
			}
			req := httptest.NewRequestWithContext(t.Context(), method, l.app(r.cfg.Client).url()+strings.Replace(path, "ISS", url.QueryEscape(l.Issuer()), 1), nil)
			req.Header.Set("Accept", "text/html") // somebody opens it
			req.AddCookie(&http.Cookie{Name: RunCookie, Value: r.ID()})
			r.mu.Lock()
			r.jar = cookies
			r.mu.Unlock()
			res := httptest.NewRecorder()
			l.world.ServeHTTP(res, req)
			if res.Code != http.StatusSeeOther {
				t.Errorf("%d %s", res.Code, res.Body)
			}
		}
	}
	for name, c := range map[string]struct {
		client, at string // the client, and the address of the message during which something changes
		id         string // of the session, empty for that of the run
		session    Session
		do         func(*testing.T, *Lab, *Run)
		took       func(*Session) bool
	}{
		"redeem": {
			FitTrack, "/token", "",
			Session{State: "s", Code: "unknown"},
			func(t *testing.T, _ *Lab, r *Run) {
				t.Helper()
				if _, err := r.Redeem(t.Context(), nil); err != nil {
					t.Error(err)
				}
			},
			func(s *Session) bool { return s.Problem != "" },
		},
		"call": {
			NightlyReport, "/token", "",
			Session{},
			func(t *testing.T, _ *Lab, r *Run) {
				t.Helper()
				if _, err := r.Call(t.Context(), ClientCredentials(), nil); err != nil {
					t.Error(err)
				}
			},
			func(s *Session) bool { return s.Tokens.AccessToken != "" },
		},
		"poll": {
			FitTV, "/token", "",
			Session{Device: &Device{DeviceCode: "unknown", Interval: 5}},
			visit("/poll"), func(s *Session) bool { return s.Problem != "" },
		},
		"callback": {
			FitTrack, "/token", "browser",
			Session{State: "s"},
			visit("/callback?state=s&code=c&iss=ISS", http.Cookie{Path: "/", Name: "fittrack_session", Value: "browser"}),
			func(s *Session) bool { return s.Code == "c" },
		},
		"fragment": {
			FitTrackClassic, "/v1/steps", "browser",
			Session{State: "s"},
			func(t *testing.T, l *Lab, r *Run) {
				t.Helper()
				q := url.Values{"access_token": {"unknown"}, "token_type": {"Bearer"}, "state": {"s"}, "iss": {l.Issuer()}}
				if err := r.KeepFragment(t.Context(), q.Encode()); err != nil {
					t.Error(err)
				}
				visit("/callback", http.Cookie{Path: "/", Name: "fittrack_classic_session", Value: "browser"})(t, l, r)
			},
			func(s *Session) bool { return s.Tokens.AccessToken == "unknown" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			var meanwhile func()
			var world http.Handler
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, c.at) {
					meanwhile()
				}
				world.ServeHTTP(w, r)
			}))
			t.Cleanup(srv.Close)
			w, err := New(Config{Origin: srv.URL})
			if err != nil {
				t.Fatal(err)
			}
			world = w
			l := w.Main()
			r, err := l.NewRun(RunConfig{Client: c.client})
			if err != nil {
				t.Fatal(err)
			}
			a, id := l.app(c.client), c.id
			if id == "" {
				id = "run-" + r.ID()
			}
			c.session.Redirect = a.url() + callbackOf("")
			if err := a.save(t.Context(), id, &c.session); err != nil {
				t.Fatal(err)
			}
			meanwhile = func() {
				s, ok, err := a.load(t.Context(), id)
				if err != nil || !ok {
					t.Error(ok, err)
					return
				}
				s.User = "learned meanwhile"
				if err := a.update(t.Context(), id, s); err != nil {
					t.Error(err)
				}
			}
			c.do(t, l, r)
			s, ok, err := a.load(t.Context(), id)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			if s.User != "learned meanwhile" {
				t.Errorf("what was learned meanwhile is lost: %+v", s)
			}
			if !c.took(s) {
				t.Errorf("the answer is lost: %+v", s)
			}
		})
	}
}

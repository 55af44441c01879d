package visitor

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// server is an authorization server of two pages.
func server(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<form method="post" action="/login"><input type="hidden" name="t" value="1"><input name="user"><input type="password" name="pw"><button>Sign in</button></form>`)
	})
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("t") != "1" || r.FormValue("user") != "alice" || r.FormValue("pw") != "alice" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "s", Value: "1", Path: "/"})
		http.Redirect(w, r, "/consent", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /consent", func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("s"); err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprint(w, `<form method="post" action="/consent"><button name="d" value="deny">Deny</button><button name="d" value="allow">Allow</button></form>`)
	})
	mux.HandleFunc("POST /consent", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://client.example/cb?code="+r.FormValue("d"), http.StatusSeeOther)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv
}

func TestAuthorize(t *testing.T) {
	srv := server(t)
	got, err := Visitor{Username: "alice", Password: "alice"}.Authorize(t.Context(), srv.URL+"/authorize", "https://client.example/cb")
	if err != nil || got.Get("code") != "allow" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestAuthorizeWrongPassword(t *testing.T) {
	srv := server(t)
	if _, err := (Visitor{Username: "alice", Password: "no"}).Authorize(t.Context(), srv.URL+"/authorize", "https://client.example/cb"); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("%v", err)
	}
}

package race

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// An agent is somebody's browser: what it keeps, and what it sends.
type agent struct {
	kind       Kind
	credential string // the session cookie, or the token that a script keeps
	refresh    string
}

// copied is what somebody has who stole it from the browser.
func (a *agent) copied() *agent {
	return &agent{kind: a.kind, credential: a.credential}
}

// line is the header line that carries the credential.
func (a *agent) line() (name, value string) {
	if a.kind.scripted() {
		return "Authorization", "Bearer " + a.credential
	}
	return "Cookie", sessionCookie + "=" + a.credential
}

// login signs a user in.
func (a *agent) login(ctx context.Context, s *site, user string) (status int, err error) {
	return a.send(ctx, s, http.MethodPost, "/session/login", url.Values{"user": {user}})
}

// get asks for a page. A design that renews does so when the page is refused,
// once, and asks again.
func (a *agent) get(ctx context.Context, s *site, path string) (status int, err error) {
	status, err = a.send(ctx, s, http.MethodGet, path, nil)
	if err != nil || status != http.StatusUnauthorized || a.refresh == "" {
		return status, err
	}
	if renewed, err := a.send(ctx, s, http.MethodPost, "/session/renew", nil); err != nil || renewed != http.StatusOK {
		return renewed, err
	}
	return a.send(ctx, s, http.MethodGet, path, nil)
}

// must sends a request that has to be answered with 200.
func (a *agent) must(ctx context.Context, s *site, method, path string) error {
	status, err := a.send(ctx, s, method, path, nil)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s %s: %d", method, path, status)
	}
	return err
}

// send sends one request, with what the browser keeps, and keeps what the answer
// says.
func (a *agent) send(ctx context.Context, s *site, method, path string, form url.Values) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://coachboard.example"+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if a.credential != "" {
		r.Header.Set(a.line())
	}
	if a.refresh != "" && strings.HasPrefix(path, "/session/") {
		r.AddCookie(&http.Cookie{Name: refreshCookie, Value: a.refresh})
	}
	res, err := s.client.Do(r)
	if err != nil {
		return 0, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close() // it was read to its end
	if err != nil {
		return 0, err
	}
	return res.StatusCode, a.keep(res, body)
}

// keep takes cookies, and the token that a script gets.
func (a *agent) keep(res *http.Response, body []byte) error {
	for _, c := range res.Cookies() {
		switch c.Name {
		case sessionCookie:
			a.credential = c.Value
		case refreshCookie:
			a.refresh = c.Value
		}
	}
	if res.Header.Get("Content-Type") != "application/json" {
		return nil
	}
	var v struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return err
	}
	a.credential = v.Token
	return nil
}

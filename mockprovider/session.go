package mockprovider

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"
)

// sessionTTL is how long a login lasts.
const sessionTTL = 8 * time.Hour

// tokenBytes is the size of every value that must not be guessed: 192 bits,
// where RFC 6749 §10.10 asks for a probability of at most 2^-128.
const tokenBytes = 24

// value makes an unguessable value of the named kind.
func (p *Provider) value(ctx context.Context, name, prefix string) string {
	return prefix + base64.RawURLEncoding.EncodeToString(p.cfg.Random(ctx, name, tokenBytes))
}

// The two cookies. One names the browser, so that an interaction is bound to
// it; the other is the login, and gets a new value at each login.
const (
	cookieBrowser = "idp_browser"
	cookieSession = "idp_session"
)

// cookieName tells the cookies of several providers on one host apart. Under
// https the prefix __Host- makes browsers refuse the cookie from other hosts.
func (p *Provider) cookieName(name string) string {
	if p.issuer.Scheme != "https" {
		return name // the path tells them apart
	}
	return "__Host-" + name + strings.ReplaceAll(p.issuer.EscapedPath(), "/", "-")
}

func (p *Provider) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(p.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie sets a cookie for ttl; zero means until the browser is closed.
func (p *Provider) setCookie(w http.ResponseWriter, name, value string, ttl time.Duration) {
	if p.TakeFault(w, "", "cookie_blocked") {
		return
	}
	c := &http.Cookie{
		Name: p.cookieName(name), Value: value, Path: p.issuer.EscapedPath(),
		MaxAge: int(ttl / time.Second), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if p.issuer.Scheme == "https" {
		c.Secure, c.Path = true, "/"
	}
	if c.Path == "" {
		c.Path = "/"
	}
	http.SetCookie(w, c)
}

// browser returns the value that stands for the browser, and gives it one if it
// has none yet. Where another site posts a form to us, the browser keeps its
// cookies back (SameSite=Lax), so nobody knows whether it has one: it gets one
// for this interaction alone, and other tabs keep theirs.
func (p *Provider) browser(w http.ResponseWriter, r *http.Request, interaction string) string {
	if value := p.cookie(r, cookieBrowser); value != "" && len(value) <= 128 {
		return value
	}
	value := p.value(r.Context(), "browser", "")
	if r.Method == http.MethodPost {
		p.setCookie(w, cookieOf(interaction), value, interactionTTL)
	} else {
		p.setCookie(w, cookieBrowser, value, 0)
	}
	return value
}

// cookieOf is the browser's cookie for one interaction alone.
func cookieOf(interaction string) string { return cookieBrowser + "_" + hashOf(interaction)[:12] }

// sessionOf returns the login of the browser, or an error that is ErrNotFound.
func (p *Provider) sessionOf(r *http.Request) (*sessionRecord, error) {
	value := p.cookie(r, cookieSession)
	if value == "" {
		return nil, ErrNotFound
	}
	session, _, err := load[sessionRecord](r.Context(), p.store, kindSession, value)
	if err != nil {
		return nil, err
	}
	if !p.now().Before(session.Expires) || !p.userStands(session.User, session.Removals) {
		return nil, ErrNotFound
	}
	return session, nil
}

// startSession logs the user in. The old session ends and the new one has a new
// value, so that nobody can plant one beforehand.
func (p *Provider) startSession(w http.ResponseWriter, r *http.Request, user *User) (*sessionRecord, error) {
	ctx := r.Context()
	if old := p.cookie(r, cookieSession); old != "" {
		if _, err := p.store.Take(ctx, kindSession.key(old)); err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
	}
	now := p.now()
	session := &sessionRecord{User: user.ID, AuthTime: now, Expires: now.Add(sessionTTL), Removals: p.removals()}
	value := p.value(ctx, "session", "")
	if err := save(ctx, p.store, kindSession, value, session, sessionTTL); err != nil {
		return nil, err
	}
	p.setCookie(w, cookieSession, value, 0)
	p.replaceCookie(r, cookieSession, value)
	return session, nil
}

// replaceCookie lets the rest of the request see the cookie that its answer sets:
// whoever issues a code in the same answer has to find the new session.
func (p *Provider) replaceCookie(r *http.Request, name, value string) {
	others := r.Cookies()
	r.Header.Del("Cookie")
	for _, c := range others {
		if c.Name != p.cookieName(name) {
			r.AddCookie(c)
		}
	}
	r.AddCookie(&http.Cookie{Name: p.cookieName(name), Value: value})
}

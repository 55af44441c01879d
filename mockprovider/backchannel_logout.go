package mockprovider

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// logoutTokenTTL is how long a logout token lives, and maxLogins how many
	// logins of one session are remembered.
	logoutTokenTTL = 2 * time.Minute
	maxLogins      = 32
)

// typLogoutToken is the typ of a logout token (OpenID Connect Back-Channel
// Logout 1.0 §2.4).
const typLogoutToken = "logout+jwt" //nolint:gosec // a type, no secret

// logoutEvent is the one member of the events claim.
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// logoutTokenClaims is the claims set of a logout token. It never has a nonce, so
// that nobody takes it for an ID token.
type logoutTokenClaims struct {
	Issuer   string                         `json:"iss"`
	Subject  string                         `json:"sub"`
	Audience string                         `json:"aud"`
	IssuedAt int64                          `json:"iat"`
	Expires  int64                          `json:"exp"`
	ID       string                         `json:"jti"`
	Events   map[string]map[string]struct{} `json:"events"`
	Session  string                         `json:"sid"`
}

// A loginRecord is a client that got codes in a session.
type loginRecord struct {
	Client string
	Grant  string
}

// A notice is what became of the call to one client.
type notice struct {
	Client string
	OK     bool
}

// noteLogin remembers what the client was granted in the session, which ends with
// it. It returns the ID of the session for its ID tokens, or nothing for a client
// that does not want to be told of the end.
func (p *Provider) noteLogin(r *http.Request, c *Client, grant string) (sid string, err error) {
	if c == nil { // removed meanwhile
		return "", nil
	}
	ctx, value := r.Context(), p.cookie(r, cookieSession)
	err = update(ctx, p.store, kindSession, value, func(session *sessionRecord) (time.Duration, bool) {
		if session.SID == "" && c.BackchannelLogoutURI != "" {
			session.SID = p.value(ctx, "sid", "")
		}
		if len(session.Logins) < maxLogins {
			session.Logins = append(session.Logins, loginRecord{c.ID, grant})
		}
		if c.BackchannelLogoutURI != "" {
			sid = session.SID
		}
		return sessionTTL, true
	})
	if err != nil {
		return "", ignoreNotFound(err)
	}
	return sid, nil
}

// notifyClients tells every client of the session that it has ended (OpenID
// Connect Back-Channel Logout 1.0 §2.5), all at once, so that one that does not
// answer stops no other. What they were granted ends with the session, unless
// they may work while the user is away (§2.7).
func (p *Provider) notifyClients(ctx context.Context, session *sessionRecord) ([]notice, error) {
	var clients []*Client
	for _, login := range session.Logins {
		if c := p.Client(login.Client); c != nil && c.BackchannelLogoutURI != "" && !slices.Contains(clients, c) {
			clients = append(clients, c)
		}
		grant, _, err := load[grantRecord](ctx, p.store, kindGrant, login.Grant)
		if err == nil && !slices.Contains(grant.Scope, "offline_access") {
			err = p.revoke(ctx, login.Grant, "logout")
		}
		if ignoreNotFound(err) != nil {
			return nil, err
		}
	}
	told := make([]notice, len(clients))
	var done sync.WaitGroup
	for n, c := range clients {
		done.Go(func() { told[n] = notice{c.displayName(), p.sendLogout(ctx, c, session) == nil} })
	}
	done.Wait()
	return told, nil
}

func (p *Provider) sendLogout(ctx context.Context, c *Client, session *sessionRecord) error {
	now := p.now()
	token, err := p.keys.sign(p.algFor(c, c.IDTokenAlg), typLogoutToken, logoutTokenClaims{
		Issuer: p.cfg.Issuer, Subject: session.User, Audience: c.ID, IssuedAt: now.Unix(), Expires: now.Add(logoutTokenTTL).Unix(),
		ID: p.value(ctx, "jti", ""), Events: map[string]map[string]struct{}{logoutEvent: {}}, Session: session.SID,
	})
	if err != nil {
		return err
	}
	token = p.faultyToken(nil, token, c, "", func(d *deviation) bool { return d.Group == GroupLogout })
	if err := p.postLogout(ctx, c, token); err != nil || !p.TakeFault(nil, c.ID, "lo_token_jti_replay") {
		return err
	}
	return p.postLogout(ctx, c, token)
}

// postLogout hands the logout token to the client.
func (p *Provider) postLogout(ctx context.Context, c *Client, token string) error {
	body := url.Values{"logout_token": {token}}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.BackchannelLogoutURI, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", formType)
	answer, err := p.call(ctx, c, r, []byte(body))
	if err != nil {
		return err
	}
	if answer.status != http.StatusOK && answer.status != http.StatusNoContent {
		return fmt.Errorf("status %d", answer.status)
	}
	return nil
}

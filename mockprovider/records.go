package mockprovider

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// Each kind of record has a prefix of its own in the store, so that a code is
// never found as a token, nor a token as a code.
type kind string

const (
	kindCode        kind = "code"
	kindRefresh     kind = "refresh"
	kindAccess      kind = "access"
	kindGrant       kind = "grant"
	kindInteraction kind = "interaction"
	kindSession     kind = "session"
	kindConsent     kind = "consent"
	kindFailures    kind = "failures"
	kindMisses      kind = "misses" // failures of names that nobody has
	kindUsed        kind = "used"
	kindPushed      kind = "pushed"
	kindDevice      kind = "device"
	kindDeviceCode  kind = "device_code"
	kindUserCode    kind = "user_code"
)

// retention is how much longer a record is kept than it is valid, so that an
// expired code is expired and not unknown.
const retention = time.Hour

// A grantRecord is what the resource owner granted to a client. Codes and
// tokens point to it; revoking it ends them all.
type grantRecord struct {
	ID       string
	Client   string
	User     string
	Scope    []string
	AuthTime time.Time
	Nonce    string
	Created  time.Time
	// SID is the sid of its ID tokens.
	SID string
	// Resources are those of the authorization request (RFC 8707 §2.1).
	Resources []string
	// Claims are single claims that were asked for (OpenID Connect Core 1.0
	// §5.5), ACR the acr of its ID tokens, empty if they have none.
	Claims claimsRequest
	ACR    string
	// Details are the authorization details that the user allowed (RFC 9396).
	Details authorizationDetails
	Revoked bool
	// Why is the rule that revoked it.
	Why string
	// Removals is what Registry counted when it was made, as in all records that
	// end with their client or user.
	Removals uint64
}

func (g *grantRecord) pack(p *packer) {
	p.text(&g.ID, &g.Client, &g.User, &g.Nonce, &g.SID, &g.ACR, &g.Why)
	p.texts(&g.Scope, &g.Resources)
	p.time(&g.AuthTime, &g.Created)
	packJSON(p, g.Claims.asks(), &g.Claims)
	p.details(&g.Details)
	p.flag(&g.Revoked)
	p.number(&g.Removals)
}

// A codeRecord is an authorization code (RFC 6749 §4.1.2).
type codeRecord struct {
	Grant           string
	Client          string
	RedirectURI     string
	RedirectURISent bool
	Challenge       string
	Method          string
	Issued          time.Time
	Expires         time.Time
	Uses            int
	// Thumbprint is of the key that the code is bound to (RFC 9449 §10).
	Thumbprint string
	// Misses counts wrong verifiers.
	Misses int
}

func (c *codeRecord) pack(p *packer) {
	p.text(&c.Grant, &c.Client, &c.RedirectURI, &c.Challenge, &c.Method, &c.Thumbprint)
	p.flag(&c.RedirectURISent)
	p.time(&c.Issued, &c.Expires)
	p.count(&c.Uses, &c.Misses)
}

// A refreshRecord is a refresh token (RFC 6749 §1.5).
type refreshRecord struct {
	Grant   string
	Client  string
	Issued  time.Time
	Expires time.Time
	// Thumbprint is of the key that the token is bound to (RFC 9449 §5).
	Thumbprint string
	// Rotated says that a new token has taken its place.
	Rotated   bool
	RotatedAt time.Time
}

func (r *refreshRecord) pack(p *packer) {
	p.text(&r.Grant, &r.Client, &r.Thumbprint)
	p.flag(&r.Rotated)
	p.time(&r.Issued, &r.Expires, &r.RotatedAt)
}

// An accessRecord is what an access token stands for: of an opaque one all there
// is, of a JWT what it says itself.
type accessRecord struct {
	Grant    string
	Client   string
	User     string
	Scope    []string
	Audience []string
	JTI      string
	// Alg and Key are of the key that signed it, by its thumbprint, and empty for an
	// opaque token.
	Alg      string
	Key      string
	Issued   time.Time
	Expires  time.Time
	AuthTime time.Time
	ACR      string
	Revoked  bool
	// Thumbprint is of the key that the token is bound to (RFC 9449 §6).
	Thumbprint string
	// Details are what it allows in detail (RFC 9396 §9.1).
	Details authorizationDetails
	// Act says who acts for the user, MayAct who may (RFC 8693 §4.1, §4.4).
	Act    *actorClaim
	MayAct string

	Removals uint64
}

func (a *accessRecord) pack(p *packer) {
	p.text(&a.Grant, &a.Client, &a.User, &a.JTI, &a.Alg, &a.Key, &a.ACR, &a.Thumbprint, &a.MayAct)
	p.texts(&a.Scope, &a.Audience)
	p.time(&a.Issued, &a.Expires, &a.AuthTime)
	p.flag(&a.Revoked)
	p.details(&a.Details)
	packJSON(p, a.Act != nil, &a.Act)
	p.number(&a.Removals)
}

// subject is the sub of the token: the user, or a client that has no user.
func (a *accessRecord) subject() string { return cmp.Or(a.User, a.Client) }

// A sessionRecord is a login at the provider, in one browser.
type sessionRecord struct {
	User     string
	AuthTime time.Time
	Expires  time.Time
	// SID names the session to clients that want to be told of its end; Logins
	// are what they were granted in it.
	SID    string
	Logins []loginRecord

	Removals uint64
}

func (s *sessionRecord) pack(p *packer) {
	p.text(&s.User, &s.SID)
	p.time(&s.AuthTime, &s.Expires)
	packAll(p, &s.Logins, func(l *loginRecord) { p.text(&l.Client, &l.Grant) })
	p.number(&s.Removals)
}

// A consentRecord is a consent that the user asked us to remember.
type consentRecord struct {
	Scope  []string
	Claims []string

	Removals uint64
}

func (c *consentRecord) pack(p *packer) {
	p.texts(&c.Scope, &c.Claims)
	p.number(&c.Removals)
}

// key is where a value is stored: never the value itself, so that who reads the
// store holds no code and no token.
func (k kind) key(value string) string {
	sum := sha256.Sum256([]byte(value))
	b := make([]byte, 0, 64) // room for every kind
	b = append(append(b, k...), ':')
	return string(base64.RawURLEncoding.AppendEncode(b, sum[:]))
}

// A recordOf is a pointer to a T that can be packed.
type recordOf[T any] interface {
	*T
	record
}

// load reads the record of value. The raw bytes are what replace wants back.
// ErrNotFound comes as it is, because for some kinds it is what mostly comes.
func load[T any, R recordOf[T]](ctx context.Context, s Store, k kind, value string) (rec *T, raw []byte, err error) {
	raw, err = s.Get(ctx, k.key(value))
	if errors.Is(err, ErrNotFound) {
		return nil, nil, ErrNotFound
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", k, err)
	}
	rec = new(T)
	if err := unpackRecord(raw, R(rec)); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", k, err)
	}
	return rec, raw, nil
}

// save stores the record of value for ttl and the retention.
func save[T any, R recordOf[T]](ctx context.Context, s Store, k kind, value string, rec *T, ttl time.Duration) error {
	raw, err := packRecord(R(rec))
	if err == nil {
		err = s.Put(ctx, k.key(value), raw, ttl+retention)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", k, err)
	}
	return nil
}

// replace puts rec in the place of old, unless somebody was faster.
func replace[T any, R recordOf[T]](ctx context.Context, s Store, k kind, value string, old []byte, rec *T, ttl time.Duration) (bool, error) {
	raw, err := packRecord(R(rec))
	if err != nil {
		return false, fmt.Errorf("%s: %w", k, err)
	}
	ok, err := s.Swap(ctx, k.key(value), old, raw, ttl+retention)
	if err != nil {
		return false, fmt.Errorf("%s: %w", k, err)
	}
	return ok, nil
}

// maxTries is how often a change is tried against others of the same record.
const maxTries = 20

// errContended means that others changed a record each time before we could. It
// is answered as a fault of our own: what could not be stored did not happen.
var errContended = errors.New("others kept changing the record")

// update changes a stored record while other requests may change it too. The
// change returns the record's lifetime, and false to leave it as it is; it may be
// called several times. The error is ErrNotFound where there is no record.
func update[T any, R recordOf[T]](ctx context.Context, s Store, k kind, value string, change func(*T) (time.Duration, bool)) error {
	for range maxTries {
		rec, raw, err := load[T, R](ctx, s, k, value)
		if err != nil {
			return err
		}
		ttl, changed := change(rec)
		if !changed {
			return nil
		}
		if ok, err := replace[T, R](ctx, s, k, value, raw, rec, ttl); ok || err != nil {
			return err
		}
	}
	return errContended
}

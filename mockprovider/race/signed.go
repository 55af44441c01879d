package race

import (
	"errors"

	"github.com/golang-jwt/jwt/v5"
)

// coachBoard is the application: issuer and audience of its own JWTs.
const coachBoard = "https://coachboard.example"

// claims are those of a session.
type claims struct {
	jwt.RegisteredClaims

	Role string `json:"role"`
	SID  string `json:"sid,omitempty"`
}

// signed keeps the session in the JWT. It signs with HS256: the application
// reads only what it wrote itself.
type signed struct{ *node }

func (s signed) start(user, role string) (string, error) {
	id, err := value(s.random)
	if err != nil {
		return "", err
	}
	c := s.claims(user, role, id)
	if s.kind == SessionID {
		c.SID = id
		if err := s.store.put(id, row{user: user, expires: s.store.now().Add(sessionLife)}); err != nil {
			return "", err
		}
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(s.key)
}

func (s signed) claims(user, role, id string) claims {
	now := s.now()
	return claims{Role: role, RegisteredClaims: jwt.RegisteredClaims{
		Issuer: coachBoard, Audience: jwt.ClaimStrings{coachBoard}, Subject: user, ID: id,
		IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(s.kind.life())),
	}}
}

// find believes the JWT: signature, algorithm, issuer, audience, exp and nbf by
// this instance's clock (RFC 7519 §4.1, RFC 8725 §3.1).
func (s signed) find(token string) (user, role string, err error) {
	c, err := s.verify(token)
	if err != nil {
		return "", "", errNoSession
	}
	switch s.kind {
	case Denylist:
		_, ended, err := s.store.get(c.ID)
		if err != nil || ended {
			return "", "", errors.Join(err, errIf(ended))
		}
	case SessionID:
		_, lives, err := s.store.get(c.SID)
		if err != nil || !lives {
			return "", "", errors.Join(err, errIf(!lives))
		}
	default: // nobody is asked
	}
	return c.Subject, c.Role, nil
}

func errIf(no bool) error {
	if no {
		return errNoSession
	}
	return nil
}

func (s signed) verify(token string) (claims, error) {
	s.meter.checked()
	var c claims
	_, err := jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return s.key, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(coachBoard), jwt.WithAudience(coachBoard),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(s.now))
	return c, err
}

// end can do nothing to a JWT that is out. It writes down that it ended, if the
// design has a place for that.
func (s signed) end(token string) error {
	c, err := s.verify(token)
	if err != nil {
		return errNoSession
	}
	switch s.kind {
	case Denylist:
		return s.store.put(c.ID, row{user: c.Subject, expires: c.ExpiresAt.Time})
	case SessionID:
		return s.store.remove(c.SID)
	default:
		return nil
	}
}

// forge signs a session for somebody with a key that was stolen.
func (s signed) forge(user, role string) (string, error) {
	id, err := value(s.random)
	if err != nil {
		return "", err
	}
	c := s.claims(user, role, id)
	c.SID = id
	return jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(s.key)
}

package race

import "time"

// Kind is a design: how the application remembers who has signed in.
type Kind string

// The designs. [Opaque] runs in every race; the others are what it runs against.
const (
	// Opaque is a random id in a cookie, and a row that it points to.
	Opaque Kind = "opaque"
	// Signed is a JWT in a cookie. Nothing is kept.
	Signed Kind = "jwt"
	// Header is the same JWT, kept by a script and sent as a bearer token
	// (RFC 6750 §2.1).
	Header Kind = "jwt-header"
	// Refresh is a JWT of five minutes, renewed with an opaque refresh token.
	Refresh Kind = "jwt-refresh"
	// Denylist is a JWT whose jti is looked up in a list of ended sessions.
	Denylist Kind = "jwt-denylist"
	// SessionID is a JWT whose sid is looked up among the living sessions.
	SessionID Kind = "jwt-sid"
)

// The lifetimes of a session and of a JWT that is renewed.
const (
	sessionLife = 15 * time.Minute
	shortLife   = 5 * time.Minute
)

// Info is what a page says about a design.
type Info struct {
	Kind Kind
	// Name is what it is called, Says how it works, in a sentence or two.
	Name, Says string
}

// Rivals are the designs that run against the opaque session, the plain JWT
// first.
func Rivals() []Info {
	return []Info{
		{Signed, "JWT in a cookie", "The cookie is a signed JWT with the name and the role, good for 15 minutes. The server keeps no session."},
		{Header, "JWT in a header", "The same JWT, but a script of the page keeps it and sends it as Authorization: Bearer."},
		{Refresh, "Short JWT and a refresh token", "The JWT is good for 5 minutes. An opaque refresh token, with a row of its own, gets the next one."},
		{Denylist, "JWT and a deny list", "Each request looks the JWT’s jti up in a list of sessions that were ended early."},
		{SessionID, "JWT with a session id", "The JWT carries a sid, and each request looks up whether that session still lives."},
	}
}

// Rival finds one of [Rivals]. An unknown name is the first.
func Rival(name string) Info {
	all := Rivals()
	for _, k := range all {
		if string(k.Kind) == name {
			return k
		}
	}
	return all[0]
}

// renews says that the design has a refresh token.
func (k Kind) renews() bool { return k == Refresh }

// scripted says that a script of the page keeps the credential.
func (k Kind) scripted() bool { return k == Header }

// life is how long what the browser sends is good for.
func (k Kind) life() time.Duration {
	if k == Refresh {
		return shortLife
	}
	return sessionLife
}

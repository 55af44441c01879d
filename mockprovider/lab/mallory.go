package lab

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"claimcheck/mockprovider/trace"
)

// Mallory is the id of the attacker's site, as it stands in its path.
const Mallory = "mallory"

// MalloryParty is the attacker, as the sender of messages, and as the owner of a
// site that people are lured to. The person Mallory is one of [Users].
func MalloryParty() trace.Party {
	return trace.Party{Role: trace.RoleAttacker, ID: Mallory, Name: "Mallory"}
}

// MalloryURL is the address of Mallory's site, without a slash at its end.
func (l *Lab) MalloryURL() string { return l.clientURL(Mallory) }

// malloryKeysPath is where Mallory's site has a JWK Set of hers.
const malloryKeysPath = "/jwks.json"

// MalloryKeysURL is the address of Mallory's JWK Set.
func (l *Lab) MalloryKeysURL() string { return l.MalloryURL() + malloryKeysPath }

// MalloryKey is a key pair of Mallory's own. It is no secret: everybody may forge
// what Mallory forges.
func MalloryKey() ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("a key that Mallory made"))
	return ed25519.NewKeyFromSeed(seed[:])
}

// MalloryJWK is the public part of it as a JWK (RFC 8037 §2).
func MalloryJWK() string {
	public := MalloryKey().Public().(ed25519.PublicKey) //nolint:forcetypeassert // it is one
	return `{"kty":"OKP","crv":"Ed25519","kid":"mallory-1","alg":"EdDSA","use":"sig","x":"` + base64.RawURLEncoding.EncodeToString(public) + `"}`
}

// mallorySite takes whatever comes, and says thank you. What it was given stands
// in the log, as Mallory would read it in hers.
func mallorySite(w http.ResponseWriter, r *http.Request) {
	secureHeaders(w.Header())
	if strings.HasSuffix(r.URL.Path, malloryKeysPath) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"keys":[` + MalloryJWK() + `]}`)) // whoever asked may be gone
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Mallory’s site</title><main><h1>Free step counter</h1><p>This is Mallory’s site. What your browser sent along is in her log now.</p></main></html>`)) // the browser may be gone
}

// An actor is whose browser a message of the run goes through.
type actorKey struct{}

// AsMallory returns a ctx in which a run's client speaks for the attacker's
// browser instead of the learner's: what it holds for her session, it uses.
func AsMallory(ctx context.Context) context.Context {
	return context.WithValue(ctx, actorKey{}, MalloryParty())
}

// actor is who sits before the browser.
func actor(ctx context.Context) trace.Party {
	if p, ok := ctx.Value(actorKey{}).(trace.Party); ok {
		return p
	}
	return Browser()
}

// jarOf are the cookies of somebody's browser. It is called with mu held.
func (r *Run) jarOf(who trace.Party) *jar {
	if who.Role == trace.RoleAttacker {
		return &r.theirs
	}
	return &r.jar
}

// BrowseAsMallory sends one request from the attacker's own browser, which has
// cookies of its own, and follows no redirect. See [Run.Browse].
func (r *Run) BrowseAsMallory(ctx context.Context, method, rawURL string, form url.Values) (*trace.Entry, error) {
	return r.browse(ctx, MalloryParty(), method, rawURL, form)
}

// malloryMount is where her site is.
func (l *Lab) malloryMount() string { return strings.TrimPrefix(l.MalloryURL(), l.Origin()) }

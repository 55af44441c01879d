package attack

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"time"

	"claimcheck/playground"
)

// The parties of the stories.
const (
	acme      = "https://acme.example"
	stepCloud = "https://stepcloud.example"
	quiz      = "https://quiz.mallory.example"
)

// An API is what StepCloud knows when a token arrives. A verifier uses what its
// story gives it.
type API struct {
	// Key is AcmeID's public key, PEM its other, older one (RSA) as a file.
	Key *ecdsa.PublicKey
	PEM []byte
	// Word is the secret that somebody once chose, Secret a random one.
	Word, Secret []byte
	// Secrets are AcmeID's secrets by kid.
	Secrets map[string][]byte
	// Own is StepCloud's key for what is encrypted to it.
	Own *ecdsa.PrivateKey
	// RevokedTokens and RevokedIDs hold what was taken back.
	RevokedTokens, RevokedIDs map[string]bool
	// ReadFile reads a file of StepCloud's server, Fetch an address of the
	// story's internet.
	ReadFile func(name string) ([]byte, error)
	Fetch    func(address string) ([]byte, error)
	// Now is StepCloud's clock.
	Now func() time.Time

	published string // AcmeID's key set
}

// A Lab holds the keys of one set of stories. It does not change once it is made.
type Lab struct {
	now     time.Time
	attacks []Attack

	key, mallory *ecdsa.PrivateKey
	rsa          *rsa.PrivateKey
	api          *API
	problems     []error
}

// New makes the keys and tokens of the stories, which takes a noticeable
// moment, for RSA. Their clock stands still at now.
func New(now time.Time) (*Lab, error) {
	l := &Lab{now: now.UTC().Truncate(time.Second)}
	var errs [4]error
	var own *ecdsa.PrivateKey
	l.key, errs[0] = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	l.mallory, errs[1] = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	own, errs[2] = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	l.rsa, errs[3] = rsa.GenerateKey(rand.Reader, 2048)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("attack: make keys: %w", err)
	}
	secret, published := make([]byte, 32), l.keySet(playground.NewKey(l.key.Public(), "acme-1", "ES256"))
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	l.api = &API{
		Key: &l.key.PublicKey, PEM: l.publicPEM(l.rsa.Public()), Own: own, Secret: secret,
		Word: []byte("stepcloud2019"), Secrets: map[string][]byte{"acme-hs-1": secret},
		RevokedTokens: map[string]bool{}, RevokedIDs: map[string]bool{},
		ReadFile: disk(secret), Now: func() time.Time { return l.now }, published: published,
	}
	l.attacks = []Attack{
		l.tamper(), l.none(), l.nullSignature(), l.weakSecret(), l.confusion(), l.embeddedKey(), l.keyAddress(), l.keyPath(), l.noEnd(),
		l.otherAudience(), l.otherIssuer(), l.critical(), l.twoSubjects(), l.letterCase(), l.denyList(), l.zeroSignature(), l.encrypted(),
	}
	if err := errors.Join(l.problems...); err != nil {
		return nil, fmt.Errorf("attack: %w", err)
	}
	return l, nil
}

// Attacks are all of them, in the order in which they teach.
func (l *Lab) Attacks() []Attack { return l.attacks }

// Attack is the one with this id; ok is false when there is none.
func (l *Lab) Attack(id string) (a *Attack, ok bool) {
	for i := range l.attacks {
		if l.attacks[i].ID == id {
			return &l.attacks[i], true
		}
	}
	return nil, false
}

// sign signs; what goes wrong is told by New.
func (l *Lab) sign(header, payload string, key any, alg string) string {
	token, err := playground.Sign([]byte(header), []byte(payload), key, alg)
	if err != nil {
		l.problems = append(l.problems, err)
	}
	return token
}

// acmeHeader is the header of AcmeID's access tokens.
const acmeHeader = `{"alg":"ES256","typ":"at+jwt","kid":"acme-1"}`

// claims is the payload of an access token for StepCloud.
func (l *Lab) claims(subject string) string {
	return fmt.Sprintf(`{"iss":%q,"aud":%q,"sub":%q,"iat":%d,"exp":%d}`, acme, stepCloud, subject, l.now.Add(-time.Minute).Unix(), l.now.Add(time.Hour).Unix())
}

// mine is Mallory's own access token for StepCloud.
func (l *Lab) mine() string {
	return l.sign(acmeHeader, l.claims("mallory"), l.key, "ES256")
}

// check is the policy of an API that verifies AcmeID's ES256 tokens well.
func (l *Lab) check() *Check {
	jwk, err := playground.PublicJWK(l.key.Public(), "acme-1", "ES256")
	if err != nil {
		l.problems = append(l.problems, err)
	}
	return &Check{Algorithm: "ES256", Issuer: acme, Audience: stepCloud, Type: "at+jwt", JWK: string(jwk), Now: l.now.Unix()}
}

func (l *Lab) keySet(keys ...playground.Key) string {
	set, err := playground.PublicJWKSet(keys...)
	if err != nil {
		l.problems = append(l.problems, err)
	}
	return string(set)
}

func (l *Lab) publicPEM(key any) []byte {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		l.problems = append(l.problems, err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func (l *Lab) privatePEM(key any) string {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		l.problems = append(l.problems, err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// robots is a file of StepCloud's that anybody can read.
const robots = "User-agent: *\nDisallow: /admin\n"

// disk is the part of StepCloud's disk that the stories need.
func disk(secret []byte) func(string) ([]byte, error) {
	files := map[string]string{"/srv/keys/acme-hs-1": string(secret), "/srv/public/robots.txt": robots, "/dev/null": ""}
	return func(name string) ([]byte, error) {
		text, ok := files[path.Clean(name)]
		if !ok {
			return nil, fmt.Errorf("open %s: no such file", path.Clean(name))
		}
		return []byte(text), nil
	}
}

// internet answers for two hosts: AcmeID's, and every host under Mallory's
// domain with what she serves. No request leaves the process.
func internet(published, served string) func(string) ([]byte, error) {
	return func(address string) ([]byte, error) {
		u, err := url.Parse(address)
		switch {
		case err != nil || u.Scheme != "https":
			return nil, errors.New("only https addresses can be fetched")
		case u.Hostname() == "acme.example":
			return []byte(published), nil
		case u.Hostname() == "mallory.example", strings.HasSuffix(u.Hostname(), ".mallory.example"):
			return []byte(served), nil
		}
		return nil, fmt.Errorf("no such host: %s", u.Hostname())
	}
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

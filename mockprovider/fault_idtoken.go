package mockprovider

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"strings"
	"time"

	"claimcheck/playground"
)

// wrongToken is a JWT that a fault may change before it is signed anew.
type wrongToken struct {
	p      *Provider
	client *Client
	access string // the access token beside an ID token

	header, claims map[string]any
	key            *SigningKey // signs
	secret         []byte      // signs with HS256 in the key's stead, if set
	spoil          bool        // the signature gets a wrong byte
	unsigned       bool        // there is no signature
	whole          string      // goes out as it is, if set
	err            error
}

// useAlg signs with the honest key of another algorithm.
func (t *wrongToken) useAlg(alg string) {
	key, err := t.p.keys.Key(alg)
	t.use(key, err)
}

// useNext signs with a key that the JWK Set does not have, or has from now on.
func (t *wrongToken) useNext(publish bool) {
	key, err := t.p.nextKey(t.key.Alg, publish)
	t.use(key, err)
}

func (t *wrongToken) use(key *SigningKey, err error) {
	if err != nil {
		t.err = err
		return
	}
	t.key = key
	t.header["alg"], t.header["kid"] = key.Alg, key.KID
}

// move shifts a time claim, in seconds.
func (t *wrongToken) move(claim string, by time.Duration) {
	t.claims[claim] = t.p.now().Add(by).Unix()
}

// compact signs.
func (t *wrongToken) compact() (string, error) {
	if t.err != nil || t.whole != "" {
		return t.whole, t.err
	}
	header, errHeader := json.Marshal(t.header)
	payload, errPayload := json.Marshal(t.claims)
	if err := errors.Join(errHeader, errPayload); err != nil {
		return "", err
	}
	input := b64(header) + "." + b64(payload)
	var sig []byte
	var err error
	switch {
	case t.unsigned:
	case t.secret != nil:
		sig, err = playground.Signature("HS256", input, t.secret)
	default:
		sig, err = playground.Signature(t.key.Alg, input, t.key.Private)
	}
	if err != nil {
		return "", err
	}
	if t.spoil && len(sig) > 0 {
		sig[len(sig)/2] ^= 1
	}
	return input + "." + b64(sig), nil
}

// faultyToken is the token as the faults that are on make it: taken apart,
// changed and signed anew. Where none is on it is returned as it is.
func (p *Provider) faultyToken(w http.ResponseWriter, token string, c *Client, access string, fits func(*deviation) bool) string {
	on := p.faultsAt(w, c.ID, func(d *deviation) bool { return d.token != nil && fits(d) })
	if len(on) == 0 {
		return token
	}
	t := &wrongToken{p: p, client: c, access: access}
	parts := strings.Split(token, ".")
	if t.key, t.err = p.keys.Key(p.algFor(c, c.IDTokenAlg)); t.err != nil || len(parts) != 3 {
		return token
	}
	for n, into := range []*map[string]any{&t.header, &t.claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[n])
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		if err = errors.Join(err, d.Decode(into)); err != nil {
			return token
		}
	}
	for _, d := range on {
		d.token(t)
	}
	out, err := t.compact()
	if err != nil {
		p.log.Error("a fault could not be made", "error", err.Error())
		return token
	}
	return out
}

// idt is a fault of the ID token that a correct client refuses.
func idt(name, what, section, correct string, change func(*wrongToken)) deviation {
	return deviation{Fault: Fault{
		Name: "idt_" + name, Group: GroupIDToken, Deviation: what, Spec: oidc(section),
		Expect: ExpectReject, Correct: correct, Detected: seenNotIn,
	}, token: change}
}

// idTokenFaults are about what an ID token says (OpenID Connect Core 1.0
// §3.1.3.7).
var idTokenFaults = []deviation{
	idt("iss_wrong", "iss is another issuer.", "3.1.3.7", "It compares iss with the issuer that it asked.", func(t *wrongToken) { t.claims["iss"] = elsewhere("") }),
	idt("iss_missing", "There is no iss.", "2", "iss is required.", func(t *wrongToken) { delete(t.claims, "iss") }),
	idt("aud_wrong", "aud is another client.", "3.1.3.7", "It looks for its own client_id in aud: this token is for somebody else.", func(t *wrongToken) { t.claims["aud"] = "another-client" }),
	idt("aud_missing", "There is no aud.", "2", "aud is required.", func(t *wrongToken) { delete(t.claims, "aud") }),
	accepts(idt("aud_array_ok", "aud is a list with the client as its only member.", "2", "A list of one means the same as the one.", func(t *wrongToken) { t.claims["aud"] = []any{t.client.ID} })),
	idt("aud_extra_untrusted", "aud names the client and somebody whom it does not know.", "3.1.3.7", "It trusts no audience beside itself that it does not know.", func(t *wrongToken) { t.claims["aud"] = []any{t.client.ID, "https://attacker.example"} }),
	lenient(idt("azp_wrong", "azp names another client than the one that asked.", "2", "Where azp is there, it is the client's own client_id.", func(t *wrongToken) { t.claims["azp"] = "another-client" }), "azp is for extensions of the protocol; the document asks for a check where a client uses one, and leaves the others alone."),
	idt("sub_missing", "There is no sub.", "2", "sub is required: without it nobody is named.", func(t *wrongToken) { delete(t.claims, "sub") }),
	idt("number_sub", "sub is a number.", "2", "sub is a string; a number is another type and may lose digits.", func(t *wrongToken) { t.claims["sub"] = 12345678901234567 }),
	idt("iat_missing", "There is no iat.", "2", "iat is required.", func(t *wrongToken) { delete(t.claims, "iat") }),
	lenient(idt("iat_future", "iat is an hour ahead.", "3.1.3.7", "A token from the future comes from a wrong clock or from an attacker.", func(t *wrongToken) { t.move("iat", time.Hour) }), "How far iat may be from now is each client's own choice; what must be checked is exp."),
	idt("exp_past", "The token expired an hour ago.", "3.1.3.7", "The time now must be before exp.", func(t *wrongToken) { t.move("exp", -time.Hour) }),
	idt("exp_missing", "There is no exp.", "2", "exp is required.", func(t *wrongToken) { delete(t.claims, "exp") }),
	cites(idt("nbf_future", "nbf is an hour ahead.", "3.1.3.7", "The token does not count before nbf.", func(t *wrongToken) { t.move("nbf", time.Hour) }), "7519", "4.1.5"),
	idt("nonce_wrong", "nonce is another one than in the request.", "3.1.3.7", "It compares nonce with the one of this login in this browser.", func(t *wrongToken) { t.claims["nonce"] = "the-nonce-of-another-login" }),
	idt("nonce_missing", "There is no nonce, though the request had one.", "3.1.3.7", "It sent a nonce, so it takes no token without it.", func(t *wrongToken) { delete(t.claims, "nonce") }),
	idt("auth_time_stale", "auth_time is a day ago.", "3.1.3.7", "A client that asked for max_age compares, and asks for a new login.", func(t *wrongToken) { t.move("auth_time", -24*time.Hour) }),
	idt("acr_lower", "acr is 0: no assurance at all.", "3.1.3.7", "A client that asked for an acr compares, and refuses less.", func(t *wrongToken) { t.claims["acr"] = "0" }),
	lenient(idt("at_hash_wrong", "at_hash does not fit the access token.", "3.1.3.8", "It hashes the access token and compares: the two do not belong together.", func(t *wrongToken) { t.claims["at_hash"] = leftHalfHash("", "another token") }), "In the code flow a client may check at_hash, and need not (§3.1.3.8): the two tokens came in one answer, straight from the token endpoint."),
	lenient(idt("c_hash_wrong", "c_hash does not fit the code.", "3.3.2.10", "Where c_hash is there it hashes the code and compares.", func(t *wrongToken) { t.claims["c_hash"] = leftHalfHash("", "another code") }), "c_hash belongs to the hybrid flow, where a client must check it. In the code flow no document asks for that."),
	idt("at_as_idt", "The ID token is the access token, with typ at+jwt.", "3.1.3.7", "The access token is for the API: its aud and typ are others, and it has no nonce.", func(t *wrongToken) {
		t.header["typ"], t.claims = typAccessToken, map[string]any{
			"iss": t.claims["iss"], "sub": t.claims["sub"], "aud": "https://api.example", "client_id": t.client.ID, "iat": t.claims["iat"], "exp": t.claims["exp"], "jti": "at-1",
		}
	}),
	accepts(idt("huge_4kb_cookie", "A claim makes the token longer than 4 KB, which is more than a browser keeps in a cookie.", "2", "It keeps the token, or what it needs of it, where it fits; it does not lose the login.", func(t *wrongToken) {
		t.claims["groups"] = strings.Split(strings.TrimSpace(strings.Repeat("a-group-with-a-long-name ", 200)), " ")
	})),
	accepts(idt("unicode_claims", "Claims have letters of many scripts.", "5.1", "JSON is UTF-8: it shows the name as it is.", func(t *wrongToken) { t.claims["name"] = "Ålice Ωμέγα 爱丽丝 👟" })),
	accepts(cites(idt("clock", "", "2", "", nil), "7519", "4.1.6")).as("clock_skew_30s", "The provider's clock is 30 seconds ahead: iat and nbf are.", "It allows a little difference between two clocks.", func(t *wrongToken) {
		t.move("iat", 30*time.Second)
		t.move("nbf", 30*time.Second)
	}),
	cites(idt("clock", "", "2", "", nil), "7519", "4.1.5").as("clock_skew_10min", "The provider's clock is ten minutes ahead: iat and nbf are.", "That is more than clocks differ: it refuses.", func(t *wrongToken) {
		t.move("iat", 10*time.Minute)
		t.move("nbf", 10*time.Minute)
	}),
}

// accepts is the same for a fault that a correct client accepts.
func accepts(d deviation) deviation {
	d.Expect, d.Detected = ExpectAccept, seenIn
	return d
}

// lenient is the same for a fault that some clients may accept.
func lenient(d deviation, why string) deviation {
	d.Lenient = why
	return d
}

// bySignature is the same for a fault that only the signature shows.
func bySignature(d deviation) deviation {
	d.BySignature = true
	return d
}

// cites is the same with a section of an RFC.
func cites(d deviation, number, section string) deviation {
	d.Spec = rfc(number, section)
	return d
}

// as is the same in the life of a session, under a name of its own.
func (d deviation) as(name, what, correct string, change func(*wrongToken)) deviation {
	d.Name, d.Group, d.Deviation, d.Correct, d.token = name, GroupLifecycle, what, correct, change
	return d
}

// idTokenAlgFaults are about how an ID token is signed.
var idTokenAlgFaults = []deviation{
	bySignature(idt("sig_corrupt_rs256", "The RS256 signature has a wrong byte.", "3.1.3.7", "It checks the signature.", func(t *wrongToken) { t.useAlg("RS256"); t.spoil = true })),
	bySignature(idt("sig_corrupt_es256", "The ES256 signature has a wrong byte.", "3.1.3.7", "It checks the signature.", func(t *wrongToken) { t.useAlg("ES256"); t.spoil = true })),
	idt("sig_corrupt_hs256", "The token is signed with HS256 and the client's secret, and the signature has a wrong byte.", "3.1.3.7", "It did not register HS256; and the signature is wrong.", func(t *wrongToken) {
		t.header["alg"], t.secret, t.spoil = "HS256", []byte(t.client.Secret), true
		delete(t.header, "kid")
		if len(t.secret) == 0 {
			t.secret = []byte("no secret")
		}
	}),
	cites(idt("alg_none", "alg is none, and there is no signature.", "3.1.3.7", "It takes the algorithm that it registered, and never none.", func(t *wrongToken) {
		t.header["alg"], t.unsigned = "none", true
		delete(t.header, "kid")
	}), "8725", "3.1"),
	cites(idt("alg_hs256_with_rsa_public_key", "The token is signed with HS256, and the secret is the public RSA key.", "3.1.3.7", "It uses a key for the one algorithm that it is for.", func(t *wrongToken) {
		key, err := t.p.keys.Key("RS256")
		if err != nil {
			t.err = err
			return
		}
		t.secret, t.err = publicPEM(key.Private.Public())
		t.header["alg"], t.header["kid"] = "HS256", key.KID
	}), "8725", "3.1"),
	idt("alg_other_than_registered", "The signature is good, by a key of the JWK Set, and of another algorithm than the client registered.", "3.1.3.7", "It takes the algorithm that it registered, RS256 if none.", func(t *wrongToken) {
		other := "ES256"
		if t.key.Alg == other {
			other = "RS256"
		}
		t.useAlg(other)
	}),
	bySignature(cites(idt("kid_unknown", "The token is signed with a key that is in no JWK Set.", "3.1.3.7", "It fetches the JWK Set once more, finds no key, and refuses.", func(t *wrongToken) { t.useNext(false) }), "7515", "6")),
	bySignature(cites(idt("kid_injection", "kid is a path, and a piece of SQL.", "3.1.3.7", "It compares kid with those of the JWK Set and does nothing else with it.", func(t *wrongToken) {
		t.header["kid"] = "../../../../dev/null' UNION SELECT 'x"
	}), "8725", "3.10")),
	bySignature(cites(idt("jku_x5u_embedded_jwk", "The header brings a key of its own, as jwk, and addresses where to fetch one; the signature is by that key.", "3.1.3.7", "It takes keys from the JWK Set of the issuer alone, and calls no address that a token names.", func(t *wrongToken) {
		t.useNext(false)
		t.header["jwk"], t.header["jku"], t.header["x5u"] = publicJWK(t.key), elsewhere("/jwks.json"), elsewhere("/cert.pem")
	}), "8725", "3.10")),
	cites(idt("crit_unknown", "crit names an extension that nobody knows.", "3.1.3.7", "What it must understand and does not makes the token invalid.", func(t *wrongToken) {
		t.header["crit"], t.header["x-unknown"] = []any{"x-unknown"}, true
	}), "7515", "4.1.11"),
}

// publicPEM is the public key as people keep it in files: what a confused
// verifier uses as an HMAC secret.
func publicPEM(key crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

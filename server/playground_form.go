package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
)

// benchForm is what stands in the fields of the playground.
type benchForm struct {
	Token  string
	Strict bool

	Algorithms            []string
	KeyFrom               string // "pasted" or "lab"
	Key                   string
	Encoding              string
	Issuer, Audience, Typ string
	Leeway                string
	RequireExp            bool
	Require               string // further claims that must be there, by name
	Now                   string // seconds; empty is the lab's clock
	Header, Payload       string
	SignKey, SignEncoding string
	KeyAlgorithm          string // of the key to make
	KeyBits               string // of an RSA key to make: 2048 or 3072
	PublicKey             string // that belongs to SignKey, if it was made here
	Said                  string // what the last button did

	Present bool     // the values are masked, for whoever shows the page to others
	Past    []string // earlier states of the fields, the last one last
	Sent    int      // how many requests this page has sent with its fields
	was     string   // the fields as the page was rendered
}

// Was is what the fields hold now, for the page to remember.
func (f benchForm) Was() string { return f.state() }

const demoSecret = "a-secret-of-the-playground-only-32+"

// newBench is the bench as one finds it in that lab.
func newBench(l *lab.Lab) benchForm {
	plain := benchTemplates()[0]
	return benchForm{
		KeyFrom: "pasted", RequireExp: true, Leeway: "0", Encoding: string(playground.UTF8), SignEncoding: string(playground.UTF8), KeyAlgorithm: "ES256",
		Header: `{"alg":"HS256","typ":"JWT"}`, Payload: plain.payload(l, l.Now().Unix()), SignKey: demoSecret,
	}
}

// readBench reads the fields. Line breaks come from browsers as CR LF; in what
// is signed and in keys they are LF, as they were typed.
func readBench(v url.Values) benchForm {
	text := func(name string) string { return strings.ReplaceAll(v.Get(name), "\r\n", "\n") }
	f := benchForm{
		Token: text("token"), Strict: v.Has("strict"),
		Algorithms: v["alg"], KeyFrom: v.Get("key_from"), Key: text("key"), Encoding: v.Get("encoding"),
		Issuer: v.Get("iss"), Audience: v.Get("aud"), Typ: v.Get("typ"), Leeway: v.Get("leeway"), RequireExp: v.Has("require_exp"), Now: strings.TrimSpace(v.Get("now")),
		Header: text("header"), Payload: text("payload"), SignKey: text("sign_key"), SignEncoding: v.Get("sign_encoding"), KeyAlgorithm: v.Get("key_alg"), PublicKey: text("public_key"),
		KeyBits: v.Get("key_bits"), Require: v.Get("require"), Present: v.Has("present"), was: v.Get("was"),
	}
	for _, state := range v["past"] {
		f.push(state)
	}
	if n, err := strconv.Atoi(v.Get("sent")); err == nil && n > 0 && n < 1_000_000 {
		f.Sent = n
	}
	f.Sent++ // this request
	return f
}

// cutButton reads a button's value: "example:access" is example and access.
func cutButton(value string) (do, name string) {
	do, name, _ = strings.Cut(value, ":")
	return do, name
}

// policy is the policy that the fields say.
func (f *benchForm) policy(labNow time.Time) playground.Policy {
	p := playground.Policy{
		Algorithms: f.Algorithms, Issuer: f.Issuer, Audience: f.Audience, Type: f.Typ, Now: labNow, Lenient: !f.Strict,
	}
	if n, err := strconv.Atoi(strings.TrimSpace(f.Leeway)); err == nil {
		p.LeewaySeconds = n
	}
	if f.RequireExp {
		p.Require = []string{"exp"}
	}
	for _, name := range f.required() {
		if !slices.Contains(p.Require, name) {
			p.Require = append(p.Require, name)
		}
	}
	if n, ok := f.fixedNow(); ok {
		p.Now = time.Unix(n, 0)
	}
	return p
}

// maxRequired is how many claims may be required.
const maxRequired = 20

// required are the names in the field, separated by spaces or commas.
func (f *benchForm) required() []string {
	names := strings.FieldsFunc(f.Require, func(r rune) bool { return r == ',' || r == ' ' || r == ';' || r == '\t' })
	return names[:min(len(names), maxRequired)]
}

// fixedNow is the time in the field, if there is a sensible one.
func (f *benchForm) fixedNow() (int64, bool) {
	n, err := strconv.ParseInt(f.Now, 10, 64)
	return n, err == nil && n >= 0 && n < 1e11
}

// take puts header and payload of the token into the fields of “Build a token”, byte for byte.
func (f *benchForm) take() {
	t := playground.Decode(f.Token, f.Strict)
	h, p := t.Header(), t.Payload()
	if h == nil || p == nil {
		f.Said = "There is no header and payload to take."
		return
	}
	f.Header, f.Payload = string(h.Bytes), string(p.Bytes)
	f.Said = "Header and payload stand under “Build a token” as they were signed. The key is not: a token does not have it."
}

// takeFound replaces the text by one of the further tokens in it, by its number
// from 0.
func (f *benchForm) takeFound(number string) {
	others := playground.Decode(f.Token, false).Others
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(others) {
		f.Said = "That token is not there any more."
		return
	}
	f.Token, f.Said = others[n].Text, "The token that stood there as "+others[n].Name+"."
}

// unwrap replaces the token by the one inside it: the payload of a nested
// token, or what an encrypted one opens to.
func (f *benchForm) unwrap() {
	inner := ""
	switch t := playground.Decode(f.Token, f.Strict); {
	case t.Kind == playground.JWE && f.KeyFrom != "lab":
		keys, _ := playground.ParseKey([]byte(f.Key), playground.Encoding(f.Encoding))
		inner = string(playground.Decrypt(f.Token, keys, f.Strict).Plaintext)
	case t.Payload() != nil:
		inner = string(t.Payload().Bytes)
	}
	if !isToken(inner) {
		f.Said = "There is no token inside this one."
		return
	}
	f.Token, f.Said = inner, "The inner token. It has to be verified on its own: give its issuer’s key."
}

// isToken says whether a text is a token in the compact form.
func isToken(text string) bool {
	t := playground.Decode(text, true)
	return t.Kind == playground.JWS && len(t.Parts) == 3 || t.Kind == playground.JWE
}

// made is a token that was built here, or why it could not.
type made struct {
	Token, Algorithm string
	Notes            []string
	Problem, Fix     string
	Fits             []string // the algorithms that the key could sign with
	key              playground.Key
}

// makeToken signs the bytes as they are, with the algorithm that the header names.
func makeToken(header, payload, keyText string, encoding playground.Encoding) made {
	v, _ := playground.ScanJSON([]byte(header))
	alg := v.String("alg")
	switch {
	case v == nil || v.Kind != playground.KindObject:
		return made{Problem: "The header is no JSON object, so it names no algorithm.", Fix: `Write a header such as {"alg":"HS256"}.`}
	case alg == "":
		return made{Problem: "The header names no algorithm.", Fix: `Put "alg" into the header.`}
	case alg == "none":
		return made{Token: playground.Unsecured([]byte(header), []byte(payload)), Algorithm: alg, Notes: []string{"Nobody signed this: with `none` the third part is empty. Every verifier must refuse it."}}
	}
	keys, err := playground.ParseKey([]byte(keyText), encoding)
	if err != nil {
		m := made{Problem: err.Error()}
		if p := (*playground.KeyError)(nil); errors.As(err, &p) {
			m.Fix = p.Fix
		}
		return m
	}
	return signWith(header, payload, alg, keys)
}

func signWith(header, payload, alg string, keys *playground.KeySet) made {
	k, _ := keys.First()
	if k.Signer() == nil {
		return made{Problem: "To sign, the private half is needed; this is " + k.Words() + ".", Fix: "Paste the private key, or have a key made."}
	}
	token, err := playground.Sign([]byte(header), []byte(payload), k.Signer(), alg)
	if err != nil {
		m := made{Problem: "`" + alg + "` is no algorithm that is signed with here.", Fix: "Use one of " + strings.Join(playground.Algorithms(), ", ") + "."}
		if fits := playground.AlgorithmsFor(k.Public); errors.Is(err, playground.ErrSignKey) {
			m.Fits = fits
			m.Problem, m.Fix = "The header says `"+alg+"`, which this key cannot sign: it is "+k.Words()+".", "Write one of "+strings.Join(fits, ", ")+" into the header, or give another key."
		}
		return m
	}
	m := made{Token: token, Algorithm: alg, key: k, Notes: flawsOf(token)}
	if secret, ok := k.Public.([]byte); ok && len(secret) < 32 {
		m.Notes = append(m.Notes, fmt.Sprintf("The secret has %d bytes. It signs, but it can be guessed: RFC 7518 §3.2 asks for at least 32.", len(secret)))
	}
	if !json.Valid([]byte(payload)) {
		m.Notes = append(m.Notes, "The payload is not JSON: this is a signed message, but no JWT.")
	}
	return m
}

// sendBuilt puts the built token, and what verifies it, where a token is pasted.
func (s *server) sendBuilt(f *benchForm) {
	m := makeToken(f.Header, f.Payload, f.SignKey, playground.Encoding(f.SignEncoding))
	if m.Token == "" {
		f.Said = "There is no token to send: " + m.Problem
		return
	}
	f.Token, f.KeyFrom = m.Token, "pasted"
	f.Key, f.Encoding = f.SignKey, f.SignEncoding
	if _, secret := m.key.Public.([]byte); !secret && m.key.Public != nil {
		if jwk, err := playground.PublicJWK(m.key.Public, "", ""); err == nil {
			f.Key = string(jwk)
		}
	}
	if m.Algorithm != "none" && !slices.Contains(f.Algorithms, m.Algorithm) {
		f.Algorithms = []string{m.Algorithm}
	}
	f.Said = "The token stands under “Paste a token”, with the key that verifies it."
}

// generate makes a key to sign with and writes its algorithm into the header.
func (f *benchForm) generate() {
	bits := 0 // as the algorithm wants it
	if f.KeyBits == "3072" && playground.AlgorithmWords(f.KeyAlgorithm) != "" {
		bits = 3072
	}
	key, err := playground.GenerateKey(f.KeyAlgorithm, bits)
	if err != nil {
		f.Said = "There is no algorithm " + f.KeyAlgorithm + " to make a key for."
		return
	}
	f.SignKey, f.SignEncoding, f.PublicKey = key.PrivatePEM, string(playground.UTF8), key.PublicPEM
	if key.Secret != "" {
		f.SignKey, f.SignEncoding = key.Secret, string(playground.Base64URL)
	}
	f.Header = `{"alg":"` + f.KeyAlgorithm + `","typ":"JWT","kid":"` + key.Thumbprint + `"}`
	f.Said = "A new " + f.KeyAlgorithm + " key. It is nowhere but on this page."
}

package lessons

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"claimcheck/playground"
)

// A recipe says how a token is made; see the authoring format.
type recipe struct {
	Name   string         `yaml:"name"`
	From   string         `yaml:"from"`
	Header map[string]any `yaml:"header"`
	Claims map[string]any `yaml:"claims"`
	Sign   string         `yaml:"sign"`
}

// lifetime is how long a token lives whose recipe does not say: as long as one
// of AcmeID's access tokens.
const lifetime = 30 * time.Minute

// A minter makes tokens by recipes.
type minter struct {
	now  time.Time
	vars map[string]string
	jti  string
	// key signs what AcmeID signs.
	key crypto.Signer
	kid string
	alg string
}

// sampleKey signs the tokens that lessons show. It is derived from a fixed text,
// so that a sample's verdict can be checked anywhere, and it signs nothing else.
func sampleKey(name string) (*ecdsa.PrivateKey, error) {
	seed := sha256.Sum256([]byte("claimcheck lesson samples: " + name))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
	if err != nil {
		return nil, fmt.Errorf("sample key: %w", err)
	}
	return key, nil
}

// sampleMinter makes the tokens that are shown in lessons, at load.
func sampleMinter(now time.Time, origin string) (*minter, error) {
	key, err := sampleKey("acmeid")
	if err != nil {
		return nil, err
	}
	return &minter{now: now, vars: labVars(origin, "main"), key: key, kid: "acmeid-sample", alg: "ES256", jti: "at-4711"}, nil
}

// labVars are the variables that every lab has.
func labVars(origin, lab string) map[string]string {
	return map[string]string{
		"origin": origin, "issuer": origin + "/idp/" + lab, "stepcloud": origin + "/rs/" + lab + "/stepcloud",
	}
}

var (
	errKeep   = errors.New("sign: keep needs a token to start from")
	errSigner = errors.New("sign is acmeid, mallory, trial, none, keep or hmac:SECRET")
	errNoJWT  = errors.New("the token to start from is no JWT")
)

// mint makes the recipe's token.
func (m *minter) mint(r *recipe) (string, error) {
	header, claims := m.fresh()
	signature := ""
	if r.From != "" {
		base, ok := m.vars[r.From]
		if !ok {
			return "", fmt.Errorf("there is no ${%s}", r.From)
		}
		t := playground.Decode(base, true)
		if t.Kind != playground.JWS {
			return "", errNoJWT
		}
		header, claims = decoded(t.Header()), decoded(t.Payload())
		if header == nil || claims == nil {
			return "", errNoJWT
		}
		signature = t.Signature().Encoded
	}
	h, err := m.merge(header, r.Header)
	if err != nil {
		return "", err
	}
	c, err := m.merge(claims, r.Claims)
	if err != nil {
		return "", err
	}
	return m.sign(r.Sign, h, c, signature, r.Header)
}

func (m *minter) fresh() (header, claims members) {
	header = members{{"alg", m.alg}, {"typ", "at+jwt"}, {"kid", m.kid}}
	now := m.now.Unix()
	claims = members{
		{"iss", m.vars["issuer"]},
		{"sub", "alice"},
		{"aud", m.vars["stepcloud"]},
		{"client_id", "fittrack"},
		{"scope", "steps:read"},
		{"iat", now},
		{"exp", now + int64(lifetime/time.Second)},
		{"jti", m.jti},
	}
	return header, claims
}

// sign signs with whose key the recipe says. The header's alg follows the key
// unless the recipe sets it.
func (m *minter) sign(who string, header, claims members, old string, set map[string]any) (string, error) {
	key, alg := any(m.key), m.alg
	who, err := expand(who, m.vars)
	if err != nil {
		return "", err
	}
	secret, mac := strings.CutPrefix(who, "hmac:")
	switch {
	case who == "" || who == "acmeid":
		if _, ok := set["kid"]; !ok {
			header = header.put("kid", m.kid)
		}
	case who == "mallory":
		k, err := sampleKey("mallory")
		if err != nil {
			return "", err
		}
		key, alg = k, "ES256"
	case who == "trial":
		key, alg = trialKey(), "EdDSA"
		header = header.put("kid", trialKID)
	case who == "none":
		alg = "none"
	case who == "keep":
		if old == "" {
			return "", errKeep
		}
		return encode(header) + "." + encode(claims) + "." + old, nil
	case mac:
		key, alg = []byte(secret), "HS256"
	default:
		return "", errSigner
	}
	if _, ok := set["alg"]; !ok {
		header = header.put("alg", alg)
	}
	if alg == "none" {
		return playground.Unsecured(header.json(), claims.json()), nil
	}
	return playground.Sign(header.json(), claims.json(), key, alg)
}

// merge puts the recipe's members over the base's: null deletes, times may be
// relative to now.
func (m *minter) merge(base members, over map[string]any) (members, error) {
	out := slices.Clone(base)
	for _, name := range slices.Sorted(maps.Keys(over)) {
		v := over[name]
		if v == nil {
			out = slices.DeleteFunc(out, func(x member) bool { return x.name == name })
			continue
		}
		v, err := m.value(name, v)
		if err != nil {
			return nil, err
		}
		out = out.put(name, v)
	}
	return out, nil
}

// value is a member's value with its variables filled in, at any depth.
func (m *minter) value(name string, v any) (any, error) {
	var err error
	switch v := v.(type) {
	case string:
		return m.text(name, v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			if out[i], err = m.value("", v[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for n := range v {
			if out[n], err = m.value("", v[n]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

func (m *minter) text(name, s string) (any, error) {
	switch name {
	case "exp", "nbf", "iat", "auth_time":
		if d, err := time.ParseDuration(s); err == nil {
			return m.now.Add(d).Unix(), nil
		}
	}
	return expand(s, m.vars)
}

// A member of a JSON object. Tokens keep the order of theirs.
type member struct {
	name  string
	value any
}

type members []member

func (ms members) put(name string, value any) members {
	for i := range ms {
		if ms[i].name == name {
			ms[i].value = value
			return ms
		}
	}
	return append(ms, member{name, value})
}

func (ms members) json() []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range ms {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(m.name)
		value, err := json.Marshal(m.value)
		if err != nil { // YAML values always fit
			value = []byte("null")
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

func encode(ms members) string { return base64.RawURLEncoding.EncodeToString(ms.json()) }

// decoded are the members of a token's part in their order, each as it is
// written; nil if the part is no JSON object.
func decoded(p *playground.Part) members {
	object := p.Object()
	if object == nil {
		return nil
	}
	out := members{}
	for _, m := range object.Members {
		out = append(out, member{m.Name, json.RawMessage(p.Bytes[m.Value.Start:m.Value.End])})
	}
	return out
}

// payload and joseHeader read a compact token's parts; nil if it is none.
func payload(token string) map[string]any { return readJWT(token).payload }

func joseHeader(token string) map[string]any { return readJWT(token).header }

// jwt is a signed or unsecured token as Go reads it. What is nil is no JSON
// object in flawless base64url.
type jwt struct{ header, payload map[string]any }

func readJWT(token string) jwt {
	t := playground.Decode(token, true)
	if len(t.Parts) != 3 {
		return jwt{}
	}
	return jwt{header: object(t.Header()), payload: object(t.Payload())}
}

func object(p *playground.Part) map[string]any {
	var v map[string]any
	if p == nil || !p.Good || json.Unmarshal(p.Bytes, &v) != nil {
		return nil
	}
	return v
}

package lessons

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// equalsCheck compares typed values with given ones.
func equalsCheck(b *builder) Check {
	var p struct {
		Want map[string]string `yaml:"want"`
		Near map[string]string `yaml:"near"`
	}
	if !b.params(&p) || !b.need(len(p.Want) > 0, "want") {
		return nil
	}
	labels := map[string]template.HTML{}
	for id := range p.Want {
		if !b.field(id) {
			return nil
		}
		labels[id] = b.label(id)
	}
	feedback := map[string]template.HTML{}
	for value, text := range p.Near {
		feedback[value] = b.inline(text, "with", "near")
	}
	ids := slices.Sorted(maps.Keys(p.Want))
	return func(a *Attempt) Verdict {
		v := Verdict{Done: true}
		for _, id := range ids {
			got := strings.TrimSpace(a.Answers.Get(id))
			var one Verdict
			known, isNear := feedback[got]
			switch {
			case got == p.Want[id]:
				one = done(labels[id], "")
			case got == "":
				one = open(labels[id], "No answer yet.")
			case isNear:
				one = near(labels[id], known)
			default:
				one = near(labels[id], "That is not the value.")
			}
			v = v.and(one)
		}
		return v
	}
}

// and joins two verdicts.
func (v Verdict) and(w Verdict) Verdict {
	v.Done = v.Done && w.Done
	v.Rungs = append(v.Rungs, w.Rungs...)
	v.Missing = append(v.Missing, w.Missing...)
	if v.NearMiss == "" {
		v.NearMiss = w.NearMiss
	}
	return v
}

// s256Check recomputes a PKCE challenge (RFC 7636 §4.2).
func s256Check(b *builder) Check {
	var p struct {
		Verifier      string `yaml:"verifier"`
		VerifierField string `yaml:"verifier_field"`
		Field         string `yaml:"field"`
	}
	if !b.params(&p) || !b.need(p.Verifier != "" || p.VerifierField != "", "verifier or verifier_field") || !b.field(p.Field) {
		return nil
	}
	if p.VerifierField != "" && !b.field(p.VerifierField) {
		return nil
	}
	title := b.label(p.Field)
	return func(a *Attempt) Verdict {
		verifier := p.Verifier
		if p.VerifierField != "" {
			verifier = strings.TrimSpace(a.Answers.Get(p.VerifierField))
		}
		got := strings.TrimSpace(a.Answers.Get(p.Field))
		if got == "" || verifier == "" {
			return open(title, "No value yet.")
		}
		if p.VerifierField != "" && (len(verifier) < 43 || len(verifier) > 128) {
			return near(title, say("A `code_verifier` has 43 to 128 characters; yours has %d.", len(verifier)))
		}
		return digest(title, got, verifier, sum256([]byte(verifier)))
	}
}

func sum256(b []byte) []byte { s := sha256.Sum256(b); return s[:] }

// digest compares a typed value with the base64url of sum, and knows the ways
// in which it is missed.
func digest(title template.HTML, got, input string, sum []byte) Verdict {
	want := base64.RawURLEncoding.EncodeToString(sum)
	switch got {
	case want:
		return done(title, "Recomputed: it is the same.")
	case input:
		return near(title, "That is the input itself. Nothing has been computed yet.")
	case hex.EncodeToString(sum):
		return near(title, "The right bytes, written in hex. Write them in base64url.")
	case base64.RawURLEncoding.EncodeToString([]byte(hex.EncodeToString(sum))):
		return near(title, "You encoded the hex text of the digest. Encode its 32 bytes.")
	}
	switch strings.TrimRight(got, "=") {
	case want:
		return near(title, "Right but for the padding: base64url in JOSE and PKCE has no `=` at the end.")
	case base64.RawStdEncoding.EncodeToString(sum):
		return near(title, "That is base64. The URL alphabet has `-` and `_` where base64 has `+` and `/`.")
	}
	return near(title, "That is not the value that comes out here.")
}

// hmacCheck recomputes an HMAC-SHA256 (RFC 7518 §3.2).
func hmacCheck(b *builder) Check {
	var p struct {
		Field  string `yaml:"field"`
		Input  string `yaml:"input"`
		Secret string `yaml:"secret"`
		Raw    string `yaml:"secret_base64url"`
	}
	if !b.params(&p) || !b.need(p.Input != "" && (p.Secret != "" || p.Raw != ""), "input and a secret") || !b.field(p.Field) {
		return nil
	}
	key, err := secretBytes(p.Secret, p.Raw)
	if err != nil {
		b.problem(b.d.line("with", "secret_base64url"), "write base64url without padding", "%v", err)
		return nil
	}
	title := b.label(p.Field)
	input := strings.Join(strings.Fields(p.Input), "")
	return func(a *Attempt) Verdict {
		got := strings.TrimSpace(a.Answers.Get(p.Field))
		if got == "" {
			return open(title, "No value yet.")
		}
		if i := strings.LastIndexByte(got, '.'); i >= 0 {
			got = got[i+1:] // the whole token was pasted
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(input))
		if p.Raw != "" {
			wrong := hmac.New(sha256.New, []byte(p.Raw))
			wrong.Write([]byte(input))
			if got == base64.RawURLEncoding.EncodeToString(wrong.Sum(nil)) {
				return near(title, "You used the text of the secret as the key. Decode it from base64url first.")
			}
		}
		return digest(title, got, input, mac.Sum(nil))
	}
}

func secretBytes(text, raw string) ([]byte, error) {
	if raw == "" {
		return []byte(text), nil
	}
	key, err := base64.RawURLEncoding.DecodeString(raw)
	if err != nil {
		return nil, fmt.Errorf("the secret is no base64url: %w", err)
	}
	return key, nil
}

// base64urlJSONCheck decodes a typed part of a token and looks at its members.
func base64urlJSONCheck(b *builder) Check {
	var p struct {
		Field string         `yaml:"field"`
		Want  map[string]any `yaml:"want"`
	}
	if !b.params(&p) || !b.need(len(p.Want) > 0, "want") || !b.field(p.Field) {
		return nil
	}
	title := b.label(p.Field)
	return func(a *Attempt) Verdict {
		got := strings.TrimSpace(a.Answers.Get(p.Field))
		switch {
		case got == "":
			return open(title, "No value yet.")
		case strings.HasPrefix(got, "{"):
			return near(title, "That is the JSON. Now encode its bytes in base64url.")
		case strings.HasSuffix(got, "="):
			return near(title, "JOSE leaves the padding out: drop the `=` at the end.")
		case strings.ContainsAny(got, "+/"):
			return near(title, "That is the alphabet of base64. Write `-` for `+` and `_` for `/`.")
		case strings.Contains(got, "."):
			return near(title, "That has several parts. One part is asked for.")
		}
		raw, err := base64.RawURLEncoding.DecodeString(got)
		if err != nil {
			return near(title, "That cannot be decoded from base64url.")
		}
		var v map[string]any
		if err := json.Unmarshal(raw, &v); err != nil {
			return near(title, say("It decodes to `%s`, which is no JSON object.", string(raw)))
		}
		if why := differ(v, p.Want, a); why != "" {
			return near(title, why)
		}
		return done(title, say("It decodes to `%s`.", string(raw)))
	}
}

// differ says which wanted member v lacks, or is empty. "*" wants it present,
// "future" and "past" want a time on that side of now.
func differ(v, want map[string]any, a *Attempt) template.HTML {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		got, ok := v[name]
		if !ok {
			return say("The member `%s` is not there.", name)
		}
		at, isNumber := got.(float64)
		now := float64(a.Now.Unix())
		switch w := want[name]; {
		case w == "*":
		case w == "future" || w == "past":
			if !isNumber {
				return say("`%s` is no number of seconds.", name)
			}
			if at > 1e11 {
				return say("`%s` looks like milliseconds. A NumericDate counts seconds.", name)
			}
			if (at > now) != (w == "future") {
				return say("`%s` is %d, which is not in the %s.", name, int64(at), fmt.Sprint(w))
			}
		case !sameJSON(got, substitute(w, a.Vars)):
			return say("`%s` is `%s`, and `%s` is asked for.", name, jsonText(got), jsonText(substitute(w, a.Vars)))
		}
	}
	return ""
}

func substitute(v any, vars map[string]string) any {
	if s, ok := v.(string); ok {
		if e, err := expand(s, vars); err == nil {
			return e
		}
	}
	return v
}

// sameJSON compares values across the types that YAML and JSON give them. A
// list with one element equals that element, as aud allows it.
func sameJSON(a, b any) bool {
	x, y := jsonText(a), jsonText(b)
	return x == y || x == "["+y+"]" || reflect.DeepEqual(a, b)
}

func jsonText(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}

// claimCheck looks at a value inside a shown token.
func claimCheck(b *builder) Check {
	var p struct {
		Field string  `yaml:"field"`
		Token rawNode `yaml:"token"`
		Path  string  `yaml:"path"`
	}
	if !b.params(&p) || !b.need(p.Token.node != nil && p.Path != "", "token and path") || !b.field(p.Field) {
		return nil
	}
	tok, ok := b.tokenParam(p.Token)
	if !ok {
		return nil
	}
	from, name := payload(tok), p.Path
	if rest, isHeader := strings.CutPrefix(p.Path, "header."); isHeader {
		from, name = joseHeader(tok), rest
	}
	value, ok := from[name]
	if !b.need(ok, "a path to a member that the token has") {
		return nil
	}
	want, title := strings.Trim(jsonText(value), `"`), b.label(p.Field)
	b.e.Token = tok
	return func(a *Attempt) Verdict {
		got := strings.Trim(strings.TrimSpace(a.Answers.Get(p.Field)), `"`)
		switch {
		case got == want:
			return done(title, "")
		case got == "":
			return open(title, "No value yet.")
		case strings.Count(got, ".") == 2 && len(got) > 60:
			return near(title, "That is the whole token. One value inside it is asked for.")
		}
		for member, other := range from {
			if got == strings.Trim(jsonText(other), `"`) {
				return near(title, say("That is the value of `%s`.", member))
			}
		}
		return near(title, say("The token's `%s` is something else. Decode the part and read it.", name))
	}
}

// tokenParam is a token given literally or as a recipe.
func (b *builder) tokenParam(n rawNode) (string, bool) {
	var literal string
	if before := len(b.m.ps.all); n.node.Type().String() == "String" || n.node.Type().String() == "Literal" {
		ok := b.d.decode(n.node, &literal)
		return strings.Join(strings.Fields(literal), ""), ok && len(b.m.ps.all) == before
	}
	var r recipe
	if !b.d.decode(n.node, &r) {
		return "", false
	}
	tok, err := b.m.minted(&r)
	if err != nil {
		b.problem(b.d.line("with", "token"), "mend the recipe", "the token cannot be made: %v", err)
		return "", false
	}
	return tok, true
}

package playground

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-jose/go-jose/v4"
	strict "github.com/go-jose/go-jose/v4/json"
	"github.com/golang-jwt/jwt/v5"
)

// Readers are the ways in which [Result.Readings] reads a token, in the order
// of the columns.
func Readers() [4]string {
	return [4]string{"golang-jwt, MapClaims", "golang-jwt, RegisteredClaims", "go-jose", "JavaScript"}
}

// A Reading is one thing about a token as each of the [Readers] takes it.
type Reading struct {
	// Name is the claim, or what is asked: "accepts the token".
	Name string
	// Values are what each takes it for; empty where it is not looked at.
	Values [4]string
	// Differ says that they do not agree, Why why not.
	Differ bool
	Why    string
}

// reads holds what one reader made of a payload.
type reads struct {
	claims map[string]any
	err    error
}

// Readings reads the same token as four readers do and lays the results side by
// side: first whether they accept it with the key and policy that were used,
// then every claim. It is empty when the token is not signed or its payload is
// not base64url.
func (r *Result) Readings(p Policy) []Reading {
	payload := r.Token.Payload()
	if r.Token.Kind != JWS || len(r.Token.Parts) != 3 || payload == nil || !payload.Good && len(payload.Bytes) == 0 {
		return nil
	}
	var list []Reading
	if r.Key != nil {
		list = append(list, r.acceptance(&p))
	}
	all := [4]reads{mapReads(payload.Bytes), structReads(payload.Bytes), joseReads(payload.Bytes), scriptReads(payload)}
	list = append(list, readability(&all))
	for _, name := range claimNames(payload) {
		list = append(list, payload.reading(name, &all))
	}
	return list
}

// acceptance asks the libraries themselves. JavaScript has none of its own.
func (r *Result) acceptance(p *Policy) Reading {
	says := func(err error) string {
		if err != nil {
			return "no: " + strings.TrimPrefix(err.Error(), "go-jose/go-jose: ")
		}
		return "yes"
	}
	find := func(*jwt.Token) (any, error) { return r.Key.Public, nil }
	_, mapped := jwt.NewParser(libraryOptions(p)...).Parse(r.Token.Text, find)
	_, typed := jwt.NewParser(libraryOptions(p)...).ParseWithClaims(r.Token.Text, &jwt.RegisteredClaims{}, find)
	row := Reading{Name: "accepts the token", Values: [4]string{says(mapped), says(typed), says(r.joseAccepts(p)), ""}}
	row.Differ = (mapped == nil) != (typed == nil)
	switch crit := r.Token.Header().Object().Get("crit"); {
	case crit != nil && mapped == nil:
		row.Differ, row.Why = true, "golang-jwt does not look at `crit`; go-jose refuses what it does not understand."
	case row.Differ:
		row.Why = "The two kinds of claims of one library take different members for `exp`, `nbf` or `aud`: a Go struct matches names in any case."
	case mapped == nil && row.Values[2] != "yes":
		row.Differ, row.Why = true, "go-jose reads more strictly: duplicate members, line breaks and critical headers end it."
	}
	return row
}

// joseAccepts verifies with go-jose, which looks at the signature and the form;
// the claims are its caller's.
func (r *Result) joseAccepts(p *Policy) error {
	algs := make([]jose.SignatureAlgorithm, 0, len(algorithms))
	for i := range algorithms {
		if len(p.Algorithms) == 0 || slices.Contains(p.Algorithms, algorithms[i].name) {
			algs = append(algs, jose.SignatureAlgorithm(algorithms[i].name))
		}
	}
	signed, err := jose.ParseSignedCompact(r.Token.Text, algs)
	if err != nil {
		return err
	}
	payload, err := signed.Verify(r.Key.Public)
	if err != nil {
		return err
	}
	return strict.Unmarshal(payload, &map[string]any{})
}

func mapReads(b []byte) reads {
	claims := jwt.MapClaims{}
	err := json.Unmarshal(b, &claims)
	return reads{claims, err}
}

// structReads takes what jwt.RegisteredClaims has a field for.
func structReads(b []byte) reads {
	var c jwt.RegisteredClaims
	if err := json.Unmarshal(b, &c); err != nil {
		return reads{nil, err}
	}
	claims := map[string]any{}
	for name, text := range map[string]string{"iss": c.Issuer, "sub": c.Subject, "jti": c.ID} {
		if text != "" {
			claims[name] = text
		}
	}
	for name, date := range map[string]*jwt.NumericDate{"exp": c.ExpiresAt, "nbf": c.NotBefore, "iat": c.IssuedAt} {
		if date != nil {
			claims[name] = float64(date.Unix())
		}
	}
	if len(c.Audience) > 0 {
		claims["aud"] = []string(c.Audience)
	}
	return reads{claims, nil}
}

func joseReads(b []byte) reads {
	claims := map[string]any{}
	err := strict.Unmarshal(b, &claims)
	return reads{claims, err}
}

// scriptReads does what JSON.parse does: the last of two members counts, and
// every number is a double; one that is too large becomes Infinity.
func scriptReads(p *Part) reads {
	if p.Value == nil || p.flaw("json_syntax") != nil || p.flaw("json_trail") != nil {
		return reads{nil, strict.Unmarshal(p.Bytes, new(any))}
	}
	v, _ := scriptValue(p.Value).(map[string]any)
	return reads{v, nil}
}

func scriptValue(v *Value) any {
	switch v.Kind {
	case KindNumber:
		f, err := strconv.ParseFloat(v.Text, 64)
		if err != nil && !math.IsInf(f, 0) {
			return nil
		}
		return f
	case KindString:
		return v.Text
	case KindBool:
		return v.Text == "true"
	case KindArray:
		items := make([]any, len(v.Items))
		for i := range v.Items {
			items[i] = scriptValue(&v.Items[i])
		}
		return items
	case KindObject:
		members := make(map[string]any, len(v.Members))
		for i := range v.Members {
			members[v.Members[i].Name] = scriptValue(&v.Members[i].Value)
		}
		return members
	case KindNull:
	}
	return nil
}

// readability is the row that says who can read the payload at all.
func readability(all *[4]reads) Reading {
	row := Reading{Name: "reads the payload"}
	good := 0
	for i := range all {
		if row.Values[i] = "yes"; all[i].err != nil {
			row.Values[i] = "no: " + strings.TrimPrefix(strings.TrimPrefix(all[i].err.Error(), "go-jose/go-jose: "), "json: ")
		} else {
			good++
		}
	}
	if row.Differ = good > 0 && good < len(all); row.Differ {
		row.Why = "What one refuses, another reads. Something in the payload is out of the ordinary: a name that occurs twice, a number too large, a type that the struct has no room for."
	}
	return row
}

// claimNames are the payload's member names, each once.
func claimNames(p *Part) []string {
	var names []string
	if o := p.Object(); o != nil {
		for i := range o.Members {
			if name := o.Members[i].Name; !slices.Contains(names, name) && len(names) < maxFlaws {
				names = append(names, name)
			}
		}
	}
	return names
}

// reading is the row of one claim.
func (p *Part) reading(name string, all *[4]reads) Reading {
	row := Reading{Name: name}
	first := ""
	for i := range all {
		v, there := all[i].claims[name]
		if all[i].err != nil {
			row.Values[i] = "refused the payload"
			continue
		}
		if !there && i == 1 && !registered(name) {
			continue
		}
		if row.Values[i] = "not there"; there {
			row.Values[i] = written(v)
		}
		switch text := plain(row.Values[i], name); {
		case first == "":
			first = text
		case first != text:
			row.Differ = true
		}
	}
	row.Why = p.why(name, row.Differ)
	row.Differ = row.Differ || row.Why != ""
	return row
}

// plain is a value for comparing: an "aud" is the same alone and in a list.
func plain(text, name string) string {
	if name == "aud" {
		return strings.Trim(text, "[]")
	}
	return text
}

// why explains what is special about a claim; it is empty if nothing is.
func (p *Part) why(name string, differ bool) string {
	o := p.Object()
	count := 0
	for i := range o.Members {
		if o.Members[i].Name == name {
			count++
		}
	}
	v := o.Get(name)
	switch {
	case count > 1:
		return "The name occurs " + strconv.Itoa(count) + " times. Go and JavaScript take the last one, go-jose refuses the token, and there are parsers that take the first."
	case !registered(name) && registered(strings.ToLower(name)):
		return "Names are compared exactly, but a Go struct also takes `" + name + "` for `" + strings.ToLower(name) + "`."
	case v.Kind == KindNumber && inexact(v.Text):
		return "Written as " + short(v.Text) + ". All of these read numbers as 64-bit floats, which have no room for it; golang-jwt’s `WithJSONNumber` keeps the digits. Send such a number as a string."
	case v.Kind == KindNumber && name == "exp" && readMoment(v.Text).seconds == 0 && !readMoment(v.Text).huge:
		return "golang-jwt v5.3.1 takes an `exp` of 0 for none, so the token never ends. To everybody else it ended in 1970."
	case differ:
		return "They take it for different things."
	}
	return ""
}

// inexact says that a number loses something as a 64-bit float.
func inexact(digits string) bool {
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return true
	}
	return !strings.ContainsAny(digits, ".eE") && written(f) != digits && digits != "-0"
}

func registered(name string) bool {
	return slices.Contains([]string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}, name)
}

// written is a value as JSON, with numbers as JavaScript writes them.
func written(v any) string {
	if f, ok := v.(float64); ok {
		if math.IsInf(f, 0) {
			return "Infinity"
		}
		if math.Abs(f) < 1e21 {
			return strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	text, err := json.Marshal(v)
	if err != nil { // an Infinity inside
		return "not JSON"
	}
	return string(text)
}

package lessons

import (
	"strings"
	"testing"
)

// policyExercise has a good token and one bad one for each field.
const policyExercise = `kind: compute
fields: [{id: algorithms, label: a}, {id: issuer, label: i}, {id: audience, label: a}, {id: type, label: t}, {id: require, label: r}, {id: leeway, label: l}]
check: policy
with:
  claims: {iss: "https://acmeid.example"}
  tokens:
    - {text: fresh, good: true, why: it is good, token: {}}
    - {text: late, good: true, why: the clocks differ, token: {claims: {exp: -30s}}}
    - {text: too late, why: ten minutes, token: {claims: {exp: -10m}}}
    - {text: trial, why: another algorithm, token: {sign: trial}}
    - {text: other issuer, why: another issuer, token: {claims: {iss: "https://other.example"}}}
    - {text: other reader, why: another reader, token: {claims: {aud: "https://other.example"}}}
    - {text: other kind, why: another kind, token: {header: {typ: JWT}}}
    - {text: endless, why: never dies, token: {claims: {exp: null}}}`

func TestCheckPolicy(t *testing.T) {
	e := build(t, policyExercise)
	right := map[string]string{
		"algorithms": "ES256", "issuer": "https://acmeid.example", "audience": "http://localhost:8080/rs/main/stepcloud",
		"type": "at+jwt", "require": "exp, sub", "leeway": "60",
	}
	judged := func(change ...string) Verdict {
		var pairs []string
		for name, value := range right {
			if len(change) == 2 && name == change[0] {
				value = change[1]
			}
			pairs = append(pairs, name, value)
		}
		return verdict(e, nil, pairs...)
	}
	expect(t, judged(), "done")
	for _, c := range []struct{ field, value, says string }{
		{"algorithms", "", "another algorithm"},
		{"issuer", "", "another issuer"},
		{"audience", "", "another reader"},
		{"type", "", "another kind"},
		{"require", "sub", "never dies"},
		{"leeway", "0", "the clocks differ"},
		{"leeway", "3600", "ten minutes"},
		{"leeway", "a minute", "number of seconds"},
		{"algorithms", "RS256", "it is good"},
	} {
		t.Run(c.field+" "+c.value, func(t *testing.T) {
			v := judged(c.field, c.value)
			expect(t, v, c.says)
			if v.Done {
				t.Error("done")
			}
		})
	}
	if v := verdict(e, nil); !strings.Contains(feedback(v), "Nothing is filled in") {
		t.Errorf("nothing filled in:\n%s", feedback(v))
	}
}

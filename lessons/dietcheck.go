package lessons

import (
	"encoding/json"
	"html/template"
	"maps"
	"slices"
	"strings"
)

// claimsCheck looks at a claims set that the learner wrote, as JSON or as a whole
// token whose signature does not matter: what must be there, what must not, and
// how long it is as the part of a token.
func claimsCheck(b *builder) Check {
	var p struct {
		Field string            `yaml:"field"`
		Keep  map[string]any    `yaml:"keep"` // "*" for any value
		Drop  map[string]string `yaml:"drop"` // with why it must go
		Max   int               `yaml:"max"`  // characters of base64url
	}
	if !b.params(&p) || !b.field(p.Field) || !b.need(len(p.Keep) > 0 && p.Max > 0, "keep and max") {
		return nil
	}
	title := b.label(p.Field)
	why := map[string]template.HTML{}
	for name, text := range p.Drop {
		why[name] = b.inline(text, "with", "drop", name)
	}
	return func(a *Attempt) Verdict {
		got := strings.TrimSpace(a.Answers.Get(p.Field))
		if got == "" {
			return open(title, "No claims yet.")
		}
		claims, problem := claimsOf(got)
		if problem != "" {
			return near(title, problem)
		}
		v := Verdict{Done: true}
		if missing := differ(claims, p.Keep, a); missing != "" {
			v = v.and(near("What the API needs is there", missing))
		} else {
			v = v.and(done("What the API needs is there", ""))
		}
		for _, name := range slices.Sorted(maps.Keys(why)) {
			if _, ok := claims[name]; ok {
				v = v.and(near(say("Without `%s`", name), why[name]))
			} else {
				v = v.and(done(say("Without `%s`", name), ""))
			}
		}
		return v.and(lengthOf(claims, p.Max))
	}
}

// lengthOf judges how long the claims are as the part of a token.
func lengthOf(claims map[string]any, most int) Verdict {
	raw, err := json.Marshal(claims)
	if err != nil {
		return near("Short enough", "It cannot be written as JSON.")
	}
	n := (len(raw)*4 + 2) / 3
	if n > most {
		return near("Short enough", say("The payload has %d characters; %d are allowed.", n, most))
	}
	return done("Short enough", say("The payload has %d characters.", n))
}

// claimsOf reads JSON or a token's payload, or says what is wrong.
func claimsOf(text string) (claims map[string]any, problem template.HTML) {
	if !strings.HasPrefix(text, "{") {
		tok, problem := pasted(text)
		if problem != "" {
			return nil, problem
		}
		return payload(tok), ""
	}
	if err := json.Unmarshal([]byte(text), &claims); err != nil {
		return nil, say("That is no JSON: %s. Look for a comma too many, or a quotation mark too few.", err)
	}
	return claims, ""
}

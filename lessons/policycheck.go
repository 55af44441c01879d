package lessons

import (
	"crypto/ed25519"
	"crypto/sha256"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"claimcheck/playground"
)

// policyFields are the fields of an exercise in which the learner writes down
// what an API checks, by their ids.
func policyFields() []string {
	return []string{"algorithms", "issuer", "audience", "type", "require", "leeway"}
}

// A policyToken is one of the tokens that come to the learner's API. It is made
// when the course is loaded, and judged by the clock of that moment.
type policyToken struct {
	Text  string `yaml:"text"`
	Good  bool   `yaml:"good"`
	Why   string `yaml:"why"`
	Token recipe `yaml:"token"`

	made       string
	title, say template.HTML
}

// policyCheck runs tokens against the rules that the learner wrote: the good ones
// must be accepted and the others refused. The keys are those of the samples. A
// sample signed as trial is of a key that the issuer publishes as well.
func policyCheck(b *builder) Check {
	var p struct {
		Claims map[string]any `yaml:"claims"` // of every token that has no other
		Tokens []policyToken  `yaml:"tokens"`
	}
	if !b.params(&p) || !b.need(len(p.Tokens) > 1, "tokens") || b.m.mint == nil {
		return nil
	}
	for _, id := range policyFields() {
		if !b.field(id) {
			return nil
		}
	}
	good := slices.ContainsFunc(p.Tokens, func(t policyToken) bool { return t.Good })
	bad := slices.ContainsFunc(p.Tokens, func(t policyToken) bool { return !t.Good })
	b.need(good && bad, "a good token and a bad one")
	for i := range p.Tokens {
		t := &p.Tokens[i]
		all := maps.Clone(p.Claims)
		if all == nil {
			all = map[string]any{}
		}
		maps.Copy(all, t.Token.Claims)
		t.Token.Claims = all
		made, err := b.m.mint.mint(&t.Token)
		if err != nil {
			b.problem(b.d.line("with", "tokens", i), "mend the recipe", "the token cannot be made: %v", err)
			return nil
		}
		t.made, t.title, t.say = made, b.inline(t.Text, "with", "tokens", i, "text"), b.inline(t.Why, "with", "tokens", i, "why")
	}
	keys, err := sampleKeys(b.m.mint)
	if err != nil {
		b.problem(b.d.line("with"), "nothing", "%v", err)
		return nil
	}
	now := b.m.mint.now
	return func(a *Attempt) Verdict {
		policy, problem := readPolicy(a.Answers)
		switch {
		case problem != "":
			return near("Your rules", problem)
		case policy == nil:
			return open("Your rules", "Nothing is filled in yet.")
		}
		policy.Now = now
		v := Verdict{Done: true}
		right := 0
		for i := range p.Tokens {
			one := p.Tokens[i].judge(keys, policy)
			if one.Done {
				right++
			}
			v = v.and(one)
		}
		v.Score = say("%d of %d tokens get what they deserve.", right, len(p.Tokens))
		return v
	}
}

// judge shows the token to an API with the policy.
func (t *policyToken) judge(keys *playground.KeySet, policy *playground.Policy) Verdict {
	r := playground.VerifyAlone(t.made, keys, *policy)
	switch accepted := r.Verdict == playground.Accept; {
	case accepted && t.Good:
		return done(t.title, "Accepted, as it should be.")
	case accepted:
		return near(t.title, "Your rules let it in. "+t.say)
	case t.Good:
		why := template.HTML("")
		if r.Refused != nil {
			why = say(" Your rules refused it at `%s`.", r.Refused.FindingID())
		}
		return near(t.title, t.say+why)
	}
	if r.Refused == nil {
		return done(t.title, "Refused.")
	}
	return done(t.title, say("Refused at `%s`.", r.Refused.FindingID()))
}

// readPolicy reads the learner's rules: nil if all fields are empty.
func readPolicy(answers url.Values) (p *playground.Policy, problem template.HTML) {
	get := func(id string) string { return strings.TrimSpace(answers.Get(id)) }
	if !slices.ContainsFunc(policyFields(), func(id string) bool { return get(id) != "" }) {
		return nil, ""
	}
	p = &playground.Policy{
		Algorithms: words(get("algorithms")), Require: words(get("require")),
		Issuer: get("issuer"), Audience: get("audience"), Type: get("type"),
	}
	if text := get("leeway"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, say("The leeway is `%s`. Write a number of seconds.", text)
		}
		p.LeewaySeconds = n
	}
	return p, ""
}

// words are the names of a list, which commas or spaces part.
func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' })
}

// trialKey is a second key of the samples' issuer.
func trialKey() ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("claimcheck lesson samples: trial"))
	return ed25519.NewKeyFromSeed(seed[:])
}

// trialKID is its name in the set.
const trialKID = "acmeid-trial"

// sampleKeys are the public keys of the samples' issuer.
func sampleKeys(m *minter) (*playground.KeySet, error) {
	key, err := sampleKey("acmeid")
	if err != nil {
		return nil, err
	}
	return playground.NewKeySet("AcmeID’s keys",
		playground.NewKey(&key.PublicKey, m.kid, m.alg), playground.NewKey(trialKey().Public(), trialKID, "EdDSA")), nil
}

package attack

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

// A Verifier is how an API finds out who shows it a token: it returns the
// subject that it lets in, or why it lets nobody in.
type Verifier func(api *API, raw string) (subject string, err error)

// An Attack is one of them, ready to be tried.
type Attack struct {
	// ID is its place in an address: "embedded-key".
	ID string
	// Title names it; Line says in one sentence what goes wrong.
	Title, Line string
	// Story tells who built what and why, in paragraphs. Task is what Mallory wants.
	Story []string
	Task  string
	// Hint is for who does not get on.
	Hint string
	// Known are the published vulnerabilities of this kind; may be empty.
	Known []string
	// Spec is the section that would have prevented it.
	Spec spec.Ref
	// Cure says in words what the changed lines do.
	Cure string
	// Loot is what Mallory has.
	Loot []Item
	// Fields are what the learner fills in.
	Fields []Field
	// Check is how the playground would judge the token at this API, nil where
	// the key is no public one.
	Check *Check

	api               *API
	wants             string
	genuine, reissued string
	forge             func(v values) (string, error)
	vulnerable, fixed Verifier
	helpers           []string
}

// An Item is a text that Mallory has got hold of.
type Item struct{ Name, Text string }

// A Field is a place for the learner's text. Part is "header", "payload" or
// "signature" where it becomes that part of the token.
type Field struct {
	Name, Label, Part string
	// Start is what stands there at first, Solution what gets in.
	Start, Solution string
	// Line says that it is one line.
	Line bool
}

// A Check is the policy that the attacked API ought to have.
type Check struct {
	Algorithm, Issuer, Audience, Type, JWK string
	Now                                    int64
}

// An Attempt is what came of a try.
type Attempt struct {
	// Token is what was made, empty if Problem says why nothing was.
	Token, Problem string
	// Vulnerable and Fixed are what the two verifiers answered.
	Vulnerable, Fixed Answer
	// Solved says that the vulnerable one let in whom it should not have.
	Solved bool
}

// An Answer is a verifier's.
type Answer struct {
	Subject string
	Err     error
}

// MaxField is the longest text of a field, in bytes.
const MaxField = 16 << 10

// values are the learner's texts by the field's name.
type values map[string]string

// Try makes a token of the learner's texts and shows it to both verifiers.
// Fields that are missing count as empty. It never fails: what is wrong with
// the texts is the attempt's Problem.
func (a *Attack) Try(texts map[string]string) Attempt {
	for _, f := range a.Fields {
		if len(texts[f.Name]) > MaxField {
			return Attempt{Problem: fmt.Sprintf("“%s” is longer than %d KiB.", f.Label, MaxField>>10)}
		}
	}
	token, err := a.forge(texts)
	if err != nil {
		return Attempt{Problem: err.Error()}
	}
	if len(token) > playground.MaxToken {
		return Attempt{Problem: "That makes a token of more than 64 KiB."}
	}
	t := Attempt{Token: token, Vulnerable: a.ask(a.vulnerable, texts, token), Fixed: a.ask(a.fixed, texts, token)}
	t.Solved = t.Vulnerable.Err == nil && t.Vulnerable.Subject == a.wants
	return t
}

// ask shows the token to a verifier. The internet of the story has what the
// learner put on Mallory's server.
func (a *Attack) ask(v Verifier, texts values, token string) Answer {
	api := *a.api
	api.Fetch = internet(a.api.published, texts["served"])
	subject, err := v(&api, token)
	if err == nil && subject == "" {
		err = errors.New("the token names no subject")
	}
	return Answer{Subject: subject, Err: err}
}

// Start are the texts that stand in the fields at first.
func (a *Attack) Start() map[string]string {
	texts := make(map[string]string, len(a.Fields))
	for _, f := range a.Fields {
		texts[f.Name] = f.Start
	}
	return texts
}

// Solution are texts that get in.
func (a *Attack) Solution() map[string]string {
	texts := make(map[string]string, len(a.Fields))
	for _, f := range a.Fields {
		texts[f.Name] = f.Solution
	}
	return texts
}

// Genuine shows both verifiers a token that they ought to accept: Mallory's own.
func (a *Attack) Genuine() (vulnerable, fixed Answer) {
	return a.ask(a.vulnerable, nil, a.genuine), a.ask(a.fixed, nil, cmp.Or(a.reissued, a.genuine))
}

// Wants is who must be let in for the attack to have worked.
func (a *Attack) Wants() string { return a.wants }

// Vulnerable and Fixed are the sources of the two verifiers. The marked lines
// are those in which they differ.
func (a *Attack) Vulnerable() Source { return listing(a.vulnerable, a.fixed, a.helpers...) }

// Fixed is the verifier that holds; see [Attack.Vulnerable].
func (a *Attack) Fixed() Source { return listing(a.fixed, a.vulnerable) }

// join makes a token of three parts, the third as it is written.
func join(v values) (string, error) {
	return encode(v["header"]) + "." + encode(v["payload"]) + "." + strings.TrimSpace(v["signature"]), nil
}

// asItIs takes the token that the learner wrote.
func asItIs(v values) (string, error) {
	if strings.TrimSpace(v["token"]) == "" {
		return "", errors.New("there is no token to send")
	}
	return v["token"], nil
}

package playground

import (
	"slices"
	"sync"
	"time"
)

// A Policy is what an API accepts. Its zero value trusts no clock and takes the
// token as it stands, without repairs.
type Policy struct {
	// Algorithms is the allow-list. Empty allows every algorithm that fits the
	// key. "none" is never allowed, whatever stands here.
	Algorithms []string `json:"algorithms,omitempty"`
	// Issuer and Audience are compared byte by byte; empty checks nothing, and
	// a row says so.
	Issuer   string `json:"issuer,omitempty"`
	Audience string `json:"audience,omitempty"`
	// Type is the "typ" that must be there, with or without "application/".
	Type string `json:"type,omitempty"`
	// LeewaySeconds forgives clocks that differ. Negative counts as zero.
	LeewaySeconds int `json:"leeway_seconds,omitempty"`
	// Require names claims that must be present. To require `iat` is also to
	// check it: one in the future is refused then.
	Require []string `json:"require,omitempty"`
	// ExactKeyID takes the set of keys for all that the signer has: a "kid" that
	// none of them has is refused, also where there is one key alone. Keys
	// without a name of their own may still be meant. Without it the one key that
	// somebody pasted is tried, whatever the token calls its own.
	ExactKeyID bool `json:"-"`
	// Hint judges an ID token that comes back to its issuer as a hint. It may have
	// expired (OpenID Connect Core 1.0 §3.1.2.1); all else counts.
	Hint bool `json:"-"`
	// Now is the time to judge by. Zero refuses every token that has a time.
	Now time.Time `json:"-"`
	// Lenient reads through what people paste along with a token ("Bearer ",
	// quotes, line breaks) and shows it as notes. An API leaves it off.
	Lenient bool `json:"-"`
}

func (p *Policy) leeway() int64 { return int64(max(p.LeewaySeconds, 0)) }

// SignatureState is the outcome for the signature alone.
type SignatureState string

// The outcomes for the signature.
const (
	SignatureValid     SignatureState = "valid"
	SignatureInvalid   SignatureState = "invalid"
	SignatureUnchecked SignatureState = "unchecked"
)

// Verdict is what an API with the policy would do.
type Verdict string

// The verdicts. Undecided means that there is nothing to decide with: no key, or
// a token that only its issuer, or whoever can decrypt it, can read.
const (
	Accept    Verdict = "accept"
	Reject    Verdict = "reject"
	Undecided Verdict = "undecided"
)

// A Result is a token with everything that was found about it.
type Result struct {
	Token    *Token
	Findings []Finding
	// Refused is the first finding that failed, nil when none did.
	Refused *Finding
	// Key is the trusted key that was tried, nil when there was none to try.
	Key *Key
	// KeySource says in words where the key came from.
	KeySource string
	Signature SignatureState
	Verdict   Verdict
	// Sentence is the verdict in words.
	Sentence string
	Library  Library
	// Profile is what kind of token it seems to be.
	Profile Profile
}

// Accepted says whether the API would take the token.
func (r *Result) Accepted() bool { return r.Verdict == Accept }

// Claims is the payload's JSON object, nil when it has none. It is proven only
// if the result is accepted.
func (r *Result) Claims() *Value { return r.Token.Payload().Object() }

// Finding is the finding of a rule, nil when the rule did not concern the token.
func (r *Result) Finding(rule string) *Finding {
	for i := range r.Findings {
		if r.Findings[i].ID == rule {
			return &r.Findings[i]
		}
	}
	return nil
}

// Before puts the findings into the rows of a list that they are a part of, before
// the rule that they decide. Rows without that rule come back as they are.
func (r *Result) Before(rows []Finding, rule string) []Finding {
	at := slices.IndexFunc(rows, func(f Finding) bool { return f.Rule != nil && f.ID == rule })
	if r == nil || at < 0 {
		return rows
	}
	return slices.Concat(rows[:at], r.Findings, rows[at:])
}

// verification is the state of one run: earlier rules fill it, later ones read it.
type verification struct {
	policy *Policy
	keys   *KeySet
	token  *Token
	// header and payload are the objects, nil when they could not be read.
	header, payload *Value
	// alg is the algorithm that the token names, if it is one of ours.
	alg *algorithm
	// allowed says that alg passed the rules about algorithms.
	allowed bool
	// candidates are the trusted keys to try; usable of them passed every rule about keys.
	candidates []*Key
	usable     []*Key
	key        *Key // the one that was tried last, or matched
	signature  SignatureState
	profile    Profile
}

// checks is the one list of rules, in the order in which they run.
var checks = sync.OnceValue(func() []Check[verification] {
	return slices.Concat(inputRules(), shapeRules(), base64Rules(), jsonRules(), algRules(), headerRules(), keyRules(), signatureRules(), timeRules(), claimRules(), kindRules())
})

// Rules are the rules that [Verify] runs, in order.
func Rules() []Rule {
	list := checks()
	rules := make([]Rule, len(list))
	for i := range list {
		rules[i] = list[i].Rule
	}
	return rules
}

// Verify judges a token as an API with this policy and these trusted keys
// would, and gives a finding for every rule that concerns the token. It never
// fails, whatever the text is; keys may be nil. Keys that the token carries or
// names by address are never used.
func Verify(token string, keys *KeySet, policy Policy) *Result {
	r := judge(token, keys, &policy)
	if len(token) <= MaxToken {
		r.Library = askLibrary(r.Token.Text, r.Key, &policy)
	}
	return r
}

// VerifyAlone is [Verify] without golang-jwt's opinion, for an API that asks on every request.
func VerifyAlone(token string, keys *KeySet, policy Policy) *Result {
	return judge(token, keys, &policy)
}

func judge(token string, keys *KeySet, policy *Policy) *Result {
	s := &verification{policy: policy, keys: keys, token: Decode(token, !policy.Lenient), signature: SignatureUnchecked}
	s.header, s.payload = s.token.Header().Object(), s.token.Payload().Object()
	s.profile = profileOf(s.header, s.payload)
	rows, _, _ := Run(Mode{KeepGoing: true}, s, checks())
	r := &Result{Token: s.token, Key: s.key, Signature: s.signature, Profile: s.profile}
	if keys != nil {
		r.KeySource = keys.Source
	}
	r.Findings = slices.DeleteFunc(rows, func(f Finding) bool { return f.Status == StatusSkipped && f.Why == WhyNotConcerned })
	for i := range r.Findings {
		if r.Findings[i].Status == StatusFail {
			r.Refused = &r.Findings[i]
			break
		}
	}
	r.decide(policy)
	return r
}

// notConcerned is the outcome of a rule that has nothing to look at.
func notConcerned() Outcome { return Skip(WhyNotConcerned) }

// outcome builders keep the rules readable.

func failed(id, message, fix string) Outcome {
	return Outcome{Status: StatusFail, Case: id, Message: message, Fix: fix}
}

func warned(id, message, fix string) Outcome {
	return Outcome{Status: StatusWarn, Case: id, Message: message, Fix: fix}
}

func informed(id, message string) Outcome {
	return Outcome{Status: StatusInfo, Case: id, Message: message}
}

func passed(id, message string) Outcome {
	return Outcome{Status: StatusPass, Case: id, Message: message}
}

func (o Outcome) because(why string) Outcome            { o.Why = why; return o }
func (o Outcome) at(span Span) Outcome                  { o.Span = span; return o }
func (o Outcome) compared(expected, got string) Outcome { o.Expected, o.Got = expected, got; return o }

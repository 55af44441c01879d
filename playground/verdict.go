package playground

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// decide sums the findings up.
func (r *Result) decide(p *Policy) {
	trusts := r.trusts(p)
	switch {
	case strings.TrimFunc(r.Token.Input, isSpace) == "":
		r.Verdict, r.Sentence = Undecided, "There is nothing to decide about yet."
	case r.Refused != nil:
		r.Verdict = Reject
		r.Sentence = trusts + " would refuse this token: " + lowerFirst(r.Refused.Message)
		if r.Signature == SignatureValid {
			r.Sentence = "The signature is genuine, and yet " + lowerFirst(trusts) + " would refuse this token: " + lowerFirst(r.Refused.Message)
		}
		if id := r.Refused.FindingID(); id == "sig_bad" || id == "sig_len" {
			r.Sentence = strings.TrimSpace(r.Sentence + " " + r.Refused.Why) // what was diagnosed
		}
	case r.Token.Kind == Opaque:
		r.Verdict, r.Sentence = Undecided, "There is nothing to read here: this is an opaque token. Only its issuer can say what it stands for, when it is asked (introspection, RFC 7662)."
	case r.Token.Kind == JWE:
		r.Verdict, r.Sentence = Undecided, trusts+" can decide nothing before the token is decrypted. Then what is inside has to be verified."
	case r.Token.Kind != JWS && r.Token.Kind != SDJWT:
		r.Verdict, r.Sentence = Reject, trusts+" would refuse this: it is not a JWT."
	case r.Signature != SignatureValid:
		r.Verdict, r.Sentence = Undecided, trusts+" cannot decide without a key. Decoded is not verified: anyone could have written this."
	default:
		r.Verdict, r.Sentence = Accept, trusts+" would accept this token: the signature is genuine, and no rule refuses it."
		if warning, n := r.warnings(); n == 1 {
			r.Sentence += " One warning: " + lowerFirst(warning)
		} else if n > 1 {
			r.Sentence += " " + count(n, "warning", "warnings") + ", the first: " + lowerFirst(warning)
		}
		if p.Issuer == "" || p.Audience == "" {
			r.Sentence += " A real API also names the issuer that it trusts and itself as the audience."
		}
	}
}

// warnings counts the findings that warn, and has the words of the first.
func (r *Result) warnings() (first string, n int) {
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Status == StatusWarn {
			if n++; n == 1 {
				first = f.Message
			}
		}
	}
	return first, n
}

// trusts begins the sentence with what the API was told to expect.
func (r *Result) trusts(p *Policy) string {
	switch {
	case p.Issuer != "" && p.Audience != "":
		return "An API that trusts " + short(p.Issuer) + " and is " + short(p.Audience)
	case p.Issuer != "":
		return "An API that trusts " + short(p.Issuer) + " and checks no audience"
	case p.Audience != "":
		return "An API that is " + short(p.Audience) + " and checks no issuer"
	}
	return "An API that checks neither issuer nor audience"
}

// lowerFirst lets a sentence follow a colon: its first letter becomes small,
// unless the first word is a name.
func lowerFirst(sentence string) string {
	word, _, _ := strings.Cut(sentence, " ")
	first, n := utf8.DecodeRuneInString(word)
	if n == len(word) || strings.IndexFunc(word[n:], func(r rune) bool { return !unicode.IsLower(r) && r != ',' && r != ':' }) >= 0 {
		if word != "A" {
			return sentence
		}
	}
	return string(unicode.ToLower(first)) + sentence[n:]
}

// MarshalJSON writes the result in the shape of the JSON interface.
func (r *Result) MarshalJSON() ([]byte, error) {
	notes := r.Token.Notes
	if notes == nil || r.Token.Text == r.Token.Input {
		notes = []Note{}
	}
	parts := r.Token.Parts
	if parts == nil {
		parts = []Part{}
	}
	return json.Marshal(struct {
		Kind       Kind           `json:"kind"`
		Normalised string         `json:"normalised"`
		Notes      []Note         `json:"notes"`
		Parts      []Part         `json:"parts"`
		Findings   []Finding      `json:"findings"`
		Signature  SignatureState `json:"signature"`
		Verdict    Verdict        `json:"verdict"`
		Sentence   string         `json:"sentence"`
		Library    Library        `json:"library"`
	}{r.Token.Kind, r.Token.Text, notes, append(parts, r.Token.Disclosures...), r.Findings, r.Signature, r.Verdict, r.Sentence, r.Library})
}

package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxIdeas is how many different ideas of a question are looked for.
const maxIdeas = 12

// An idea is a word of a question, and what else people call it. The first form is
// what was typed.
type idea []string

// A vocabulary is what is known about words: those that say nothing, and what else
// people call what the others say.
type vocabulary struct {
	stop map[string]bool
	// also is by stem, so that "microservices" is called what "microservice" is.
	also map[string][]string
	// pairs are two words that are one name.
	pairs map[string]bool
}

func newVocabulary() vocabulary {
	return vocabulary{stop: stopWords(), also: synonyms(), pairs: pairs()}
}

// ideas cuts a question into what it asks about. Words that every question has
// are left out, unless there are no others. Words that are joined by _ - . or :
// stay together as one form and are looked for as a phrase.
func (v vocabulary) ideas(question string) []idea {
	if len(question) > MaxQuestion {
		question = question[:MaxQuestion]
	}
	words := strings.FieldsFunc(strings.ToLower(strings.ToValidUTF8(question, " ")), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.'’", r)
	})
	var all, asked []string
	for _, w := range words {
		w = strings.TrimFunc(strings.NewReplacer("'s", "", "’s", "", "n't", "", "n’t", "", "'", "", "’", "").Replace(w), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if w == "" || utf8.RuneCountInString(w) > 64 {
			continue
		}
		all = append(all, w)
	}
	for _, w := range v.joined(all) {
		if !v.stop[w] {
			asked = append(asked, w)
		}
	}
	if len(asked) == 0 {
		asked = all
	}
	var out []idea
	seen := map[string]bool{}
	for _, w := range asked {
		if seen[w] || len(out) == maxIdeas {
			continue
		}
		seen[w] = true
		out = append(out, append(idea{w}, v.also[stem(w)]...))
	}
	return out
}

// joined puts together what is one name: "log … out" and "sign … in", which people
// write with other words between, and pairs such as "id token".
func (v vocabulary) joined(words []string) []string {
	var out []string
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch w {
		case "log", "logged", "logging", "sign", "signed", "signing":
			for _, next := range words[i+1 : min(i+4, len(words))] {
				if next == "in" || next == "out" {
					w = "log" + next
					break
				}
			}
		}
		if i+1 < len(words) {
			if pair := w + " " + strings.TrimSuffix(words[i+1], "s"); v.pairs[pair] {
				w = pair
				i++
			}
		}
		out = append(out, w)
	}
	return out
}

// pairs are names of two words whose words alone mean less.
func pairs() map[string]bool {
	out := map[string]bool{}
	for _, name := range []string{
		"id token", "access token", "refresh token", "bearer token", "opaque token", "logout token", "authorization code", "authorization server", "resource server",
		"client secret", "client credential", "client id", "redirect uri", "redirect url", "device code", "device flow", "implicit flow", "code flow", "password grant",
		"token exchange", "token endpoint", "open redirect", "web token", "public key", "private key", "public client", "confidential client", "request object",
		"client assertion", "front channel", "back channel", "consent page", "code injection", "service worker", "web worker",
	} {
		out[name] = true
	}
	return out
}

// match is the idea in FTS5's language: quoted strings, joined by OR. A quotation
// mark cannot be in a form; it would be no letter.
func (i idea) match() string {
	quoted := make([]string, len(i))
	for n, form := range i {
		quoted[n] = `"` + strings.ReplaceAll(form, `"`, ``) + `"`
	}
	return strings.Join(quoted, " OR ")
}

// stopWords say nothing about what is asked.
func stopWords() map[string]bool {
	const list = `a about actually after all am an and any are as at be because been before being between but by can cannot could did difference different do does doing done for from
		get gets getting give had has have having he her here him his how i if in into is it its itself let like make me mean meaning means more most must my need no nor not of on
		only or other our out over own really same she should so some somebody someone such than that the their them then there these they thing this those to too
		under until up use used uses using vs versus was we were what when where which while who whom whose why will with work works would you your`
	out := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		out[w] = true
	}
	return out
}

// synonyms are other words for what people ask about, in the words of the site, by
// the stem of what they ask.
func synonyms() map[string][]string {
	out := map[string][]string{}
	add := func(w string, forms ...string) {
		for _, f := range forms {
			if f != w && !slices.Contains(out[stem(w)], f) {
				out[stem(w)] = append(out[stem(w)], f)
			}
		}
	}
	for _, group := range [][]string{
		{"login", "signin"},
		{"logout", "log out", "sign out", "signout"},
		{"sso", "single sign-on"},
		{"revoke", "revocation", "revoked"},
		{"expire", "expires", "expired", "expiry", "exp", "expiration", "lifetime"},
		{"encrypt", "encrypted", "encryption", "jwe"},
		{"sign", "signed", "signature", "jws"},
		{"spa", "single-page app", "browser app"},
		{"oidc", "openid connect"},
		{"authenticate", "authentication"},
		{"authorize", "authorization", "authorise"},
		{"csrf", "cross-site request forgery"},
		{"xss", "hostile script", "script"},
		{"mfa", "second factor"},
		{"stolen", "steal", "stole", "theft", "thief", "leaked"},
		{"rotate", "rotation"},
		{"jwks", "jwk set"},
		{"algorithm", "alg"},
		{"audience", "aud"},
		{"issuer", "iss"},
		{"subject", "sub"},
		{"rar", "authorization_details"},
		{"par", "pushed authorization request"},
		{"verify", "verification", "validate", "validation", "check", "checklist"},
		{"email", "e-mail"},
		{"permission", "permissions", "scope"},
		{"store", "storage", "storing", "keep"},
		{"tv", "television", "device"},
	} {
		for _, w := range group {
			add(w, group...)
		}
	}
	// One way only: the right-hand words are answers to the left-hand one, not the
	// other way round.
	for w, more := range map[string][]string{
		"login":    {"logs"}, // "log in" would look up every "in"
		"rejected": {"refused", "refuse", "401", "invalid_token"},
		"refused":  {"rejected", "refuse"},
		"denied":   {"refused", "access_denied"},
		"minute":   {"expired", "expires", "exp"},
		"hour":     {"expired", "expires", "exp"},
		"unauthorized": {
			"401", "invalid_token",
		},
		"forbidden":    {"403", "insufficient_scope"},
		"localstorage": {"token storage", "local storage", "storage"},
		"cookie":       {"cookies", "session"},
		"mobile":       {"native app", "native"},
		"microservice": {"service", "token exchange"},
		"backend":      {"server", "backend for frontend"},
		"hack":         {"attack"},
		"secure":       {"security", "safe"},
		"google":       {"openid connect"},
		"password":     {"password grant"},
		"machine":      {"client credentials"},
	} {
		add(w, more...)
	}
	return out
}

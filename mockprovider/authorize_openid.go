package mockprovider

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"claimcheck/playground"
)

// promptValues are the values of prompt that are supported (OpenID Connect Core
// 1.0 §3.1.2.1).
func promptValues() []string { return []string{"none", "login", "consent", "select_account"} }

// openIDChecks are what OpenID Connect adds to the request (OpenID Connect Core
// 1.0 §3.1.2.1).
var openIDChecks = slices.Concat([]playground.Check[authorization]{
	{Test: (*authorization).promptKnown, Rule: playground.Rule{
		ID: "prompt_known", Title: "prompt has known values",
		Spec: oidc("3.1.2.1"), Level: playground.Choice, Refusal: "invalid_request",
	}},
	{Test: (*authorization).promptNoneAlone, Rule: playground.Rule{
		ID: "prompt_none_alone", Title: "prompt=none stands alone",
		Spec: oidc("3.1.2.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*authorization).maxAgeNumber, Rule: playground.Rule{
		ID: "max_age_number", Title: "max_age is a number of seconds",
		Spec: oidc("3.1.2.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*authorization).hintOurs, Rule: playground.Rule{
		ID: ruleHintOurs, Title: "The ID token hint was issued here",
		Spec: oidc("3.1.2.2"), Level: playground.Must, Refusal: "invalid_request",
	}},
}, claimsChecks, []playground.Check[authorization]{
	{Test: (*authorization).nonceFits, Rule: playground.Rule{
		ID: "nonce_text", Title: "The nonce is text of at most 4096 bytes",
		Spec: oidc("3.1.2.1"), Level: playground.Choice, Refusal: "invalid_request",
	}},
	{Test: (*authorization).stateOrPKCE, Rule: playground.Rule{
		ID: "csrf_binding", Title: "Something ties the answer to this browser",
		Spec: rfc("9700", "2.1"), Level: playground.Must,
	}},
})

// noPageChecks end a request that must not show a page. They look at the browser,
// so they come last, and not for a request that is only pushed.
var noPageChecks = []playground.Check[authorization]{
	{Test: (*authorization).noneLoggedIn, Rule: playground.Rule{
		ID: "prompt_none_login", Title: "Without a page: the user is logged in",
		Spec: oidc("3.1.2.6"), Level: playground.Must, Refusal: "login_required",
	}},
	{Test: (*authorization).noneSameUser, Rule: playground.Rule{
		ID: "prompt_none_user", Title: "Without a page: it is the user of the hint",
		Spec: oidc("3.1.2.2"), Level: playground.Must, Refusal: "login_required",
	}},
	{Test: (*authorization).noneConsented, Rule: playground.Rule{
		ID: "prompt_none_consent", Title: "Without a page: the user has agreed before",
		Spec: oidc("3.1.2.6"), Level: playground.Must, Refusal: "consent_required",
	}},
}

func (s *authorization) promptKnown() playground.Outcome {
	for _, value := range s.prompt() {
		if !slices.Contains(promptValues(), value) {
			return failAt("prompt", strings.Join(promptValues(), ", "), value, "use a value that the metadata lists")
		}
	}
	return playground.Pass()
}

func (s *authorization) promptNoneAlone() playground.Outcome {
	if s.prompts("none") && len(s.prompt()) > 1 {
		return failAt("prompt", "none alone, or no none", s.params.get("prompt"), "decide whether a page may be shown")
	}
	return playground.Pass()
}

func (s *authorization) maxAgeNumber() playground.Outcome {
	if got := s.params.get("max_age"); got != "" {
		if n, err := strconv.Atoi(got); err != nil || n < 0 {
			return failAt("max_age", "a number of seconds, 0 or more", got, "send a whole number")
		}
	}
	return playground.Pass()
}

// ruleHintOurs is decided by the rules of the playground's engine, whose rows
// stand before it.
const ruleHintOurs = "id_token_hint_ours"

func (s *authorization) hintOurs() playground.Outcome {
	hint := s.params.get("id_token_hint")
	if hint == "" {
		return playground.Skip(playground.WhyNotConcerned)
	}
	var err error
	if s.hint, err = s.p.hint(hint); err != nil {
		return playground.Broken(err)
	}
	if !s.hint.accepted() {
		return failAt("id_token_hint", "an ID token of this issuer", "another token, or a changed one", "send the ID token as it was received")
	}
	s.hinted = s.hint.text("sub")
	return playground.Pass()
}

// stateOrPKCE refuses nothing: to keep the session is the client's business.
// But a client that sends nothing to recognise its own request can't.
func (s *authorization) stateOrPKCE() playground.Outcome {
	if s.params.has("state") || s.params.has("code_challenge") || s.params.has("nonce") && s.openID() {
		return playground.Pass()
	}
	return playground.Outcome{
		Status: playground.StatusWarn, Expected: "state, PKCE, or an OpenID Connect nonce", Got: "none of them",
		Why: "An attacker can make the browser deliver an answer that the client never asked for (RFC 6749 §10.12).",
		Fix: "send a random state that is bound to the browser's session",
	}
}

func (s *authorization) noneLoggedIn() playground.Outcome {
	if !s.prompts("none") {
		return playground.Skip(playground.WhyNotConcerned)
	}
	switch {
	case s.session == nil:
		return failAt("prompt", "a user who is logged in", "nobody", "send the request again without prompt=none")
	case s.tooOld():
		o := failAt("max_age", "a login of at most max_age seconds ago", "an older one", "send the request again without prompt=none")
		o.Case = "prompt_none_max_age"
		return o
	}
	return playground.Pass()
}

func (s *authorization) noneSameUser() playground.Outcome {
	if !s.prompts("none") || s.hinted == "" {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if s.session.User != s.hinted {
		return failAt("id_token_hint", s.hinted, "another user is logged in", "let the user log in again")
	}
	return playground.Pass()
}

func (s *authorization) noneConsented() playground.Outcome {
	if !s.prompts("none") {
		return playground.Skip(playground.WhyNotConcerned)
	}
	ok, err := s.p.remembered(s.r.Context(), &s.strict, s.wish(s.session.User))
	if err != nil {
		return playground.Broken(err)
	}
	if !ok {
		return failAt("prompt", "a consent that the user asked us to remember", "none", "send the request again without prompt=none")
	}
	return playground.Pass()
}

func (s *authorization) prompt() []string { return strings.Fields(s.params.get("prompt")) }

func (s *authorization) prompts(value string) bool { return slices.Contains(s.prompt(), value) }

// tooOld tells whether max_age asks for a newer login than the session's. Of a
// login in the future, after the clock was set back, nobody knows the age.
func (s *authorization) tooOld() bool {
	n, err := strconv.Atoi(s.params.get("max_age"))
	if err != nil || s.session == nil {
		return false
	}
	age := s.p.now().Sub(s.session.AuthTime)
	return age > time.Duration(min(n, 1<<30))*time.Second || n == 0 || age < 0
}

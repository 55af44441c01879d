package mockprovider

import (
	"net/http"
	"slices"
	"strings"
)

// wrongResponse is an authorization response that a fault may change.
type wrongResponse struct {
	p   *Provider
	t   *target
	out []parameter
}

// set gives the parameter a value, at its place or at the end.
func (r *wrongResponse) set(name, value string) {
	if i := slices.IndexFunc(r.out, func(o parameter) bool { return o.Name == name }); i >= 0 {
		r.out[i].Value = value
		return
	}
	r.out = append(r.out, parameter{name, value})
}

func (r *wrongResponse) drop(name string) {
	r.out = slices.DeleteFunc(r.out, func(o parameter) bool { return o.Name == name })
}

// fail makes an error response of it (RFC 6749 §4.1.2.1).
func (r *wrongResponse) fail(code string) {
	r.drop("code")
	r.out = append([]parameter{{"error", code}}, r.out...)
}

// azError is a fault that answers a good request with an error.
func azError(code, what, correct string) deviation {
	return deviation{Fault: Fault{
		Name: "az_" + code, Group: GroupResponse, Deviation: what,
		Spec: rfc("6749", "4.1.2.1"), Expect: ExpectReject, Correct: correct, Detected: seenNoTokenCall,
	}, response: func(r *wrongResponse) { r.fail(code) }}
}

// responseFaults are about the authorization response (RFC 6749 §4.1.2).
var responseFaults = []deviation{
	{Fault: Fault{
		Name: "az_state_wrong", Group: GroupResponse, Deviation: "The answer has another state than the request.",
		Spec: rfc("6749", "10.12"), Expect: ExpectReject, Correct: "It did not begin this login in this browser, so it redeems no code.", Detected: seenNoTokenCall,
	}, response: func(r *wrongResponse) { r.set("state", "a-state-of-somebody-else") }},
	{Fault: Fault{
		Name: "az_state_missing", Group: GroupResponse, Deviation: "The answer has no state.",
		Spec: rfc("6749", "10.12"), Expect: ExpectReject, Correct: "It sent a state, so it takes no answer without it.", Detected: seenNoTokenCall,
	}, response: func(r *wrongResponse) { r.drop("state") }},
	{Fault: Fault{
		Name: "az_iss_wrong", Group: GroupResponse, Deviation: "iss names an issuer that the client did not ask.",
		Spec: rfc("9207", "2.4"), Expect: ExpectReject, Correct: "It compares iss with the issuer that it asked, and redeems no code.", Detected: seenNoTokenCall,
	}, response: func(r *wrongResponse) { r.set("iss", elsewhere("")) }},
	{Fault: Fault{
		Name: "az_iss_missing", Group: GroupResponse, Deviation: "The metadata promises iss in the answer, and the answer has none.",
		Spec: rfc("9207", "2.4"), Expect: ExpectReject, Correct: "Where the metadata promises iss it takes no answer without.", Detected: seenNoTokenCall,
	}, response: func(r *wrongResponse) { r.drop("iss") }},
	{Fault: Fault{
		Name: "az_mixup_issuer", Group: GroupResponse, Deviation: "iss names another provider that the client may know as well: a mix-up.",
		Spec: rfc("9700", "4.4"), Expect: ExpectReject, Correct: "It remembers whom it asked, and gives the code to nobody else.", Detected: seenNoTokenCall,
	}, response: func(r *wrongResponse) { r.set("iss", siblingIssuer(r.p.cfg.Issuer)) }},
	azError("access_denied", "The user says no.", "It tells the user that nothing was allowed, and offers to try again."),
	azError("invalid_request", "A good request is answered with invalid_request.", "It shows an error page and no stack trace."),
	azError("unauthorized_client", "A good request is answered with unauthorized_client.", "It shows an error page and no stack trace."),
	azError("unsupported_response_type", "A good request is answered with unsupported_response_type.", "It shows an error page and no stack trace."),
	azError("invalid_scope", "A good request is answered with invalid_scope.", "It shows an error page and no stack trace."),
	azError("server_error", "A good request is answered with server_error.", "It says that the provider has a problem, and offers to try again."),
	azError("temporarily_unavailable", "A good request is answered with temporarily_unavailable.", "It says that the provider has a problem, and offers to try again later."),
	azError("login_required", "A good request is answered with login_required.", "It starts a login with a page; it does not loop."),
	azError("unknown_error_code", "The answer is an error whose code nobody knows.", "It treats an unknown code like any other error."),
	{Fault: Fault{
		Name: "az_error_in_form_post", Group: GroupResponse, Deviation: "An error comes as a form by POST, though the client asked for the query.",
		Spec: rfc("6749", "4.1.2.1"), Expect: ExpectReject, Correct: "It shows an error page; a POST at its callback is no crash.", Detected: seenNoTokenCall,
	}, response: func(r *wrongResponse) { r.fail("access_denied"); r.t.mode = modeFormPost }},
	{Fault: Fault{
		Name: "az_code_empty", Group: GroupResponse, Deviation: "The code is empty.",
		Spec: rfc("6749", "4.1.2"), Expect: ExpectReject, Correct: "There is nothing to redeem, so it redeems nothing.", Detected: seenNoTokenCall,
	}, response: func(r *wrongResponse) { r.set("code", "") }},
	{Fault: Fault{
		Name: "az_duplicate_code", Group: GroupResponse, Deviation: "The answer has two codes: the right one and another.",
		Spec: rfc("6749", "3.1"), Expect: ExpectReject, Correct: "A parameter that comes twice makes the answer unreadable; it redeems neither.", Detected: seenNoTokenCall,
	}, response: func(r *wrongResponse) { r.out = append(r.out, parameter{"code", "cc_somebody-elses-code"}) }},
	{Fault: Fault{
		Name: "az_error_and_code_both", Group: GroupResponse, Deviation: "The answer has a code and an error.",
		Spec: rfc("6749", "4.1.2.1"), Expect: ExpectReject, Correct: "An error is an error: it redeems no code.", Detected: seenNoTokenCall,
	}, response: func(r *wrongResponse) { r.set("error", "access_denied") }},
	{Fault: Fault{
		Name: "az_extra_params", Group: GroupResponse, Deviation: "The answer has parameters that nobody knows.",
		Spec: rfc("6749", "4.1.2"), Expect: ExpectAccept, Correct: "It ignores what it does not know.", Detected: seenIn,
	}, response: func(r *wrongResponse) { r.set("session_state", "s-1"); r.set("x_unknown", "1") }},
	{Fault: Fault{
		Name: "az_fragment_instead_of_query", Group: GroupResponse, Deviation: "The parameters are in the fragment, which no server sees.",
		Spec: rfc("6749", "4.1.2"), Expect: ExpectReject, Correct: "Its callback sees no code and says that the login failed.", Detected: seenNoTokenCall,
	}, response: func(r *wrongResponse) { r.t.mode = modeFragment }},
	{Fault: Fault{
		Name: "az_unsolicited", Group: GroupResponse, Deviation: "The answer belongs to a login that this browser did not begin: another user's code and another state.",
		Spec: rfc("9700", "4.7"), Expect: ExpectReject, Correct: "No login of this browser has that state, so it redeems no code.", Detected: seenNoTokenCall,
	}},
	{Fault: Fault{
		Name: "az_other_users_code", Group: GroupResponse, Deviation: "The state is right, and the code is another user's from another login: an injected code.",
		Spec: rfc("9700", "4.5"), Expect: ExpectReject, Correct: "Its code_verifier does not fit that code, or the nonce of the ID token is not its own: nobody is logged in.", Detected: seenNotIn,
	}},
}

// siblingIssuer is the issuer of another provider beside this one.
func siblingIssuer(issuer string) string {
	if honest, _, faulty := strings.Cut(issuer, "~"); faulty {
		return honest
	}
	return issuer + "~mixup"
}

// faultyResponse lets the faults that are on change a successful authorization
// response.
func (p *Provider) faultyResponse(w http.ResponseWriter, t target, a authorizationResponse, out []parameter) (target, []parameter) {
	if a.Error != "" {
		return t, out
	}
	r := &wrongResponse{p, &t, out}
	for _, d := range p.faultsAt(w, t.client.ID, func(d *deviation) bool { return d.response != nil }) {
		d.response(r)
	}
	return t, r.out
}

// faultyGrant puts another login's code in the place of this one.
func (p *Provider) faultyGrant(w http.ResponseWriter, i *interactionRecord, t *target, grant *grantRecord, rec *codeRecord) {
	switch {
	case p.TakeFault(w, i.Client, "az_unsolicited"):
		t.state = "a-state-of-somebody-else"
	case p.TakeFault(w, i.Client, "az_other_users_code"):
	default:
		return
	}
	for _, u := range p.registry.Users() {
		if u.ID != grant.User {
			grant.User = u.ID
			break
		}
	}
	if grant.Nonce != "" {
		grant.Nonce = "the-nonce-of-another-login"
	}
	if rec.Challenge != "" {
		rec.Challenge, rec.Method = challengeOf("the-verifier-of-another-login-which-nobody-here-has"), methodS256
	}
}

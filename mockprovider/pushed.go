package mockprovider

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"claimcheck/playground"
)

const (
	// requestURIPrefix begins every request URI that this server hands out
	// (RFC 9126 §2.2).
	requestURIPrefix = "urn:ietf:params:oauth:request_uri:"
	// pushedTTL is how long a pushed request waits for its browser, where the
	// configuration says nothing.
	pushedTTL = time.Minute
	// maxPushedLifetime is the longest that RFC 9126 §2.2 names.
	maxPushedLifetime = 10 * time.Minute
)

// A pushedRecord is an authorization request that its client pushed.
type pushedRecord struct {
	Client  string
	Params  url.Values
	Encoded string // the same, which is what is kept
	Expires time.Time
}

func (r *pushedRecord) pack(p *packer) {
	p.text(&r.Client, &r.Encoded)
	p.time(&r.Expires)
}

// pushChecks are what a pushed authorization request adds to a direct request
// (RFC 9126 §2.1). The rules of the authorization request itself follow.
var pushChecks = slices.Concat([]playground.Check[authorization]{
	{Test: (*authorization).requestURINotPushed, Rule: playground.Rule{
		ID: "request_uri_not_pushed", Title: "No request_uri is pushed",
		Spec: rfc("9126", "2.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*authorization).clientIDPresent, Rule: clientIDPresent},
}, redirectChecks, requestChecks)

// pushedChecks find the request that a browser brings by reference (RFC 9126
// §4). They stand before all other rules of the authorization endpoint, which
// then judge what was pushed and nothing from the URL.
var pushedChecks = []playground.Check[authorization]{
	{Test: (*authorization).pushedKnown, Rule: playground.Rule{
		ID: "request_uri_known", Title: "The request was pushed, and is not answered yet",
		Spec: rfc("9126", "4"), Level: playground.Must,
	}},
	{Test: (*authorization).pushedClient, Rule: playground.Rule{
		ID: "request_uri_client", Title: "This client pushed it",
		Spec: rfc("9126", "2.2"), Level: playground.Must,
	}},
	{Test: (*authorization).pushedFresh, Rule: playground.Rule{
		ID: "request_uri_ttl", Title: "The request URI has not expired",
		Spec: rfc("9126", "4"), Level: playground.Must,
	}},
}

// pushRequired is for clients that must push (RFC 9126 §6).
var pushRequired = playground.Rule{
	ID: "pushed_required", Title: "A client that must push has pushed",
	Spec: rfc("9126", "4"), Level: playground.Must, Refusal: "invalid_request", Switchable: true,
}

// pushedResponse is the answer (RFC 9126 §2.2).
type pushedResponse struct {
	RequestURI string `json:"request_uri"`
	ExpiresIn  int64  `json:"expires_in"`
}

// push is the pushed authorization request endpoint (RFC 9126 §2): the client
// authenticates as at the token endpoint, then its request is judged as at the
// authorization endpoint. Every refusal is JSON.
func (p *Provider) push(w http.ResponseWriter, r *http.Request) {
	t := p.direct(w, r, pushParams())
	if t == nil {
		return
	}
	s, j := t.judgePush()
	if !p.settle(w, t, j) {
		return
	}
	life := cmp.Or(p.cfg.PushedLifetime, pushedTTL)
	rec := &pushedRecord{Client: t.client.ID, Params: s.params.values, Expires: p.now().Add(life)}
	for name := range rec.Params { // credentials, and what nobody here knows
		if name != "resource" && !slices.Contains(authorizationParams(), name) {
			rec.Params.Del(name)
		}
	}
	if t.thumbprint != "" { // the proof binds the code (RFC 9449 §10.1)
		rec.Params.Set("dpop_jkt", t.thumbprint)
	}
	rec.Encoded = rec.Params.Encode()
	uri := p.value(r.Context(), "request_uri", requestURIPrefix)
	if err := save(r.Context(), p.store, kindPushed, uri, rec, life); err != nil {
		p.unavailable(w, err)
		return
	}
	writeJSON(w, http.StatusCreated, pushedResponse{uri, int64(life / time.Second)})
}

// pushParams are the parameters that the endpoint knows.
func pushParams() []string {
	return append(authorizationParams(), "client_secret", "client_assertion", "client_assertion_type")
}

// judgePush runs the rules of the endpoint.
func (s *tokenRequest) judgePush() (*authorization, *judgement) {
	j := s.p.newJudgement(s.strict.run)
	judge(j, s, directChecks)
	s.judgeAuth(j)
	a := &authorization{p: s.p, r: s.r, strict: s.strict, params: s.params, client: s.client, pushed: true}
	if a.byValue() {
		a.judgeObject(j) // RFC 9126 §3
	}
	s.judgeProof(j, "/par", a.params.get("dpop_jkt"))
	judge(j, a, pushChecks)
	j.explain(a.hint, ruleHintOurs, ruleHintOurs)
	return a, j
}

// byReference tells whether the request stands for one that was pushed.
func (s *authorization) byReference() bool {
	uris := s.params.values["request_uri"]
	return len(uris) == 1 && strings.HasPrefix(uris[0], requestURIPrefix)
}

func (s *authorization) requestURINotPushed() playground.Outcome {
	if s.params.has("request_uri") {
		return failAt("request_uri", "no request_uri", "a request_uri", "push the parameters themselves")
	}
	return playground.Pass()
}

func (s *authorization) pushedKnown() playground.Outcome {
	uri := s.params.get("request_uri")
	rec, _, err := load[pushedRecord](s.r.Context(), s.p.store, kindPushed, uri)
	if errors.Is(err, ErrNotFound) {
		return failAt("request_uri", "a request_uri from a pushed request", "one that is unknown, or answered already", "push the request again")
	}
	if err != nil {
		return playground.Broken(err)
	}
	s.record, s.reference = rec, uri
	return playground.Pass()
}

func (s *authorization) pushedClient() playground.Outcome {
	if got := s.params.values["client_id"]; len(got) != 1 || got[0] != s.record.Client {
		return failAt("client_id", s.record.Client, strings.Join(got, " "), "send the client_id of the client that pushed the request")
	}
	return playground.Pass()
}

// pushedFresh puts the pushed parameters in the place of those in the URL.
func (s *authorization) pushedFresh() playground.Outcome {
	if now := s.p.now(); !now.Before(s.record.Expires) {
		return failAt("request_uri", "before "+clockTime(s.record.Expires), clockTime(now), "push the request again, and send the browser at once")
	}
	s.params = parseParams(s.record.Encoded)
	s.params.contentType = formType
	s.pushed = true
	return playground.Pass()
}

func (s *authorization) pushRequired() playground.Outcome {
	switch {
	case !s.client.RequirePushedRequests:
		return playground.Skip(playground.WhyNotConcerned)
	case !s.pushed:
		return failAt("request_uri", "a pushed request", "a request in the URL", "push the request first, and send its request_uri")
	}
	return playground.Pass()
}

// endPushed forgets a pushed request once it is answered (RFC 9126 §4). Until
// then the browser may load it again.
func (p *Provider) endPushed(r *http.Request, i *interactionRecord) error {
	if i.Pushed == "" {
		return nil
	}
	_, err := p.store.Take(r.Context(), i.Pushed)
	return ignoreNotFound(err)
}

// refusalCode is the code of a refusal that is answered in JSON. Where a browser
// would get a page, it is invalid_request (RFC 9126 §2.3).
func refusalCode(refused *playground.Finding) string {
	return cmp.Or(refused.Refusal, "invalid_request")
}

package mockprovider

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"claimcheck/playground"
)

const (
	// deviceTTL is how long a user has to enter the code (RFC 8628 §3.2).
	deviceTTL = 10 * time.Minute
	// pollInterval is how long a device waits between two polls, in seconds, and
	// by how much slow_down lengthens it (RFC 8628 §3.5).
	pollInterval = 5
	// userCodeAlphabet has no vowels, so that no code is a word, and 20 letters:
	// eight of them are 34.5 bits (RFC 8628 §6.1).
	userCodeAlphabet = "BCDFGHJKLMNPQRSTVWXZ"
	userCodeLength   = 8
)

// A deviceRecord is a device that waits for its user.
type deviceRecord struct {
	Client  string
	Scope   []string
	Details authorizationDetails
	Expires time.Time
	// Interval is how many seconds must lie between two polls, now.
	Interval int
	Polled   time.Time
	// Decided says that the user has answered, Grant what they granted; without
	// one they said no.
	Decided bool
	Grant   string
	Uses    int

	Removals uint64 // see [grantRecord]
}

func (d *deviceRecord) pack(p *packer) {
	p.text(&d.Client, &d.Grant)
	p.texts(&d.Scope)
	p.details(&d.Details)
	p.time(&d.Expires, &d.Polled)
	p.count(&d.Interval, &d.Uses)
	p.flag(&d.Decided)
	p.number(&d.Removals)
}

// A pointerRecord leads from a code to the device record. Two codes point to it.
type pointerRecord struct {
	ID string
}

func (r *pointerRecord) pack(p *packer) {
	p.text(&r.ID)
}

// deviceAuthorizationChecks are the device authorization request (RFC 8628 §3.1).
var deviceAuthorizationChecks = []playground.Check[tokenRequest]{
	{Test: (*tokenRequest).deviceAllowed, Rule: playground.Rule{
		ID: "device_flow_allowed", Title: "The client may use the device grant",
		Spec: rfc("8628", "3.1"), Level: playground.Must, Refusal: "unauthorized_client",
	}},
	{Test: (*tokenRequest).detailsKnown, Rule: detailsKnown},
	{Test: (*tokenRequest).detailsAllowed, Rule: detailsAllowed},
	{Test: (*tokenRequest).scopeReadable, Rule: scopeSyntax},
	{Test: (*tokenRequest).scopeAllowed, Rule: scopeAllowed},
	{Test: (*tokenRequest).scopeOneAPI, Rule: scopeOneAPI},
	{Test: (*tokenRequest).detailsOneAPI, Rule: detailsOneAPI},
}

// deviceResponse is the answer (RFC 8628 §3.2).
type deviceResponse struct {
	DeviceCode              string `json:"device_code"`
	UserCode                string `json:"user_code"`
	VerificationURI         string `json:"verification_uri"`
	VerificationURIComplete string `json:"verification_uri_complete"`
	ExpiresIn               int64  `json:"expires_in"`
	Interval                int    `json:"interval"`
}

// deviceAuthorization is the device authorization endpoint (RFC 8628 §3.1).
func (p *Provider) deviceAuthorization(w http.ResponseWriter, r *http.Request) {
	s := p.direct(w, r, []string{"client_id", "scope", "authorization_details", "client_secret", "client_assertion", "client_assertion_type"})
	if s == nil || !p.accept(w, s, deviceAuthorizationChecks) {
		return
	}
	out, err := s.startDevice(r.Context())
	if err != nil {
		p.unavailable(w, err)
		return
	}
	writeJSON(w, http.StatusOK, out)
}

func (s *tokenRequest) startDevice(ctx context.Context) (*deviceResponse, error) {
	p := s.p
	rec := &deviceRecord{Client: s.client.ID, Scope: s.scope, Details: s.details, Expires: p.now().Add(deviceTTL), Interval: pollInterval, Removals: p.removals()}
	id, code, userCode := p.value(ctx, "device", ""), p.value(ctx, "device_code", "dc_"), p.userCode(ctx)
	if err := save(ctx, p.store, kindDevice, id, rec, deviceTTL); err != nil {
		return nil, err
	}
	for kind, value := range map[kind]string{kindDeviceCode: code, kindUserCode: userCode} {
		if err := save(ctx, p.store, kind, value, &pointerRecord{id}, deviceTTL); err != nil {
			return nil, err
		}
	}
	shown := showUserCode(userCode)
	return &deviceResponse{
		DeviceCode: code, UserCode: shown, VerificationURI: p.url("/device"),
		VerificationURIComplete: p.url("/device?user_code=" + url.QueryEscape(shown)),
		ExpiresIn:               int64(deviceTTL / time.Second), Interval: pollInterval,
	}, nil
}

// userCode is a fresh code for people to type.
func (p *Provider) userCode(ctx context.Context) string {
	code := make([]byte, 0, userCodeLength)
	for {
		for _, b := range p.cfg.Random(ctx, "user_code", tokenBytes) {
			if b >= 240 { // a multiple of 20: every letter is as likely as the others
				continue
			}
			if code = append(code, userCodeAlphabet[b%20]); len(code) == userCodeLength {
				return string(code)
			}
		}
	}
}

// showUserCode sets a code in two groups.
func showUserCode(code string) string {
	return code[:userCodeLength/2] + "-" + code[userCodeLength/2:]
}

// readUserCode takes what a person typed: in small letters, with or without the
// dash (RFC 8628 §6.1). Empty means that it can't be a code.
func readUserCode(typed string) string {
	code := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToUpper(typed))
	if len(code) != userCodeLength || strings.Trim(code, userCodeAlphabet) != "" {
		return ""
	}
	return code
}

func (s *tokenRequest) deviceAllowed() playground.Outcome {
	if !s.client.mayUse(grantDeviceCode) {
		return playground.Fail("grant type "+grantDeviceCode, strings.Join(s.client.GrantTypes, " "), "register the client for the device grant")
	}
	return playground.Pass()
}

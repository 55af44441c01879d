package selftest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"time"

	"claimcheck/playground"
)

// Target is a provider under test.
type Target struct {
	// Transport sends the requests. Nil means http.DefaultTransport.
	Transport http.RoundTripper
	// Issuer is its issuer identifier.
	Issuer string
	// Now is its clock.
	Now func() time.Time
	// Cast is who takes part; the provider has them registered.
	Cast *Cast
}

// A Row is one value of one member, and whether the document told the truth
// about it. It is a finding: the rule is named like the member.
type Row struct {
	playground.Finding
	// Value is what was tried, Advertised whether the document has it.
	Value      string
	Advertised bool
	// Sent and Came are the last request and its answer, in short and without
	// secrets.
	Sent, Came string
}

// A Report is the whole of a self-test.
type Report struct {
	// Metadata is the document that was tested.
	Metadata []byte
	// Rows are in the order of the document, what it leaves out last.
	Rows []Row
}

// Failed counts the rows that failed.
func (r *Report) Failed() (n int) {
	for i := range r.Rows {
		if r.Rows[i].Status == playground.StatusFail {
			n++
		}
	}
	return n
}

// A probe is how one member of the metadata is tried.
type probe struct {
	playground.Rule // its ID is the member

	// known are the values that the member can have anywhere. Those that the
	// document leaves out are tried too.
	known []string
	// try uses the value. It returns "" if that worked, else the error code or
	// a few words.
	try func(t *tester, value string) string
	// refusals are the right answers to a value that is not advertised.
	refusals []string
	// order keeps a member for the end: it changes what others rely on.
	last bool
}

// tester is one self-test under way.
type tester struct {
	ctx      context.Context //nolint:containedctx // one run's, as its fields are
	target   Target
	document document
	members  map[string]json.RawMessage
	browser  *http.Client // Tess, logged in

	sent, came string
	made       int             // jti values so far
	claims     map[string]bool // what there was in ID token and UserInfo; claims_supported fills it
}

// document is what the probes themselves need of the metadata.
type document struct {
	Issuer      string   `json:"issuer"`
	Authorize   string   `json:"authorization_endpoint"`
	Token       string   `json:"token_endpoint"`
	UserInfo    string   `json:"userinfo_endpoint"`
	JWKS        string   `json:"jwks_uri"`
	Push        string   `json:"pushed_authorization_request_endpoint"`
	PushOnly    bool     `json:"require_pushed_authorization_requests"`
	EndSession  string   `json:"end_session_endpoint"`
	Device      string   `json:"device_authorization_endpoint"`
	Introspect  string   `json:"introspection_endpoint"`
	Revoke      string   `json:"revocation_endpoint"`
	Register    string   `json:"registration_endpoint"`
	AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
	IDTokenAlgs []string `json:"id_token_signing_alg_values_supported"`
}

// maxValues bounds the values of one member that are tried.
const maxValues = 80

// Run tries every value of the target's metadata. The error is for a document
// that can't be had; whatever is wrong with its values is in the rows.
func Run(ctx context.Context, target Target) (*Report, error) {
	t := &tester{ctx: ctx, target: target}
	var err error
	if t.browser, err = t.newBrowser(); err != nil {
		return nil, err
	}
	got := t.get(t.target.Issuer + "/.well-known/openid-configuration")
	if got.status != http.StatusOK || json.Unmarshal(got.body, &t.members) != nil || json.Unmarshal(got.body, &t.document) != nil {
		return nil, fmt.Errorf("selftest: no metadata at %s: %s", t.target.Issuer, t.came)
	}
	report := &Report{Metadata: got.body}
	if code := t.logIn(); code != "" {
		return nil, fmt.Errorf("selftest: %s cannot log in: %s", t.target.Cast.User.Username, code)
	}
	var late []Row
	for _, p := range probes() {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("selftest: %w", err)
		}
		rows := t.tryMember(&p)
		if p.last {
			late = append(late, rows...)
			continue
		}
		report.Rows = append(report.Rows, rows...)
		delete(t.members, p.ID)
	}
	report.Rows = append(report.Rows, late...)
	report.Rows = append(report.Rows, t.unprobed()...)
	return report, nil
}

// unprobed are the members that nothing here tries: each is a failure, because
// nobody knows whether it is true.
func (t *tester) unprobed() (rows []Row) {
	for _, name := range slices.Sorted(maps.Keys(t.members)) {
		if slices.ContainsFunc(probes(), func(p probe) bool { return p.ID == name }) {
			continue
		}
		rule := playground.Rule{ID: name, Title: "Nothing tries this member", Spec: rfc("8414", "2"), Level: playground.Must}
		rows = append(rows, Row{
			Finding: playground.Finding{Rule: &rule, Outcome: playground.Fail("a probe", "none", "add one to the package selftest")},
			Value:   string(t.members[name]), Advertised: true,
		})
	}
	return rows
}

// tryMember is the rows of one member.
func (t *tester) tryMember(p *probe) (rows []Row) {
	advertised, err := valuesOf(t.members[p.ID])
	if err != nil {
		o := playground.Fail("a string, a boolean or a list of strings that is not empty", err.Error(), "leave the member out where there is nothing to say (RFC 8414 §3.2)")
		return []Row{{Finding: playground.Finding{Rule: &p.Rule, Outcome: o}, Advertised: true}}
	}
	all := slices.Clone(advertised)
	for _, value := range append(slices.Clone(p.known), t.target.Cast.known(p.ID)...) {
		if !slices.Contains(all, value) && !slices.Contains(all, t.below(value)) {
			all = append(all, value)
		}
	}
	for _, value := range all[:min(len(all), maxValues)] {
		t.sent, t.came = "", ""
		row := Row{Finding: playground.Finding{Rule: &p.Rule}, Value: value, Advertised: slices.Contains(advertised, value)}
		code := p.try(t, value)
		row.Outcome = p.judge(row.Advertised, value, code)
		row.Sent, row.Came = t.sent, t.came
		rows = append(rows, row)
	}
	return rows
}

// judge compares what happened with what the document says.
func (p *probe) judge(advertised bool, value, code string) playground.Outcome {
	right := strings.Join(p.refusals, " or ")
	switch {
	case advertised && code == "", !advertised && slices.Contains(p.refusals, code):
		o := playground.Pass()
		o.Got = code
		return o
	case advertised:
		o := playground.Fail("it works", code, "take "+value+" out of the metadata, or make it work")
		o.Why = "A client that reads the document uses it, and fails."
		return o
	case code == "":
		o := playground.Fail(right, "it works", "add "+value+" to the metadata, or refuse it")
		o.Why = "A client can't know that it is there, and a reader of the document thinks that it is not."
		return o
	}
	return playground.Fail(right, code, "refuse it with the error that the specification names")
}

// valuesOf reads a member as a list: a true boolean is "true", a false or
// missing one nothing.
func valuesOf(raw json.RawMessage) ([]string, error) {
	if len(raw) == 0 || string(raw) == "false" {
		return nil, nil
	}
	if string(raw) == "true" {
		return []string{"true"}, nil
	}
	var one string
	if json.Unmarshal(raw, &one) == nil && one != "" {
		return []string{one}, nil
	}
	var list []string
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return nil, errors.New(limit(string(raw), 60))
	}
	return list, nil
}

func (t *tester) newBrowser() (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("selftest: %w", err)
	}
	return &http.Client{Transport: t.target.Transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}, nil
}

func limit(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

package main

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
	"claimcheck/web"
)

// previewCost is what five judgements take of an address's allowance, and
// maxPreview the longest request that is judged, in bytes.
const (
	previewCost = 3
	maxPreview  = 16 << 10
)

// A sample is a request to begin with.
type sample struct {
	id, name, endpoint string
	// params are lines of name=value. {redirect} stands for the redirect URI of
	// the client, {secret} for FitTrack's.
	params []string
	client string
}

// policySamples are requests over which the policies do not agree, after one
// over which they do.
func policySamples() []sample {
	good := []string{
		"response_type=code", "client_id={client}", "redirect_uri={redirect}", "scope=steps:read", "state=any-random-value",
		"code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method=S256",
	}
	change := func(pairs ...string) []string {
		out := slices.Clone(good)
		for pair := range slices.Chunk(pairs, 2) {
			i := slices.IndexFunc(out, func(line string) bool { return strings.HasPrefix(line, pair[0]+"=") })
			switch {
			case pair[1] == "-":
				out = slices.Delete(out, i, i+1)
			case i < 0:
				out = append(out, pair[0]+"="+pair[1])
			default:
				out[i] = pair[0] + "=" + pair[1]
			}
		}
		return out
	}
	noPKCE := change("code_challenge", "-", "code_challenge_method", "-")
	return []sample{
		{"good", "Code with PKCE", "/authorize", good, lab.FitTrackLite},
		{"no-pkce", "No PKCE, public client", "/authorize", noPKCE, lab.FitTrackLite},
		{"no-pkce-confidential", "No PKCE, confidential client", "/authorize", noPKCE, lab.FitTrack},
		{"plain", "Plain PKCE", "/authorize", change("code_challenge_method", "plain"), lab.FitTrackLite},
		{"nothing-bound", "No state, no PKCE", "/authorize", slices.DeleteFunc(slices.Clone(noPKCE), func(line string) bool { return strings.HasPrefix(line, "state=") }), lab.FitTrack},
		{"redirect-longer", "A redirect URI with more path", "/authorize", change("redirect_uri", "{redirect}/anywhere"), lab.FitTrack},
		{"redirect-http", "http to another machine", "/authorize", change("redirect_uri", "http://app.example/callback"), lab.FitTrack},
		{"implicit", "The implicit flow", "/authorize", change("response_type", "token", "code_challenge", "-", "code_challenge_method", "-"), lab.FitTrackLite},
		{"scope", "A scope that it did not register", "/authorize", change("scope", "steps:read phone"), lab.FitTrack},
		{"password", "The password grant", "/token", []string{"grant_type=password", "client_id={client}", "username=alice", "password=alice", "scope=steps:read"}, lab.FitTrackLite},
		{"post", "The secret in the form", "/token", []string{"grant_type=authorization_code", "client_id={client}", "client_secret={secret}", "code=unknown", "redirect_uri={redirect}"}, lab.FitTrack},
		{"pushed", "A pushed request without authentication", "/par", good, lab.FitTrack},
	}
}

// lines are the parameters of a sample in this lab.
func (p *sample) lines(l *lab.Lab) string {
	redirect, secret := "", ""
	if client := l.Registry().Client(p.client); client != nil {
		secret = client.Secret
		if len(client.RedirectURIs) > 0 {
			redirect = client.RedirectURIs[0]
		}
	}
	return strings.NewReplacer("{client}", p.client, "{redirect}", redirect, "{secret}", secret).Replace(strings.Join(p.params, "\n"))
}

// policiesPage is GET /lab/policies: a sample under each policy.
func (s *server) policiesPage(c *gin.Context) error {
	samples := policySamples()
	i := max(0, slices.IndexFunc(samples, func(p sample) bool { return p.id == c.Query("sample") }))
	return s.showPolicies(c, samples[i].id, triedRequest{endpoint: samples[i].endpoint, params: samples[i].lines(s.labOf(c))})
}

// policiesForm judges a request that the owner has written. It is a way to ask
// whether a secret is right, so it is nobody else's.
func (s *server) policiesForm(c *gin.Context) error {
	form, err := s.controlForm(c, s.labOf(c))
	if err != nil {
		return err
	}
	return s.showPolicies(c, "", triedRequest{form("endpoint"), form("params"), strings.TrimSpace(form("authorization"))})
}

// A triedRequest is the request that is judged: where it goes, its parameters as
// lines of name=value, and its Authorization header, empty if it has none.
type triedRequest struct{ endpoint, params, authorization string }

func (s *server) showPolicies(c *gin.Context, chosen string, tried triedRequest) error {
	if err := s.spend(c, previewCost, "A request is judged five times here."); err != nil {
		return err
	}
	l := s.labOf(c)
	if tried.endpoint != "/token" && tried.endpoint != "/par" {
		tried.endpoint = "/authorize"
	}
	v := web.Policies{Endpoints: []string{"/authorize", "/token", "/par"}, Endpoint: tried.endpoint, Params: tried.params, Authorization: tried.authorization, Mine: string(l.Policy()), Owned: s.visits(c, l)}
	for _, p := range policySamples() {
		v.Samples = append(v.Samples, web.PolicySample{ID: p.id, Name: p.name, Current: p.id == chosen})
	}
	switch {
	case len(tried.params)+len(tried.authorization) > maxPreview:
		v.Problem = "The request is longer than 16 KiB"
	case strings.ContainsFunc(tried.authorization, func(r rune) bool { return r < ' ' || r > '~' }):
		v.Problem = "The Authorization header is one line of ASCII characters, as in Basic and the base64 of id:secret"
	}
	if v.Problem != "" {
		return s.policiesView(c, http.StatusUnprocessableEntity, v)
	}
	var all [][]playground.Finding
	for _, policy := range mockprovider.Policies() {
		rows, err := l.Provider().Preview(c.Request.Context(), policy, previewRequest(c, l, tried))
		if err != nil && !errors.Is(err, mockprovider.ErrNoPreview) && !errors.Is(err, mockprovider.ErrKeysNotHeld) {
			return err
		}
		all = append(all, rows)
		column := policyVerdict(policy, rows)
		if errors.Is(err, mockprovider.ErrKeysNotHeld) {
			column.Status, column.Word = string(playground.StatusSkipped), "open: the client’s keys are not at hand"
		}
		v.Columns = append(v.Columns, column)
	}
	v.Rows = policyRows(all)
	return s.policiesView(c, http.StatusOK, v)
}

func (s *server) policiesView(c *gin.Context, status int, v web.Policies) error {
	return s.page(c, status, "policies", web.Page{
		Title: "One request, five policies", Description: "The same authorization or token request, judged under each policy, side by side.",
		Nav: "lab", Mark: labName(s.labOf(c)), Data: v,
	})
}

// previewRequest is the request that was written.
func previewRequest(c *gin.Context, l *lab.Lab, tried triedRequest) *http.Request {
	params := url.Values{}
	for line := range strings.Lines(tried.params) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			params.Add(name, value)
		}
	}
	method, address, body := http.MethodPost, l.Issuer()+tried.endpoint, params.Encode()
	if tried.endpoint == "/authorize" {
		method, address, body = http.MethodGet, address+"?"+body, ""
	}
	// The address is ours and the query encoded, so it can't be wrong.
	r, err := http.NewRequestWithContext(c.Request.Context(), method, address, strings.NewReader(body))
	if err != nil {
		return c.Request
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if tried.authorization != "" {
		r.Header.Set("Authorization", tried.authorization)
	}
	return r
}

// policyVerdict is the head of a policy's column: the first test that failed, and
// the code on the wire. Of a JWT both may be on different rows: the engine's come
// before the rule that they decide, and only that one has a code.
func policyVerdict(policy mockprovider.Policy, rows []playground.Finding) web.PolicyColumn {
	col := web.PolicyColumn{Name: string(policy), Status: string(playground.StatusPass), Word: "accepted"}
	for i := range rows {
		if rows[i].Status == playground.StatusFail {
			col.Status, col.Word = string(playground.StatusFail), cmp.Or(rows[i].Refusal, "an error page")
			col.Rule = cmp.Or(col.Rule, rows[i].FindingID())
		}
	}
	return col
}

// policyRows puts the rows of the policies side by side, in the order in which
// the rules run. What concerns none of them is left out.
func policyRows(all [][]playground.Finding) []web.PolicyRow {
	var order []*playground.Rule
	cells := map[string][]web.PolicyCell{}
	for n, rows := range all {
		at := 0 // where the next rule that is new belongs
		for i := range rows {
			f := &rows[i]
			if cells[f.ID] == nil {
				cells[f.ID] = make([]web.PolicyCell, len(all))
				order = slices.Insert(order, min(at, len(order)), f.Rule)
			}
			at = 1 + slices.IndexFunc(order, func(r *playground.Rule) bool { return r.ID == f.ID })
			cells[f.ID][n] = policyCell(f)
		}
	}
	var out []web.PolicyRow
	for _, rule := range order {
		row := web.PolicyRow{ID: rule.ID, Title: rule.Title, Cite: rule.Spec.String(), CiteHref: rule.Spec.URL(), Cells: cells[rule.ID]}
		row.Differs = differ(row.Cells)
		if slices.ContainsFunc(row.Cells, func(cell web.PolicyCell) bool {
			return cell.Status != "" && cell.Status != string(playground.StatusSkipped)
		}) {
			out = append(out, row)
		}
	}
	return out
}

// differ tells whether the policies judge by a rule differently. That an earlier
// rule ended it under some of them is no difference of this one.
func differ(cells []web.PolicyCell) bool {
	reached := slices.DeleteFunc(slices.Clone(cells), func(cell web.PolicyCell) bool { return cell.Word == wordNotReached })
	return slices.ContainsFunc(reached, func(cell web.PolicyCell) bool { return cell.Status != reached[0].Status })
}

const wordNotReached = "not reached"

func policyCell(f *playground.Finding) web.PolicyCell {
	cell := web.PolicyCell{Status: string(f.Status), Word: string(f.Status)}
	if f.Status == playground.StatusSkipped {
		switch f.Why {
		case playground.WhyOtherPolicy:
			cell.Word = "not asked"
		case playground.WhyNotReached:
			cell.Word = wordNotReached
		default:
			cell.Word = "no concern"
		}
	}
	return cell
}

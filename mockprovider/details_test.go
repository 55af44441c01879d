package mockprovider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// marchExport is a valid request for details.
const marchExport = `[{"type":"steps_export","locations":["` + stepCloud + `"],"actions":["read","download"],"from":"2026-03-01","to":"2026-03-31"}]`

func exportType() DetailType {
	return DetailType{Type: "steps_export", Words: "export your step counts", Fields: map[string]DetailField{
		"actions": {Values: []string{"read", "download"}, Required: true},
		"from":    {Kind: FieldFrom, Required: true},
		"to":      {Kind: FieldTo, Required: true},
	}}
}

// allowDetails asks for details, and ticks the ones of these numbers.
func (i *idp) allowDetails(v url.Values, ticked ...string) string {
	i.t.Helper()
	form := url.Values{"interaction": {i.consentPage(v)}, "action": {"allow"}, "scope": strings.Fields(v.Get("scope")), "detail": ticked, "remember": {"yes"}}
	return location(i.t, i.form("/consent", form)).Query().Get("code")
}

func detailedAuthorization(details string) url.Values {
	v := validAuthorization()
	v.Del("scope")
	v.Set("authorization_details", details)
	return v
}

// AZ-38: each of the mistakes of RFC 9396 §5.
func TestAuthorizationDetailsRefused(t *testing.T) {
	for name, details := range map[string]string{
		"no JSON":           `steps`,
		"no array":          `{"type":"steps_export"}`,
		"null":              `null`,
		"empty":             `[]`,
		"no object":         `["steps_export"]`,
		"unknown type":      `[{"type":"steps_import"}]`,
		"no type":           `[{"from":"2026-03-01"}]`,
		"type twice":        strings.Replace(marchExport, `"type"`, `"type":"x","type"`, 1),
		"missing field":     strings.Replace(marchExport, `,"to":"2026-03-31"`, "", 1),
		"unknown field":     strings.Replace(marchExport, `"to"`, `"until":"x","to"`, 1),
		"wrong JSON type":   strings.Replace(marchExport, `["read","download"]`, `"read"`, 1),
		"unknown value":     strings.Replace(marchExport, `"download"`, `"delete"`, 1),
		"empty list":        strings.Replace(marchExport, `["read","download"]`, `[]`, 1),
		"no date":           strings.Replace(marchExport, "2026-03-01", "March", 1),
		"date is null":      strings.Replace(marchExport, `"2026-03-01"`, "null", 1),
		"another location":  strings.Replace(marchExport, stepCloud, mealCloud, 1),
		"too many":          "[" + strings.Repeat(`{"type":"meals_order","dish":"soup"},`, maxDetails) + `{"type":"meals_order","dish":"soup"}]`,
		"too large":         `[{"type":"meals_order","dish":"` + strings.Repeat("s", maxDetailsSize) + `"}]`,
		"one of two is bad": `[{"type":"meals_order","dish":"soup"},{"type":"meals_order"}]`,
	} {
		i := newIDP(t)
		if w := i.authorize(detailedAuthorization(details)); wireError(w) != "invalid_authorization_details" || i.failed() != "authorization_details_known" {
			t.Errorf("%s: %q, %s", name, wireError(w), i.failed())
		}
	}
}

// RFC 9396 §7, §9: what was allowed stands in the token response, in the access
// token and in the answer of introspection, for the API that the type belongs to.
func TestAuthorizationDetails(t *testing.T) {
	i := newIDP(t)
	v := detailedAuthorization(marchExport)
	page := i.send("GET", "/consent?interaction="+i.consentPage(v), "").Body.String()
	if !strings.Contains(page, `export your step counts <span class="bounds"><span>actions: read, download</span> <span>from: 2026-03-01</span> <span>to: 2026-03-31</span>`) {
		t.Errorf("the consent page: %s", page)
	}
	tokens := tokensOf(t, i.token(validToken(i.allowDetails(v, "0"))))
	claims := payload[accessTokenClaims](tokens.AccessToken)
	if got, _ := json.Marshal(tokens.Details); string(got) != marchExport || tokens.Scope != "" {
		t.Errorf("token response: scope %q, %s", tokens.Scope, got)
	}
	if got, _ := json.Marshal(claims.Details); string(got) != marchExport {
		t.Errorf("access token: %s", got)
	}
	if aud := payload[map[string]any](tokens.AccessToken)["aud"]; aud != stepCloud {
		t.Errorf("aud %v", aud)
	}
	w := i.send("POST", "/introspect", url.Values{"token": {tokens.AccessToken}}.Encode(), "Authorization", basicAuth("web", webSecret))
	if !strings.Contains(w.Body.String(), `"authorization_details":`+marchExport) {
		t.Errorf("introspection: %s", w.Body)
	}
	v.Set("prompt", "none") // details are asked for each time
	if w := i.authorize(v); wireError(w) != "consent_required" {
		t.Errorf("prompt=none: %q", wireError(w))
	}
}

// The user may allow a part, and nothing is a no.
func TestAuthorizationDetailsTicked(t *testing.T) {
	two := `[{"type":"meals_order","dish":"soup"},{"type":"meals_order","dish":"bread"}]`
	i := newIDP(t)
	tokens := tokensOf(t, i.token(validToken(i.allowDetails(detailedAuthorization(two), "1"))))
	if len(tokens.Details) != 1 || string(tokens.Details[0]) != `{"type":"meals_order","dish":"bread"}` {
		t.Errorf("%s", tokens.Details)
	}
	if code := i.allowDetails(detailedAuthorization(two)); code != "" || i.failed() != "owner_allows_nothing" {
		t.Errorf("nothing was ticked: %s", i.failed())
	}
}

// RFC 9396 §6: a token may have less than was granted, and the next one all of it
// again; never more.
func TestAuthorizationDetailsNarrowed(t *testing.T) {
	less := `[{"type":"steps_export","actions":["read"],"from":"2026-03-02","to":"2026-03-31"}]`
	i := newIDP(t)
	tokens := tokensOf(t, i.token(validToken(i.allowDetails(detailedAuthorization(marchExport), "0"))))
	v := refreshForm(tokens.RefreshToken)
	v.Set("authorization_details", less)
	narrow := tokensOf(t, i.token(v))
	if got, _ := json.Marshal(payload[accessTokenClaims](narrow.AccessToken).Details); string(got) != less {
		t.Errorf("narrowed: %s", got)
	}
	for name, more := range map[string]string{
		"earlier":      strings.Replace(marchExport, "2026-03-01", "2026-02-28", 1),
		"later":        strings.Replace(marchExport, "2026-03-31", "2026-04-01", 1),
		"another type": `[{"type":"meals_order","dish":"soup"}]`,
	} {
		v := refreshForm(narrow.RefreshToken)
		v.Set("authorization_details", more)
		if w := i.token(v); wireError(w) != "invalid_authorization_details" || i.failed() != "authorization_details_granted" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	again := tokensOf(t, i.token(refreshForm(narrow.RefreshToken)))
	if got, _ := json.Marshal(again.Details); string(got) != marchExport {
		t.Errorf("without a wish: %s", got)
	}
}

// A field that the grant bounds has to be bounded in the wish too, a text has to
// be the same, and a list may be shorter.
func TestDetailCovers(t *testing.T) {
	i := newIDP(t)
	open := exportType()
	open.Fields["from"] = DetailField{Kind: FieldFrom}
	i.cfg.APIs[0].DetailTypes[0] = open
	read := func(raw string) *detail {
		t.Helper()
		d, problem := i.readDetail(json.RawMessage(raw))
		if problem != "" {
			t.Fatal(raw, problem)
		}
		return &d
	}
	bounded := read(`{"type":"steps_export","actions":["read"],"from":"2026-03-01","to":"2026-03-31"}`)
	for raw, want := range map[string]bool{
		`{"type":"steps_export","actions":["read"],"from":"2026-03-01","to":"2026-03-31"}`:            true,
		`{"type":"steps_export","actions":["read"],"to":"2026-03-31"}`:                                false,
		`{"type":"steps_export","actions":["read","download"],"from":"2026-03-01","to":"2026-03-31"}`: false,
	} {
		if got := bounded.covers(read(raw)); got != want {
			t.Errorf("%s: %v", raw, got)
		}
	}
	if read(`{"type":"meals_order","dish":"soup"}`).covers(read(`{"type":"meals_order","dish":"bread"}`)) {
		t.Error("another text is covered")
	}
}

// A client gets details for itself, and no scope that it did not ask for.
func TestClientCredentialsDetails(t *testing.T) {
	i := newIDP(t)
	r := clientCredentialsRequest(i)
	r.values.Del("scope")
	r.values.Set("authorization_details", marchExport)
	out := tokensOf(t, r.send(i))
	if got, _ := json.Marshal(out.Details); string(got) != marchExport || out.Scope != "" {
		t.Errorf("scope %q, details %s", out.Scope, got)
	}
}

// MD-08, MD-09: types are in the metadata where there are any.
func TestAuthorizationDetailsMetadata(t *testing.T) {
	if doc := string(newIDP(t).Metadata()); !strings.Contains(doc, `"authorization_details_types_supported":["meals_export","meals_order","steps_export"]`) {
		t.Error(doc)
	}
	without := newIDP(t, func(c *Config) {
		c.APIs[0].DetailTypes, c.APIs[1].DetailTypes, c.Clients[0].DetailTypes = nil, nil, nil
	})
	if doc := string(without.Metadata()); strings.Contains(doc, "authorization_details_types_supported") {
		t.Error(doc)
	}
	if w := without.authorize(detailedAuthorization(marchExport)); w.Code != http.StatusSeeOther || wireError(w) != "invalid_authorization_details" {
		t.Errorf("%d %q", w.Code, wireError(w))
	}
}

func TestDetailTypesRefused(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no words":       func(c *Config) { c.APIs[0].DetailTypes[0].Words = "" },
		"twice":          func(c *Config) { c.APIs[0].DetailTypes = append(c.APIs[0].DetailTypes, exportType()) },
		"own type field": func(c *Config) { c.APIs[0].DetailTypes[0].Fields["locations"] = DetailField{} },
		"unknown kind":   func(c *Config) { c.APIs[0].DetailTypes[0].Fields["x"] = DetailField{Kind: "number"} },
		"client":         func(c *Config) { c.Clients[0].DetailTypes = []string{"steps_import"} },
	} {
		cfg := testConfig()
		change(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

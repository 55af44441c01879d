package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var verdictWords = regexp.MustCompile(`<li><b>(\w+)</b> <span class="status" data-status="\w+">([^<]*)<`)

// verdicts are the words below each policy's name.
func verdicts(body string) string {
	var out []string
	for _, m := range verdictWords.FindAllStringSubmatch(body, -1) {
		out = append(out, m[1]+" "+m[2])
	}
	return strings.Join(out, ", ")
}

func TestPolicies(t *testing.T) {
	s := start(t)
	for sample, want := range map[string]string{
		"good":                 "permissive accepted, rfc6749 accepted, rfc9700 accepted, oauth21 accepted",
		"no-pkce":              "permissive accepted, rfc6749 accepted, rfc9700 invalid_request, oauth21 invalid_request",
		"no-pkce-confidential": "permissive accepted, rfc6749 accepted, rfc9700 accepted, oauth21 invalid_request",
		"plain":                "permissive accepted, rfc6749 accepted, rfc9700 invalid_request, oauth21 invalid_request",
		"implicit":             "permissive accepted, rfc6749 accepted, rfc9700 unsupported_response_type, oauth21 unsupported_response_type",
		"password":             "permissive accepted, rfc6749 accepted, rfc9700 unsupported_grant_type, oauth21 unsupported_grant_type",
	} {
		got := s.send(t, http.MethodGet, "/lab/policies?sample="+sample, "")
		if words := verdicts(got.body); got.StatusCode != http.StatusOK || !strings.HasPrefix(words, want) || !strings.Contains(words, "fapi2 ") {
			t.Errorf("%s: %d %s", sample, got.StatusCode, words)
		}
	}
	form := url.Values{"endpoint": {"/token"}, "params": {"grant_type=urn:x\nclient_id=fittrack"}}
	asForm := header("Content-Type", "application/x-www-form-urlencoded")
	if got := s.send(t, http.MethodPost, "/lab/policies", form.Encode(), asForm); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger: %d", got.StatusCode)
	}
	last := s.world.Main().Log().Last()
	got := s.send(t, http.MethodPost, "/lab/policies", form.Encode(), asForm, s.owner())
	if words := verdicts(got.body); strings.Count(words, "unsupported_grant_type") != 5 {
		t.Errorf("%d %s", got.StatusCode, words)
	}
	if s.world.Main().Log().Last() != last {
		t.Error("it left something in the log")
	}
	basic := &http.Request{Header: http.Header{}}
	basic.SetBasicAuth("nightly-report", s.world.Main().Registry().Client("nightly-report").Secret)
	form = url.Values{"endpoint": {"/token"}, "params": {"grant_type=client_credentials\nscope=reports:run"}, "authorization": {basic.Header.Get("Authorization")}}
	got = s.send(t, http.MethodPost, "/lab/policies", form.Encode(), asForm, s.owner())
	if words := verdicts(got.body); !strings.HasPrefix(words, "permissive accepted, rfc6749 accepted, rfc9700 accepted, oauth21 accepted, fapi2 in") {
		t.Errorf("with the client’s secret in the header: %d %s", got.StatusCode, words)
	}
	if !strings.Contains(got.body, `value="`+basic.Header.Get("Authorization")+`"`) {
		t.Error("the field does not keep the header")
	}
	form.Set("authorization", "Basic x\r\nHost: y")
	if got := s.send(t, http.MethodPost, "/lab/policies", form.Encode(), asForm, s.owner()); got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(got.body, "one line of ASCII") {
		t.Errorf("two lines: %d", got.StatusCode)
	}
	form = url.Values{"endpoint": {"/token"}, "params": {"grant_type=urn:x\nclient_id=fittrack"}}
	// Of an assertion that can't be read, the rows of the engine fail before the
	// rule that has the code of the wire.
	form.Set("params", "grant_type=client_credentials\nclient_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer\nclient_assertion=a.b")
	got = s.send(t, http.MethodPost, "/lab/policies", form.Encode(), asForm, s.owner())
	if words := verdicts(got.body); strings.Count(words, "invalid_client") < 4 || strings.Contains(words, "an error page") {
		t.Errorf("an assertion: %s", words)
	}
	form.Set("params", strings.Repeat("x", maxPreview+1))
	if got := s.send(t, http.MethodPost, "/lab/policies", form.Encode(), asForm, s.owner()); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("too long: %d", got.StatusCode)
	}
}

// A rule that was not reached under some policies is no rule over which they differ.
func TestPolicyRowsDiffer(t *testing.T) {
	s := start(t)
	got := s.send(t, http.MethodGet, "/lab/policies?sample=plain", "")
	differ, agree, _ := strings.Cut(got.body, "Where all five agree")
	if !strings.Contains(differ, "The challenge is a hash: S256") || strings.Contains(differ, "prompt has known values") || !strings.Contains(agree, "prompt has known values") {
		t.Error("the rows are in the wrong table")
	}
}

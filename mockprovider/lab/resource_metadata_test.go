package lab

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// RS-01, RS-06: a challenge leads to the metadata, and each value in it is true
// of the running API (RFC 9728 §2, §3.3, §5.1).
func TestResourceMetadata(t *testing.T) {
	w, err := New(Config{Origin: "http://localhost:8080"})
	if err != nil {
		t.Fatal(err)
	}
	l := w.Main()
	send := func(method, path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://localhost:8080"+path, nil)
		for n := 0; n < len(header); n += 2 {
			r.Header.Set(header[n], header[n+1])
		}
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		return rec
	}
	challenge := send(http.MethodGet, "/rs/main/stepcloud/v1/steps").Header().Get("WWW-Authenticate")
	_, rest, _ := strings.Cut(challenge, `resource_metadata="`)
	address, _, _ := strings.Cut(rest, `"`)
	path := "/.well-known/oauth-protected-resource/rs/main/stepcloud"
	if address != "http://localhost:8080"+path {
		t.Fatalf("challenge: %s", challenge)
	}
	answer := send(http.MethodGet, path)
	var meta struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
		Scopes   []string `json:"scopes_supported"`
		Methods  []string `json:"bearer_methods_supported"`
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &meta); err != nil || answer.Code != http.StatusOK || answer.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	if meta.Resource != l.apiURL(StepCloud) || len(meta.Servers) != 1 || meta.Servers[0] != l.Issuer() {
		t.Errorf("resource %q of %v", meta.Resource, meta.Servers)
	}
	if got := strings.Join(meta.Methods, " "); got != "header" {
		t.Errorf("bearer methods %q", got)
	}
	if got := send(http.MethodGet, "/rs/main/stepcloud/v1/steps?access_token=x").Code; got != http.StatusBadRequest {
		t.Errorf("a token in the query: %d", got)
	}
	for _, scope := range meta.Scopes {
		if l.registry.APIs()[0].Scopes[scope] == "" {
			t.Errorf("scope %q is none of the API", scope)
		}
	}
	if len(meta.Scopes) != len(l.registry.APIs()[0].Scopes) {
		t.Errorf("scopes %v", meta.Scopes)
	}
	for _, other := range []string{path + "/v1/steps", path + "/", strings.Replace(path, "stepcloud", "nocloud", 1)} {
		if got := send(http.MethodGet, other).Code; got != http.StatusNotFound {
			t.Errorf("%s: %d", other, got)
		}
	}
	if got := send(http.MethodPost, path); got.Code != http.StatusMethodNotAllowed || got.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d", got.Code)
	}
}

// MD-09: AcmeID and each API name each other (RFC 9728 §4), so that a client can
// compare; an issuer beside AcmeID, which no API trusts, names none.
func TestServerAndAPIsNameEachOther(t *testing.T) {
	w, err := New(Config{Origin: "http://localhost:8080"})
	if err != nil {
		t.Fatal(err)
	}
	l := w.Main()
	get := func(address string) (doc struct {
		Resources []string `json:"protected_resources"`
		Resource  string   `json:"resource"`
		Servers   []string `json:"authorization_servers"`
	},
	) {
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, address, http.NoBody))
		if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
			t.Fatalf("%s: %d %s", address, rec.Code, rec.Body)
		}
		return doc
	}
	named := get(l.Issuer() + "/.well-known/openid-configuration").Resources
	if len(named) != len(cloudAPIs()) {
		t.Fatalf("protected_resources: %v", named)
	}
	for _, resource := range named {
		meta := get(strings.Replace(resource, "/rs/", wellKnownResource+"/rs/", 1))
		if meta.Resource != resource || len(meta.Servers) != 1 || meta.Servers[0] != l.Issuer() {
			t.Errorf("%s says it is %s, of %v", resource, meta.Resource, meta.Servers)
		}
	}
	beside, ok := l.FaultyIssuer("idt_aud_wrong")
	if !ok {
		t.Fatal("there is no such issuer")
	}
	if got := get(beside + "/.well-known/openid-configuration").Resources; got != nil {
		t.Errorf("an issuer that no API trusts names %v", got)
	}
}

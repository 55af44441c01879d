package mockprovider

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
)

// onRegister answers everything in JSON.
var onRegister = surface{"", http.StatusBadRequest, http.StatusBadRequest}

// metadataOf is a valid registration, with changes; nil takes a member away.
func metadataOf(changes ...any) map[string]any {
	m := map[string]any{
		"redirect_uris": []string{"https://own.example/cb"}, "client_name": "Own App", "scope": "openid steps:read",
		"grant_types": []string{grantAuthorizationCode, grantRefreshToken},
	}
	for n := 0; n < len(changes); n += 2 {
		name, _ := changes[n].(string)
		m[name] = changes[n+1]
		if changes[n+1] == nil {
			delete(m, name)
		}
	}
	return m
}

func jsonOf(tb testing.TB, v any) string {
	tb.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(raw)
}

func registrationRequest(i *idp) *request {
	return &request{
		method: http.MethodPost, path: "/register", rawBody: jsonOf(i.t, metadataOf()),
		header: []string{"Content-Type", "application/json", "Authorization", "Bearer " + initialToken},
	}
}

// updateRequest registers a client and asks to change it.
func updateRequest(i *idp) *request {
	c := i.register(metadataOf())
	return &request{
		method: http.MethodPut, path: "/register/" + c.ClientID, rawBody: jsonOf(i.t, metadataOf("client_id", c.ClientID, "client_secret", c.Secret)),
		header: []string{"Content-Type", "application/json", "Authorization", "Bearer " + c.AccessToken},
	}
}

func (i *idp) register(m map[string]any) clientMetadata {
	i.t.Helper()
	r := registrationRequest(i)
	r.rawBody = jsonOf(i.t, m)
	return i.information(r.send(i), http.StatusCreated)
}

func (i *idp) information(w *httptest.ResponseRecorder, code int) (out clientMetadata) {
	i.t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != code {
		i.t.Fatalf("client information: %d %s %s", w.Code, w.Body, i.failed())
	}
	return out
}

// trustPublisher lets a publisher of software sign statements with clientEC.
func (i *idp) trustPublisher() {
	i.t.Helper()
	keys, err := parseJWKS(clientJWKS())
	if err != nil {
		i.t.Fatal(err)
	}
	i.trusted = map[string][]jose.JSONWebKey{"https://publisher.example": keys}
}

// member changes members of the body.
func member(changes ...any) func(*idp, *request) {
	return func(i *idp, r *request) {
		var m map[string]any
		if err := json.Unmarshal([]byte(r.rawBody), &m); err != nil {
			i.t.Fatal(err)
		}
		maps.Copy(m, metadataOf(changes...))
		for n := 0; n < len(changes); n += 2 {
			if name, _ := changes[n].(string); changes[n+1] == nil {
				delete(m, name)
			}
		}
		r.rawBody = jsonOf(i.t, m)
	}
}

// metadataCases break the metadata of a client, in a registration or an update.
func metadataCases(setUp func(*idp) *request) []breakCase {
	statement := func(change func(map[string]any) any) func(*idp, *request) {
		return func(i *idp, r *request) {
			claims := map[string]any{"iss": "https://publisher.example", "client_name": "From the statement"}
			key := change(claims)
			raw, err := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims(claims)).SignedString(key)
			if err != nil {
				i.t.Fatal(err)
			}
			i.trustPublisher()
			member("software_statement", raw)(i, r)
		}
	}
	cases := []breakCase{
		{rule: "registration_json", breaks: func(_ *idp, r *request) { r.rawBody = `{"scope":"openid","scope":"openid"}` }},
		{rule: "registration_json", breaks: func(_ *idp, r *request) { r.rawBody = `[]` }},
		{rule: "registration_json", breaks: func(_ *idp, r *request) { r.rawBody = `null` }},
		{rule: "registration_json", breaks: func(_ *idp, r *request) { r.header[1] = formType }},
		{rule: "software_statement_readable", breaks: member("software_statement", "a.b.c")},
		{rule: "software_statement_readable", breaks: member("software_statement", 1)},
		{rule: "software_statement_approved", breaks: statement(func(c map[string]any) any { c["iss"] = "https://other.example"; return clientEC() })},
		{rule: "software_statement_signature", breaks: statement(func(map[string]any) any { return strangerEC() })},
		{rule: "registration_types", breaks: member("redirect_uris", "https://own.example/cb")},
		{rule: "registration_types", breaks: member("scope", []string{"openid"})},
		{rule: "registration_supported", breaks: member("id_token_encrypted_response_alg", "RSA-OAEP")},
		{rule: "registration_supported", breaks: member("tls_client_certificate_bound_access_tokens", true)},
		{rule: "registration_supported", breaks: member("sector_identifier_uri", "https://own.example/sector")},
		{rule: "registration_supported", breaks: member("subject_type", "pairwise")},
		{rule: "registration_supported", breaks: member("application_type", "tv")},
		{rule: "registration_supported", id: "registration_size", breaks: member("client_name", strings.Repeat("x", maxRegisteredText+1))},
		{rule: "registration_supported", id: "registration_page", breaks: member("policy_uri", "javascript:alert(1)")},
		{rule: "registration_supported", id: "registration_page", breaks: member("policy_uri", "com.example.app:/policy")},
		{rule: "registration_grants", breaks: member("grant_types", []string{grantPassword})},
		{rule: "registration_grants", breaks: member("response_types", []string{"none"})},
		{rule: "registration_grants", breaks: member("response_types", []string{"token"}, "grant_types", []string{grantImplicit})}, // RFC 9700 has no such type
		{rule: "registration_grants", id: "registration_grants_apart", breaks: member("grant_types", []string{grantRefreshToken}, "response_types", []string{"code"})},
		{rule: "registration_redirect_present", breaks: member("redirect_uris", nil)},
		{rule: "registration_redirect_uris", breaks: member("redirect_uris", []string{"https://own.example/cb#here"})},
		{rule: "registration_redirect_uris", breaks: member("redirect_uris", []string{"http://own.example/cb"})},
		{rule: "registration_redirect_uris", breaks: member("redirect_uris", []string{"javascript:alert(1)"})},
		{rule: "registration_redirect_uris", breaks: member("redirect_uris", []string{"data:text/html,x"})},
		{rule: "registration_redirect_uris", breaks: member("redirect_uris", []string{"com.example.app:/cb"})},
		{rule: "registration_redirect_uris", breaks: member("redirect_uris", []string{"com.example.app://localhost/cb"})},
		{rule: "registration_redirect_uris", breaks: member("redirect_uris", []string{"myapp:/cb"}, "application_type", "native")},
		{rule: "registration_keys", breaks: func(i *idp, r *request) {
			member("jwks", json.RawMessage(clientJWKS()), "jwks_uri", "https://own.example/jwks")(i, r)
		}},
		{rule: "registration_confidential", breaks: member("grant_types", []string{grantClientCredentials}, "token_endpoint_auth_method", "none")},
		{rule: "registration_stored", breaks: member("scope", "nonsense")},
		{rule: "registration_stored", breaks: member("token_endpoint_auth_method", "tls_client_auth")},
		{rule: "registration_stored", breaks: member("id_token_signed_response_alg", "none")},
		{rule: "registration_stored", breaks: member("token_endpoint_auth_method", authPrivateKeyJWT)},
		{rule: "registration_stored", breaks: member("backchannel_logout_uri", "ftp://own.example")},
	}
	for n := range cases {
		cases[n].setUp = setUp
	}
	return cases
}

func TestRegistrationRules(t *testing.T) {
	cases := append(metadataCases(registrationRequest),
		breakCase{rule: "registration_initial_token", setUp: registrationRequest, breaks: func(_ *idp, r *request) { r.header[3] = "Bearer guessed" }},
		breakCase{rule: "registration_initial_token", setUp: registrationRequest, breaks: func(_ *idp, r *request) { r.header = r.header[:2] }},
		breakCase{rule: "client_id_own", setUp: registrationRequest, breaks: member("client_id", "alice"), status: playground.StatusPass, code: http.StatusCreated},
	)
	walk(t, rulesOf(registrationChecks), onRegister, cases)
}

// client_id_own: an ID in the request is not looked at. Where the rule is off a
// client gets it, unless it belongs to a client that somebody set up.
func TestRegistrationMakesTheClientID(t *testing.T) {
	i := newIDP(t)
	named := func(id string) clientMetadata { return i.register(metadataOf("client_id", id)) }
	if got := named("alice").ClientID; !strings.HasPrefix(got, "dyn_") {
		t.Errorf("the client is called %q", got)
	}
	if got := i.row(clientIDOwn.ID).Status; got != playground.StatusPass {
		t.Errorf("the rule says %q", got)
	}
	if err := i.SetInsecureOff(clientIDOwn.ID); err != nil {
		t.Fatal(err)
	}
	for _, again := range []string{"first", "second"} {
		if got := named("alice").ClientID; got != "alice" {
			t.Errorf("with the rule off, the %s time, the client is called %q", again, got)
		}
		if got := i.row(clientIDOwn.ID).Status; got != playground.StatusWarn {
			t.Errorf("the rule says %q", got)
		}
	}
	if got := named("web").ClientID; got == "web" {
		t.Error("a client that was configured was replaced")
	}
	if i.Client("web") == nil || i.Client("web").Dynamic {
		t.Error("the configured client is gone")
	}
}

// Grant types and response types hold together (RFC 7591 §2.1), within what the
// policy offers.
func TestRegistrationResponseTypes(t *testing.T) {
	both := []string{grantAuthorizationCode, grantImplicit}
	for _, c := range []struct {
		policy        Policy
		types, grants []string
		failed        string
	}{
		{PolicyRFC6749, []string{"token"}, []string{grantImplicit}, ""},
		{PolicyRFC6749, []string{"token id_token", "code"}, both, ""}, // in any order of the words
		{PolicyPermissive, []string{"code id_token"}, both, ""},
		{PolicyRFC9700, []string{"token"}, []string{grantImplicit}, "registration_grants"},
		{PolicyOAuth21, []string{"code", "id_token"}, both, "registration_grants"},
		{PolicyRFC6749, []string{"token"}, []string{grantAuthorizationCode}, "registration_grants_apart"},
		{PolicyRFC6749, []string{"code"}, []string{grantImplicit}, "registration_grants_apart"},
		{PolicyRFC6749, []string{"code id_token"}, []string{grantImplicit}, "registration_grants_apart"},
		{PolicyRFC6749, []string{"code"}, both, "registration_grants_apart"},
		{PolicyRFC6749, nil, both, "registration_grants_apart"}, // code is the default
	} {
		i := newIDP(t, func(cfg *Config) { cfg.Policy = c.policy })
		r := registrationRequest(i)
		member("response_types", c.types, "grant_types", c.grants)(i, r)
		w := r.send(i)
		if i.failed() != c.failed || c.failed != "" && wireError(w) != "invalid_client_metadata" {
			t.Errorf("%s, %v with %v: %d %s, failed %q, want %q", c.policy, c.types, c.grants, w.Code, wireError(w), i.failed(), c.failed)
		}
		if c.failed != "" {
			continue
		}
		got := i.information(w, http.StatusCreated)
		if client := i.Client(got.ClientID); !slices.Equal(got.ResponseTypes, c.types) || !slices.Equal(client.ResponseTypes, c.types) {
			t.Errorf("%v came back as %v, and the client has %v", c.types, got.ResponseTypes, client.ResponseTypes)
		}
	}
	i := newIDP(t, func(cfg *Config) { cfg.Policy = PolicyRFC6749 })
	r := registrationRequest(i)
	member("response_types", []string{"token"}, "grant_types", []string{grantImplicit}, "redirect_uris", nil)(i, r)
	if w := r.send(i); wireError(w) != "invalid_redirect_uri" || i.failed() != "registration_redirect_present" {
		t.Errorf("implicit without a redirect URI: %s %s", wireError(w), i.failed())
	}
}

// DR-09: the consent page shows the addresses that a client registered, as links
// that tell them nothing, and loads none.
func TestRegistrationPagesOnConsent(t *testing.T) {
	i := newIDP(t)
	pages := map[string]string{
		"client_uri": "https://own.example/", "policy_uri": "https://own.example/privacy",
		"tos_uri": "https://own.example/terms", "logo_uri": "https://own.example/logo.png",
	}
	changes := []any{}
	for name, address := range pages {
		changes = append(changes, name, address)
	}
	c := i.register(metadataOf(changes...))
	v := validAuthorization()
	v.Set("client_id", c.ClientID)
	v.Set("redirect_uri", c.RedirectURIs[0])
	show := func(v url.Values) *httptest.ResponseRecorder {
		return i.send(http.MethodGet, "/consent?interaction="+i.consentPage(v), "")
	}
	w := show(v)
	for name, address := range pages {
		if link := `<a href="` + address + `" rel="noreferrer" target="_blank">` + address + `</a>`; !strings.Contains(w.Body.String(), link) {
			t.Errorf("the page does not show %s:\n%s", name, w.Body)
		}
	}
	if strings.Contains(w.Body.String(), "<img") || !strings.Contains(w.Header().Get("Content-Security-Policy"), "img-src data:;") {
		t.Error("the page may load the logo")
	}
	if w := show(validAuthorization()); !strings.Contains(w.Body.String(), `value="allow"`) || strings.Contains(w.Body.String(), "registered itself") {
		t.Error("a configured client is said to have registered itself")
	}
}

func TestClientConfigurationRules(t *testing.T) {
	cases := append(metadataCases(updateRequest),
		breakCase{rule: "registration_access_token", setUp: updateRequest, breaks: func(_ *idp, r *request) { r.header[3] += "x" }},
		breakCase{rule: "registration_access_token", setUp: updateRequest, breaks: func(_ *idp, r *request) { r.path = "/register/web" }},
		breakCase{rule: "registration_access_token", setUp: updateRequest, breaks: func(i *idp, r *request) {
			r.header[3] = "Bearer " + i.register(metadataOf()).AccessToken // of another client
		}},
		breakCase{rule: "registration_access_token", setUp: updateRequest, breaks: func(i *idp, _ *request) { i.clock = i.clock.Add(registrationTTL) }},
		breakCase{rule: "registration_client_id", setUp: updateRequest, breaks: member("client_id", "web")},
		breakCase{rule: "registration_client_id", setUp: updateRequest, breaks: member("client_id", nil)},
		breakCase{rule: "registration_secret", setUp: updateRequest, breaks: member("client_secret", "my-own-choice-of-a-secret-1234567")},
		breakCase{rule: "registration_own_members", setUp: updateRequest, breaks: member("client_id_issued_at", 1)},
		breakCase{rule: "client_id_own", setUp: updateRequest, breaks: func(*idp, *request) {}, status: playground.StatusSkipped}, // it has its ID
	)
	walk(t, rulesOf(updateChecks), onRegister, cases)
}

// DR-01: the answer has everything that counts now, and a secret that works.
func TestRegistrationAnswer(t *testing.T) {
	i := newIDP(t)
	w := registrationRequest(i).send(i)
	c := i.information(w, http.StatusCreated)
	if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("header: %v", w.Header())
	}
	if c.AuthMethod != authBasic || c.ApplicationType != "web" || c.SubjectType != "public" || !slices.Equal(c.ResponseTypes, []string{"code"}) || c.Scope != "openid steps:read" {
		t.Errorf("defaults: %+v", c)
	}
	if c.IssuedAt != i.clock.Unix() || c.SecretExpires == nil || *c.SecretExpires != i.clock.Add(registrationTTL).Unix() {
		t.Errorf("dates: %d, %v", c.IssuedAt, c.SecretExpires)
	}
	if c.ConfigurationURI != testIssuer+"/register/"+c.ClientID || c.AccessToken == "" {
		t.Errorf("management: %q", c.ConfigurationURI)
	}
	if kept := i.Client(c.ClientID); kept.Secret != "" || !kept.secretIs(c.Secret) || kept.registered.token == c.AccessToken {
		t.Error("a secret or token is kept as it is")
	}
	v := validAuthorization()
	v.Set("client_id", c.ClientID)
	v.Set("redirect_uri", c.RedirectURIs[0])
	form := validToken(i.code(v))
	form.Set("redirect_uri", c.RedirectURIs[0])
	if w := i.token(form, "Authorization", basicAuth(c.ClientID, c.Secret)); w.Code != http.StatusOK {
		t.Errorf("with the secret: %d %s %s", w.Code, w.Body, i.failed())
	}
	if w := i.token(form, "Authorization", basicAuth(c.ClientID, c.Secret+"x")); w.Code != http.StatusUnauthorized {
		t.Errorf("with another secret: %d", w.Code)
	}
	i.clock = i.clock.Add(registrationTTL)
	if w := i.token(form, "Authorization", basicAuth(c.ClientID, c.Secret)); w.Code != http.StatusUnauthorized || i.failed() != "client_expired" {
		t.Errorf("after its end: %d %s", w.Code, i.failed())
	}
}

// What is registered otherwise is as the metadata asks.
func TestRegistrationKinds(t *testing.T) {
	i := newIDP(t)
	spa := i.register(metadataOf("token_endpoint_auth_method", "none", "redirect_uris", []string{"http://localhost:5173/cb"}, "unknown_member", "x", "client_name#de", "App"))
	if spa.Secret != "" || spa.SecretExpires != nil || !i.Client(spa.ClientID).public() {
		t.Errorf("a public client: %+v", spa)
	}
	native := i.register(metadataOf("token_endpoint_auth_method", "none", "application_type", "native", "redirect_uris", []string{"com.example.app:/cb", "http://127.0.0.1/cb"}))
	if !i.Client(native.ClientID).Native {
		t.Error("the native client is none")
	}
	hmac := i.register(metadataOf("token_endpoint_auth_method", authSecretJWT))
	if i.Client(hmac.ClientID).Secret != hmac.Secret || len(hmac.Secret) < 32 {
		t.Error("a client of client_secret_jwt has no key to check with")
	}
	machine := i.register(metadataOf("grant_types", []string{grantClientCredentials}, "redirect_uris", nil, "scope", nil))
	if machine.Scope != "meals:read steps:read steps:write" || len(machine.ResponseTypes) > 0 {
		t.Errorf("a machine: %+v", machine)
	}
	w := i.token(url.Values{"grant_type": {grantClientCredentials}, "scope": {"steps:read"}}, "Authorization", basicAuth(machine.ClientID, machine.Secret))
	if w.Code != http.StatusOK {
		t.Errorf("the machine's token: %d %s", w.Code, w.Body)
	}
	w = i.token(url.Values{"grant_type": {grantClientCredentials}}, "Authorization", basicAuth(machine.ClientID, machine.Secret))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"scope":"steps:read steps:write"`) {
		t.Errorf("the machine's token without a scope is for one API: %d %s", w.Code, w.Body)
	}
}

// A statement of a trusted publisher counts more than the request, and comes back
// unchanged.
func TestRegistrationSoftwareStatement(t *testing.T) {
	i := newIDP(t)
	i.trustPublisher()
	statement, err := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"iss": "https://publisher.example", "client_name": "From the statement"}).SignedString(clientEC())
	if err != nil {
		t.Fatal(err)
	}
	c := i.register(metadataOf("software_statement", statement))
	if c.Name != "From the statement" || c.Statement != statement {
		t.Errorf("name %q", c.Name)
	}
}

// DR-07: read, replace, delete.
func TestClientConfiguration(t *testing.T) {
	i := newIDP(t)
	c := i.register(metadataOf("backchannel_logout_uri", "http://localhost:3000/bye"))
	auth := []string{"Authorization", "Bearer " + c.AccessToken, "Content-Type", "application/json"}
	read := i.information(i.send(http.MethodGet, "/register/"+c.ClientID, "", auth...), http.StatusOK)
	if read.ClientID != c.ClientID || read.Name != "Own App" || read.AccessToken != c.AccessToken || read.Secret != "" || read.SecretExpires == nil {
		t.Errorf("read: %+v", read)
	}
	if err := i.Registry().ConfirmClient(c.ClientID); err != nil || !i.Client(c.ClientID).Confirmed {
		t.Fatalf("confirm: %v", err)
	}
	body := jsonOf(t, metadataOf("client_id", c.ClientID, "client_name", "New", "backchannel_logout_uri", "http://localhost:3000/other"))
	put := i.information(i.send(http.MethodPut, "/register/"+c.ClientID, body, auth...), http.StatusOK)
	if put.Name != "New" || put.Secret != "" || !i.Client(c.ClientID).secretIs(c.Secret) {
		t.Errorf("replaced: %+v", put)
	}
	if i.Client(c.ClientID).Confirmed {
		t.Error("a new address is confirmed already")
	}
	w := i.send(http.MethodDelete, "/register/"+c.ClientID, "", auth...)
	if w.Code != http.StatusNoContent || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("delete: %d", w.Code)
	}
	if w := i.send(http.MethodGet, "/register/"+c.ClientID, "", auth...); w.Code != http.StatusUnauthorized || !strings.Contains(w.Header().Get("WWW-Authenticate"), "invalid_token") {
		t.Errorf("after delete: %d", w.Code)
	}
	form := validToken("x")
	if w := i.token(form, "Authorization", basicAuth(c.ClientID, c.Secret)); w.Code != http.StatusUnauthorized || wireError(w) != "invalid_client" {
		t.Errorf("token endpoint after delete: %d %s", w.Code, wireError(w))
	}
}

func TestRegistrationIsOffUntilAskedFor(t *testing.T) {
	i := newIDP(t, func(cfg *Config) { cfg.InitialAccessToken = "" })
	if w := registrationRequest(i).send(i); w.Code != http.StatusNotFound {
		t.Errorf("without configuration: %d", w.Code)
	}
	if strings.Contains(string(i.Metadata()), "registration_endpoint") {
		t.Error("the metadata names an endpoint that is not there")
	}
	i = newIDP(t, func(cfg *Config) { cfg.InitialAccessToken, cfg.InsecureOpenRegistration = "", true })
	r := registrationRequest(i)
	r.header = r.header[:2]
	i.information(r.send(i), http.StatusCreated)
	if !strings.Contains(string(i.Metadata()), `"registration_endpoint":"`+testIssuer+`/register"`) {
		t.Error("the metadata does not name the endpoint")
	}
}

// A flood pushes out other registrations, and never a configured or a confirmed
// client.
func TestRegistrationsAreBounded(t *testing.T) {
	i := newIDP(t)
	configured := len(i.Registry().Clients())
	first, second := i.register(metadataOf()), i.register(metadataOf())
	if err := i.Registry().ConfirmClient(first.ClientID); err != nil {
		t.Fatal(err)
	}
	for range MaxDynamicClients {
		i.register(metadataOf())
	}
	if got := len(i.Registry().Clients()); got != configured+MaxDynamicClients {
		t.Errorf("%d clients", got)
	}
	if i.Client(first.ClientID) == nil || i.Client(second.ClientID) != nil || i.Client("web") == nil {
		t.Error("the wrong one went")
	}
	i.clock = i.clock.Add(registrationTTL + time.Second)
	i.register(metadataOf())
	if got := len(i.Registry().Clients()); got != configured+1 {
		t.Errorf("%d clients after the others expired", got)
	}
	i.Registry().RemoveDynamic()
	if got := len(i.Registry().Clients()); got != configured {
		t.Errorf("%d clients after RemoveDynamic", got)
	}
}

// Whatever is sent, there is an answer, and never one of 500.
func FuzzRegistration(f *testing.F) {
	f.Add(`{"redirect_uris":["https://own.example/cb"]}`)
	f.Add(`{"redirect_uris":["com.example:/cb"],"application_type":"native","token_endpoint_auth_method":"none"}`)
	f.Add(`{"jwks":{"keys":[]},"token_endpoint_auth_method":"private_key_jwt","grant_types":["client_credentials"]}`)
	f.Add(`{"software_statement":"e30.eyJpc3MiOiJ4In0."}`)
	f.Add(`{"jwks":null,"scope":null}`)
	f.Fuzz(func(t *testing.T, body string) {
		i := newIDP(t)
		r := registrationRequest(i)
		r.rawBody = body
		w := r.send(i)
		switch w.Code {
		case http.StatusCreated:
			if c := i.information(w, http.StatusCreated); i.Client(c.ClientID) == nil {
				t.Error("registered, and not there")
			}
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		default:
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
)

// document is the part of the OpenAPI document that the test reads.
type document struct {
	OpenAPI string `json:"openapi"`
	Paths   map[string]map[string]struct {
		ID   string `json:"operationId"`
		Body *struct {
			Content map[string]struct {
				Schema map[string]any `json:"schema"`
			} `json:"content"`
		} `json:"requestBody"`
		Responses map[string]struct {
			Content map[string]struct {
				Schema map[string]any `json:"schema"`
			} `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]map[string]any `json:"schemas"`
	} `json:"components"`
}

// validate holds a value against a schema: the part of JSON Schema that the
// document uses, and an error for every other keyword.
func (d *document) validate(at string, s map[string]any, v any) error {
	for keyword := range s {
		if !slices.Contains([]string{"$ref", "type", "format", "enum", "properties", "required", "additionalProperties", "items", "description"}, keyword) {
			return fmt.Errorf("%s: the validator does not know %q", at, keyword)
		}
	}
	if ref, ok := s["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/components/schemas/")
		if d.Components.Schemas[name] == nil {
			return fmt.Errorf("%s: no schema %q", at, ref)
		}
		return d.validate(at, d.Components.Schemas[name], v)
	}
	if err := ofType(at, s["type"], v); err != nil {
		return err
	}
	if values, ok := s["enum"].([]any); ok && !slices.Contains(values, v) {
		return fmt.Errorf("%s: %v is none of %v", at, v, values)
	}
	if text, ok := v.(string); ok && s["format"] == "date-time" {
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	if list, ok := v.([]any); ok {
		items, _ := s["items"].(map[string]any)
		for i, one := range list {
			if err := d.validate(fmt.Sprintf("%s[%d]", at, i), items, one); err != nil {
				return err
			}
		}
	}
	if members, ok := v.(map[string]any); ok {
		return d.validateMembers(at, s, members)
	}
	return nil
}

func ofType(at string, types, v any) error {
	var want []any
	switch t := types.(type) {
	case nil:
		return nil
	case string:
		want = []any{t}
	case []any:
		want = t
	}
	got := map[bool]string{true: "integer", false: "number"}[false]
	switch n := v.(type) {
	case nil:
		got = "null"
	case string:
		got = "string"
	case bool:
		got = "boolean"
	case []any:
		got = "array"
	case map[string]any:
		got = "object"
	case float64:
		if n == float64(int64(n)) && slices.Contains(want, any("integer")) {
			got = "integer"
		}
	}
	if !slices.Contains(want, any(got)) {
		return fmt.Errorf("%s is %s, want %v", at, got, want)
	}
	return nil
}

func (d *document) validateMembers(at string, s, members map[string]any) error {
	properties, _ := s["properties"].(map[string]any)
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, ok := members[name.(string)]; !ok {
			return fmt.Errorf("%s lacks %s", at, name)
		}
	}
	for name, value := range members {
		one, ok := properties[name].(map[string]any)
		if !ok {
			if one, ok = s["additionalProperties"].(map[string]any); !ok && s["additionalProperties"] == false {
				return fmt.Errorf("%s has %s, which the schema does not know", at, name)
			}
		}
		if err := d.validate(at+"."+name, one, value); err != nil {
			return err
		}
	}
	return nil
}

func readDocument(t *testing.T, s *site) *document {
	t.Helper()
	var d document
	got := s.send(t, http.MethodGet, "/api/openapi.json", "")
	if err := json.Unmarshal([]byte(got.body), &d); err != nil || got.StatusCode != http.StatusOK || d.OpenAPI != "3.1.0" {
		t.Fatalf("%d %v", got.StatusCode, err)
	}
	return &d
}

// The router and the document have the same calls.
func TestOpenAPIAndRouterAgree(t *testing.T) {
	s := start(t)
	d := readDocument(t, s)
	routed := map[string]bool{}
	for _, r := range s.handler().(*gin.Engine).Routes() {
		if !strings.HasPrefix(r.Path, "/api/") || r.Method == http.MethodHead {
			continue
		}
		path := documentPath(r.Path)
		routed[r.Method+" "+path] = true
		if d.Paths[path][strings.ToLower(r.Method)].ID == "" {
			t.Errorf("%s %s is served and not documented", r.Method, path)
		}
	}
	ids := map[string]bool{}
	for path, item := range d.Paths {
		for method, op := range item {
			if !routed[strings.ToUpper(method)+" "+path] {
				t.Errorf("%s %s is documented and not served", method, path)
			}
			if ids[op.ID] {
				t.Errorf("two operations %s", op.ID)
			}
			ids[op.ID] = true
		}
	}
	for _, m := range pathParameter.FindAllStringSubmatch(fmt.Sprint(operations()), -1) {
		if slices.Contains(strings.Fields("lab rule name kid id user client"), m[1]) && pathParameters()[m[1]] == "" {
			t.Errorf("the parameter %s is not described", m[1])
		}
	}
}

// apiCall is one request to the JSON interface.
type apiCall struct {
	path, body string
	change     []func(*http.Request)
	before     func(*site)
}

// drained uses up what the address may ask for, and stops the clock by which it
// comes back.
func drained(s *site) {
	now := s.now()
	s.costly.mu.Lock()
	s.costly.now = func() time.Time { return now }
	s.costly.mu.Unlock()
	for _, addr := range []string{"127.0.0.1", "::1"} {
		s.costly.take(addr, costlyBurst)
	}
}

// rested gives it back, and lets the clock go on.
func rested(s *site) {
	s.costly.mu.Lock()
	defer s.costly.mu.Unlock()
	s.costly.now = s.now
	clear(s.costly.all)
}

// kids fills {next} and {signing} with key IDs of the algorithm ES256.
func kids(t *testing.T, s *site, path string) string {
	t.Helper()
	keys, err := s.world.Main().PublishedKeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if k.Alg == "ES256" {
			path = strings.ReplaceAll(path, "{"+k.State+"}", k.KID)
		}
	}
	return path
}

// Every operation is called, its answer holds against its schema, and each error
// that the document names is met. An answer with a status that the document does
// not name fails, too.
func TestOpenAPIOfEveryOperation(t *testing.T) {
	s := start(t)
	d := readDocument(t, s)
	main := s.world.Main()
	refused := s.send(t, http.MethodGet, "/idp/main/authorize?client_id=nobody", "")
	trace := refused.Header.Get("Claimcheck-Trace")
	token := mintedFor(t, s)
	good := successCalls(trace, token)
	bad := failingCalls()
	for _, op := range operations() {
		call, ok := good[op.id]
		if !ok {
			t.Errorf("%s is never called", op.id)
			continue
		}
		path := documentPath(op.path)
		responses := d.Paths[path][strings.ToLower(op.method)].Responses
		t.Run(op.id, func(t *testing.T) {
			for _, status := range slices.Sorted(maps.Keys(responses)) { // 409 fills the lab, so it comes late
				if status == "200" {
					continue
				}
				cases := genericFailures(&op, call, status)
				cases = append(cases, bad[op.id+" "+status]...)
				if len(cases) == 0 {
					t.Errorf("no test provokes %s", status)
				}
				for _, c := range cases {
					rested(s)
					if c.before != nil {
						c.before(s)
					}
					got := s.control(t, op.method, kids(t, s, c.path), c.body, c.change...)
					if strconv.Itoa(got.StatusCode) != status {
						t.Errorf("%s %s: %d, want %s: %s", op.method, c.path, got.StatusCode, status, got.body)
						continue
					}
					if !strings.HasPrefix(got.Header.Get("Content-Type"), "application/problem+json") || !strings.Contains(got.body, `"fix"`) {
						t.Errorf("%s: the problem says not what to do: %s", status, got.body)
					}
					conforms(t, d, responses[status].Content["application/problem+json"].Schema, got.body)
				}
			}
			rested(s)
			if call.before != nil {
				call.before(s)
			}
			if body := d.Paths[path][strings.ToLower(op.method)].Body; body != nil {
				conforms(t, d, body.Content["application/json"].Schema, call.body)
			}
			got := s.control(t, op.method, kids(t, s, call.path), call.body)
			if got.StatusCode != http.StatusOK {
				t.Fatalf("%d: %s", got.StatusCode, got.body)
			}
			conforms(t, d, responses["200"].Content["application/json"].Schema, got.body)
		})
	}
	if main.Log().Last() == 0 {
		t.Error("the controls left no line in the log")
	}
}

// control sends JSON as the lab's owner.
func (s *site) control(t *testing.T, method, path, body string, change ...func(*http.Request)) answer {
	t.Helper()
	all := []func(*http.Request){s.owner(), header("Accept", "application/json")}
	if body != "" {
		all = append(all, header("Content-Type", "application/json"))
	}
	return s.send(t, method, path, body, append(all, change...)...)
}

func conforms(t *testing.T, d *document, s map[string]any, body string) {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	if s == nil {
		t.Fatal("no schema")
	}
	if err := d.validate("$", s, v); err != nil {
		t.Errorf("%v\n%.600s", err, body)
	}
}

// genericFailures break the one thing that gives the status in any operation.
func genericFailures(op *operation, good apiCall, status string) []apiCall {
	one := func(path, body string, change ...func(*http.Request)) []apiCall {
		return []apiCall{{path: path, body: body, change: change}}
	}
	switch status {
	case "401":
		return one(good.path, good.body, header("Authorization", "Bearer x"))
	case "403":
		return one(good.path, good.body, header("Sec-Fetch-Site", "cross-site"))
	case "404":
		return one(strings.Replace(good.path, "/labs/main/", "/labs/nowhere/", 1), good.body)
	case "413":
		return one(good.path, `{"x":"`+strings.Repeat("x", maxBody)+`"}`)
	case "415":
		return one(good.path, good.body, header("Content-Type", "text/plain"))
	case "400":
		if op.in == nil {
			return nil
		}
		return slices.Concat(one(good.path, `{"no_such_member": 1}`), one(good.path, `{`), one(good.path, good.body+" {}"))
	case "429":
		if op.id == "decryptToken" { // most tokens cost nothing
			return nil
		}
		return []apiCall{{path: good.path, body: good.body, before: func(s *site) {
			if good.before != nil {
				good.before(s)
			}
			drained(s)
		}}}
	}
	return nil
}

// mintedFor is an access token of the lab.
func mintedFor(t *testing.T, s *site) string {
	t.Helper()
	got := s.control(t, http.MethodPost, "/api/labs/main/tokens", `{"client":"fittrack","user":"alice","scope":"steps:read"}`)
	var out mintedToken
	if err := json.NewDecoder(bytes.NewBufferString(got.body)).Decode(&out); err != nil || out.Token == "" || !out.Minted {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	return out.Token
}

// selfRegistered is a client that registered itself and wants to be called.
func selfRegistered(s *site) {
	_ = s.world.Main().Registry().AddClient(mockprovider.Client{
		ID: "asks", Dynamic: true, RedirectURIs: []string{"http://localhost:1/cb"}, BackchannelLogoutURI: "http://localhost:1/bye",
	})
}

// successCalls are a good request of each operation, by its id.
func successCalls(trace, token string) map[string]apiCall {
	const main = "/api/labs/" + lab.Main
	return map[string]apiCall{
		"getClock":        {path: main + "/clock"},
		"moveClock":       {path: main + "/clock", body: `{"advance":"61s"}`},
		"getSeed":         {path: main + "/seed"},
		"setSeed":         {path: main + "/seed", body: `{"seed":"class-1"}`},
		"getPolicy":       {path: main + "/policy"},
		"setPolicy":       {path: main + "/policy", body: `{"policy":"oauth21"}`},
		"listDefences":    {path: main + "/defences"},
		"switchDefence":   {path: main + "/defences/state_equal", body: `{"on":false}`},
		"mintToken":       {path: main + "/tokens", body: `{"kind":"id_token","client":"fittrack","user":"bob","claims":{"aud":"x","exp":null}}`},
		"listSnapshots":   {path: main + "/snapshots"},
		"takeSnapshot":    {path: main + "/snapshots/before", body: `{}`, before: emptied},
		"restoreSnapshot": {path: main + "/snapshots/before/restore", body: `{}`},
		"deleteSnapshot":  {path: main + "/snapshots/before"},
		"resetLab":        {path: main + "/reset", body: `{}`},
		"listKeys":        {path: main + "/keys"},
		"publishKey":      {path: main + "/keys", body: `{"alg":"ES256"}`, before: emptied},
		"activateKey":     {path: main + "/keys/{next}/activate", body: `{}`},
		"retireKey":       {path: main + "/keys/{previous}/retire", body: `{}`},
		"revokeKey":       {path: main + "/keys/{signing}/revoke", body: `{}`},
		"listFaults":      {path: main + "/faults"},
		"setFault":        {path: main + "/faults", body: `{"name":"idt_aud_wrong","client":"fittrack","times":1}`},
		"clearFaults":     {path: main + "/faults"},
		"clearFault":      {path: main + "/faults/idt_aud_wrong"},
		"listUsers":       {path: main + "/users"},
		"putUser":         {before: func(s *site) { _ = s.world.Main().RestoreSnapshot("before-the-flood") }, path: main + "/users/carol", body: `{"password":"carol","name":"Carol","claims":{"email":"carol@example.com"}}`},
		"deleteUser":      {path: main + "/users/carol"},
		"listClients":     {path: main + "/clients"},
		"putClient":       {path: main + "/clients/mine", body: `{"redirect_uris":["http://localhost:3000/cb"],"token_endpoint_auth_method":"client_secret_basic"}`},
		"confirmClient":   {path: main + "/clients/asks/confirm", body: `{}`, before: selfRegistered},
		"deleteClient":    {path: main + "/clients/mine"},
		"startDrill":      {path: main + "/drill", body: `{"client":"drilled"}`, before: drillable},
		"getDrill":        {path: main + "/drill", before: drilled},
		"answerDrill":     {path: main + "/drill/answer", body: `{"verdict":"refused"}`, before: drilled},
		"stopDrill":       {path: main + "/drill/stop", body: `{}`, before: drilled},
		"getLog":          {path: main + "/log?after=0"},
		"getHAR":          {path: main + "/log.har"},
		"getTrace":        {path: main + "/traces/" + trace},
		"getDocument":     {path: "/api/openapi.json"},
		"verifyToken":     {path: "/api/playground/verify", body: `{"token":"` + token + `","key":{"lab":"main"},"policy":{"require":["exp"]}}`},
		"decryptToken":    {path: "/api/playground/decrypt", body: `{"token":"` + token + `"}`},
		"diagnoseToken":   {path: "/api/playground/diagnose", body: `{"token":"` + token + `","key":{"text":"secret","encoding":"utf8"}}`},
		"compareTokens":   {path: "/api/playground/compare", body: `{"first":"` + token + `","second":"a.b.c"}`},
		"signToken":       {path: "/api/playground/sign", body: `{"header":"{\"alg\":\"HS256\"}","payload":"{}","key":{"text":"a-secret-of-thirty-two-characters!","encoding":"utf8"}}`},
		"makeKey":         {path: "/api/playground/keys", body: `{"algorithm":"ES256"}`},
	}
}

// emptied takes back what filled the lab up to its caps.
func emptied(s *site) {
	l := s.world.Main()
	for _, i := range l.Snapshots() {
		_ = l.DeleteSnapshot(i.Name)
	}
	keys, _ := l.PublishedKeys()
	for _, k := range keys {
		_ = l.RetireKey(k.KID) // those that sign stay
	}
}

// failingCalls are the requests for what is particular to an operation, by its id
// and the status.
func failingCalls() map[string][]apiCall {
	const main = "/api/labs/" + lab.Main
	full := func(s *site) {
		for n := range lab.MaxSnapshots {
			_, _ = s.world.Main().TakeSnapshot(fmt.Sprint("full-", n))
		}
	}
	return map[string][]apiCall{
		"moveClock 400": {
			{path: main + "/clock", body: `{}`},
			{path: main + "/clock", body: `{"advance":"200000h"}`},
			{path: main + "/clock", body: `{"set":"1900-01-01T00:00:00Z"}`},
			{path: main + "/clock", body: `{"set":"2026-01-01T00:00:00Z","advance":"1m"}`},
		},
		"setSeed 400":   {{path: main + "/seed", body: `{"seed":"` + strings.Repeat("x", lab.MaxSeed+1) + `"}`}},
		"setPolicy 400": {{path: main + "/policy", body: `{}`}, {path: main + "/policy", body: `{"policy":"strict"}`}},
		"switchDefence 400": {
			{path: main + "/defences/state_equal", body: `{}`},
		},
		"switchDefence 404": {
			{path: main + "/defences/client_known", body: `{"on":false}`},
			{path: main + "/defences/nothing", body: `{"on":false}`},
		},
		"mintToken 400": {
			{path: main + "/tokens", body: `{"kind":"cookie"}`},
			{path: main + "/tokens", body: `{"kid":"nobody"}`},
			{path: main + "/tokens", body: `{"user":"` + strings.Repeat("x", maxName+1) + `"}`},
			{path: main + "/tokens", body: `{"scope":"` + strings.Repeat("x", maxScope+1) + `"}`},
			{path: main + "/tokens", body: `{"lifetime_seconds":99999999999}`},
			{path: main + "/tokens", body: `{"claims":{"x":"` + strings.Repeat("x", 40<<10) + `"}}`},
		},
		"takeSnapshot 400":    {{path: main + "/snapshots/No%20name", body: `{}`}},
		"takeSnapshot 409":    {{path: main + "/snapshots/before", body: `{}`, before: full}},
		"restoreSnapshot 404": {{path: main + "/snapshots/nothing/restore", body: `{}`}},
		"deleteSnapshot 404":  {{path: main + "/snapshots/nothing"}},
		"publishKey 400":      {{path: main + "/keys", body: `{"alg":"HS256"}`}, {path: main + "/keys", body: `{}`}},
		"publishKey 409": {{path: main + "/keys", body: `{"alg":"EdDSA"}`, before: func(s *site) {
			for range 9 {
				_, _ = s.world.Main().PublishKey("EdDSA")
			}
		}}},
		"activateKey 409": {{path: main + "/keys/{signing}/activate", body: `{}`}},
		"activateKey 404": {{path: main + "/keys/nobody/activate", body: `{}`}},
		"retireKey 409":   {{path: main + "/keys/{signing}/retire", body: `{}`}},
		"retireKey 404":   {{path: main + "/keys/nobody/retire", body: `{}`}},
		"revokeKey 404":   {{path: main + "/keys/nobody/revoke", body: `{}`}},
		"getLog 400":      {{path: main + "/log?after=x"}},
		"getHAR 400":      {{path: main + "/log.har?after=x"}},
		"setFault 404":    {{path: main + "/faults", body: `{"name":"nothing"}`}},
		"clearFault 404":  {{path: main + "/faults/nothing"}},
		"setFault 409":    {{path: main + "/faults", body: `{"name":"jwks_empty","client":"fittrack"}`}, {path: main + "/faults", body: `{"name":"idt_aud_wrong","times":-1}`}},
		"startDrill 409":  {{path: main + "/drill", body: `{"client":"drilled"}`, before: drilled}},
		"answerDrill 409": {{path: main + "/drill/answer", body: `{"verdict":"refused"}`, before: func(s *site) { s.world.Main().StopDrill() }}},
		"getTrace 404":    {{path: main + "/traces/nothing"}},
		"signToken 422":   {{path: "/api/playground/sign", body: `{"header":"{\"alg\":\"HS256\"}","payload":"{}","key":{"lab":"main"}}`}},
		"putUser 400": {
			{path: main + "/users/carol", body: `{"name":"Carol"}`},
			{path: main + "/users/carol", body: `{"id":"dora","password":"x"}`},
			{path: main + "/users/carol", body: `{"password":"x","username":"alice"}`},
			{path: main + "/users/carol", body: `{"password":"x","claims":{"x":"` + strings.Repeat("x", maxUserClaims) + `"}}`},
			{path: main + "/users/carol", body: `{"password":"` + strings.Repeat("x", maxName+1) + `"}`},
		},
		"putUser 409": {{path: main + "/users/carol", body: `{"password":"x"}`, before: func(s *site) {
			_, _ = s.world.Main().TakeSnapshot("before-the-flood")
			for n := len(s.world.Main().Registry().Users()); n < mockprovider.MaxUsers; n++ {
				_ = s.world.Main().Registry().PutUser(mockprovider.User{ID: fmt.Sprint("u", n)})
			}
		}}},
		"deleteUser 404": {{path: main + "/users/nobody"}},
		"putClient 400": {
			{path: main + "/clients/mine", body: `{"redirect_uris":["not a uri"]}`},
			{path: main + "/clients/mine", body: `{"client_id":"other"}`},
			{path: main + "/clients/mine", body: `{"application_type":"tv"}`},
			{path: main + "/clients/mine", body: `{"scope":"nothing:known"}`},
			{path: main + "/clients/mine", body: `{"token_endpoint_auth_method":"tls_client_auth"}`},
			{path: main + "/clients/mine", body: `{"jwks":{"keys":"x"}}`},
			{path: main + "/clients/mine", body: `{"client_name":"` + strings.Repeat("x", maxName+1) + `"}`},
			{path: main + "/clients/mine", body: `{"redirect_uris":["https://` + strings.Repeat("x", maxURI+1) + `"]}`},
			{path: main + "/clients/mine", body: `{"redirect_uris":[` + strings.Repeat(`"https://a/",`, maxURIs) + `"https://a/"]}`},
		},
		"putClient 409":     {{path: main + "/clients/fittrack", body: `{}`}},
		"confirmClient 409": {{path: main + "/clients/fittrack/confirm", body: `{}`}},
		"confirmClient 404": {{path: main + "/clients/nobody/confirm", body: `{}`}},
		"deleteClient 409":  {{path: main + "/clients/fittrack-lite"}},
		"deleteClient 404":  {{path: main + "/clients/nobody"}},
		"decryptToken 429": {{path: "/api/playground/decrypt", before: drained, body: `{"token":"` +
			base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2s":"AAAAAAAAAAA","p2c":100000}`)) + `.AA.AA.AA.AA","key":{"text":"password","encoding":"utf8"}}`}},
		"makeKey 400": {{path: "/api/playground/keys", body: `{"algorithm":"none"}`}},
	}
}

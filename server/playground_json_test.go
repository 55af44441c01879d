package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"claimcheck/playground"
)

func names(m object) []string {
	var list []string
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func list(words string) []string { return strings.Fields(words) }

// TestAPIVerifyShape holds the answer to the documented members: no more, no
// less, with empty lists as lists.
func TestAPIVerifyShape(t *testing.T) {
	s := start(t)
	rfc := rfcExample()
	for name, token := range map[string]string{"a token": rfc[0], "nothing": "", "an opaque one": "4711-opaque", "pasted": "Bearer " + rfc[0], "broken": "a.b"} {
		_, m := s.call(t, "/api/playground/verify", object{"token": token, "key": object{"text": rfc[1]}})
		if got := names(m); !slices.Equal(got, list("findings kind library normalised notes parts sentence signature verdict")) {
			t.Fatalf("%s: members %v", name, got)
		}
		for _, member := range list("notes parts findings") {
			if _, ok := m[member].([]any); !ok {
				t.Errorf("%s: %s is %T", name, member, m[member])
			}
		}
		if got := names(m["library"].(object)); !slices.Equal(got, list("error name version")) {
			t.Errorf("%s: library has %v", name, got)
		}
		for _, f := range m["findings"].([]any) {
			f := f.(object)
			for _, must := range list("rule id title level status spec") {
				if f[must] == nil || f[must] == "" {
					t.Errorf("%s: the finding %v lacks %s", name, f["id"], must)
				}
			}
			for member := range f {
				if !slices.Contains(list("rule id title level status message expected got why fix spec span"), member) {
					t.Errorf("%s: the finding %v has a member %s", name, f["id"], member)
				}
			}
			if span, ok := f["span"].(object); ok && !slices.Equal(names(span), list("end part start")) {
				t.Errorf("%s: span %v", name, span)
			}
		}
		for _, p := range m["parts"].([]any) {
			for member := range p.(object) {
				if !slices.Contains(list("name encoded text json"), member) {
					t.Errorf("%s: a part has a member %s", name, member)
				}
			}
		}
	}
}

// TestAPIAbsentMembers: everything but the token may be left out, and an empty
// object says as much as none.
func TestAPIAbsentMembers(t *testing.T) {
	s := start(t)
	rfc := rfcExample()
	for name, body := range map[string]object{
		"the token alone": {"token": rfc[0]}, "empty key": {"token": rfc[0], "key": object{}}, "empty policy": {"token": rfc[0], "policy": object{}}, "null": {"token": rfc[0], "key": nil, "policy": nil}, "empty list": {"token": rfc[0], "policy": object{"algorithms": []string{}}}, "nothing": {},
	} {
		a, m := s.call(t, "/api/playground/verify", body)
		if a.StatusCode != http.StatusOK || m["signature"] != "unchecked" || m["verdict"] == "accept" {
			t.Errorf("%s: %d %v %v", name, a.StatusCode, m["signature"], m["verdict"])
		}
	}
	// Without a list any algorithm that fits the key is taken, and never `none`.
	if _, m := s.call(t, "/api/playground/verify", object{"token": rfc[0], "key": object{"text": rfc[1]}, "policy": object{"now": 1300819000}}); m["verdict"] != "accept" {
		t.Errorf("without a list: %v", m["sentence"])
	}
	for _, algorithms := range [][]string{nil, {"none"}} {
		_, m := s.call(t, "/api/playground/verify", object{"token": playground.Unsecured([]byte(`{"alg":"none"}`), []byte(`{}`)), "key": object{"text": "secret"}, "policy": object{"algorithms": algorithms}})
		if m["verdict"] != "reject" || m["signature"] == "valid" {
			t.Errorf("none with the list %v: %v %v", algorithms, m["verdict"], m["signature"])
		}
	}
}

// TestAPISignatureIsAboutTheSignature: it is valid whatever the payload is.
func TestAPISignatureIsAboutTheSignature(t *testing.T) {
	s := start(t)
	for _, payload := range []string{"foo", "", "null", "{\"exp\":1}", "\x00\x01"} {
		token, err := playground.Sign([]byte(`{"alg":"HS256"}`), []byte(payload), []byte(demoSecret), "HS256")
		if err != nil {
			t.Fatal(err)
		}
		for _, strict := range []bool{true, false} {
			if _, m := s.call(t, "/api/playground/verify", object{"token": token, "key": object{"text": demoSecret}, "strict": strict}); m["signature"] != "valid" {
				t.Errorf("%q: %v", payload, m["signature"])
			}
		}
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"claimcheck/playground"
)

// bench presses a button of the playground and gives the page that comes.
func (v *guest) bench(fields url.Values) string {
	v.t.Helper()
	w := v.ask(http.MethodPost, "/playground", fields.Encode())
	if w.Code != http.StatusOK {
		v.t.Fatalf("the playground: %d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// On an open network the playground is of the visitor's own lab: its AcmeID issued
// the examples, its keys verify them, its clock counts.
func TestThePlaygroundIsOfTheVisitorsLab(t *testing.T) {
	s, a, b := open(t)
	example := url.Values{"press": {"example:access"}}
	pages := map[*guest]string{a: a.bench(example), b: b.bench(example)}
	for v, page := range pages {
		own, other := v.lab(s), a.lab(s)
		if v == a {
			other = b.lab(s)
		}
		if own == s.world.Main() || own == other {
			t.Fatalf("labs %q and %q", own.ID(), other.ID())
		}
		token := field(page, "token")
		if iss := playground.Decode(token, true).Payload().Object().String("iss"); iss != own.Issuer() || field(page, "iss") != iss {
			t.Errorf("the example is of %q, the bench expects %q, and the lab is %q", iss, field(page, "iss"), own.Issuer())
		}
		// The same token on the other's bench is of an issuer that is not theirs.
		asked := url.Values{"token": {token}, "key_from": {"lab"}, "alg": {"ES256"}, "iss": {own.Issuer()}, "typ": {"at+jwt"}}
		for who, accepted := range map[*guest]bool{a: v == a, b: v == b} {
			if got := strings.Contains(who.bench(asked), "<title>Accepted"); got != accepted {
				t.Errorf("accepted: %v, want %v", got, accepted)
			}
		}
		key, err := own.Keys().Key("ES256")
		if err != nil {
			t.Fatal(err)
		}
		if page := v.bench(url.Values{"press": {"example:confusion"}}); !strings.Contains(field(page, "key"), key.KID) {
			t.Errorf("the forgery is not made with the lab's own public key: %s", field(page, "key"))
		}
		if page := v.bench(url.Values{"press": {"template:access"}, "header": {"{}"}}); !strings.Contains(field(page, "payload"), own.Issuer()) {
			t.Errorf("the template is of another issuer: %s", field(page, "payload"))
		}
		if home := v.ask(http.MethodGet, "/", "").Body.String(); !strings.Contains(home, token) {
			t.Error("the front page shows another lab's token")
		}
	}
}

// The clock of one lab moves on its own bench alone.
func TestThePlaygroundHasTheVisitorsClock(t *testing.T) {
	s, a, b := open(t)
	secret := url.Values{"press": {"example:encoding"}}
	a.bench(secret)
	a.lab(s).Advance(48 * time.Hour)
	day := func(page string) string {
		v, _ := playground.ScanJSON(playground.Decode(field(page, "token"), true).Payload().Bytes)
		return v.Get("iat").Text
	}
	if one, other := day(a.bench(secret)), day(b.bench(secret)); one <= other {
		t.Errorf("iat %s in the lab two days ahead, %s in the other", one, other)
	}
	if page := a.ask(http.MethodGet, "/playground", "").Body.String(); !strings.Contains(page, "your own lab") {
		t.Error("the page does not say whose lab it is in")
	}
}

// Looking at the playground and typing there opens no lab.
func TestThePlaygroundOpensNoLabUnasked(t *testing.T) {
	_, a, _ := open(t)
	a.ask(http.MethodGet, "/playground", "")
	a.bench(url.Values{"token": {"x.y.z"}, "key_from": {"lab"}})
	if len(a.cookies) != 0 {
		t.Errorf("%v", a.cookies)
	}
}

// The JSON interface judges by the clock of the lab whose keys it was told to take.
func TestTheCallIsJudgedByTheClockOfItsLab(t *testing.T) {
	s, a, b := open(t)
	a.bench(url.Values{"press": {"example:access"}})
	token := field(b.bench(url.Values{"press": {"example:access"}}), "token")
	verdict := func() string {
		return b.say("/api/playground/verify", object{
			"token": token, "key": object{"lab": b.lab(s).ID()},
			"policy": object{"algorithms": []string{"ES256"}, "issuer": b.lab(s).Issuer(), "type": "at+jwt", "require": []string{"exp"}},
		})
	}
	a.lab(s).Advance(48 * time.Hour)
	if got := verdict(); got != "accept" {
		t.Errorf("after another lab's clock moved: %s", got)
	}
	b.lab(s).Advance(48 * time.Hour)
	if got := verdict(); got != "reject" {
		t.Errorf("two days after it was issued: %s", got)
	}
}

// say calls the JSON interface and gives the verdict.
func (v *guest) say(path string, body object) string {
	v.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		v.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, publicOrigin+path, bytes.NewReader(raw))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	v.handler.ServeHTTP(w, r)
	var out struct {
		Verdict string `json:"verdict"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		v.t.Fatalf("%d %s", w.Code, w.Body)
	}
	return out.Verdict
}

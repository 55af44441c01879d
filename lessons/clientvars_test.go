package lessons

import (
	"maps"
	"testing"
)

// A variable of a client is what that client holds after a flow of its own: a code
// that nobody redeemed, and the same one each time.
func TestClientVariables(t *testing.T) {
	b := newBench(t)
	vars := b.Vars()
	const text = "${fittrack-web.code} ${fittrack-web.code_verifier} ${fittrack-web.redirect_uri}"
	if err := b.Fill(t.Context(), text, vars); err != nil {
		t.Fatal(err)
	}
	first := maps.Clone(vars)
	if vars["code"] != "" || vars["fittrack-web.access_token"] != "" {
		t.Errorf("the flow went on: %d variables", len(vars))
	}
	if err := b.Fill(t.Context(), text, vars); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(first, vars) {
		t.Error("the second time the client walked again")
	}
	r, err := b.Send(t.Context(), `POST /idp/main/token HTTP/1.1
Content-Type: application/x-www-form-urlencoded
Authorization: Basic ${basic.fittrack-web}

grant_type=authorization_code&code=${fittrack-web.code}&code_verifier=${fittrack-web.code_verifier}&redirect_uri=${fittrack-web.redirect_uri}`, vars)
	if err != nil || r.Status != 200 {
		t.Fatalf("%v %+v", err, r)
	}
	if err := b.Fill(t.Context(), "${fittrack-lite.access_token}", vars); err != nil || vars["fittrack-lite.access_token"] == "" {
		t.Errorf("no token of FitTrack Lite: %v", err)
	}
	// Who has no browser to send people to has no such variables.
	for _, text := range []string{"${nightly-report.code}", "${nobody.code}", "${stepcloud.access_token}"} {
		if err := b.Fill(t.Context(), text, vars); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if _, err := expand(text, vars); err == nil {
			t.Errorf("%s has a value", text)
		}
	}
}

package mockprovider

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"claimcheck/mockprovider/internal/keycache"
	"claimcheck/playground"
)

// previewed are the IDs of the rules that refuse the request under each policy.
func (i *idp) previewed(r *http.Request) map[Policy]string {
	i.t.Helper()
	out := make(map[Policy]string)
	for _, policy := range Policies() {
		rows, err := i.Preview(context.Background(), policy, r)
		if err != nil || len(rows) == 0 {
			i.t.Fatalf("%s: %d rows, %v", policy, len(rows), err)
		}
		for n := range rows {
			if rows[n].Status == playground.StatusFail {
				out[policy] = rows[n].ID
				break
			}
		}
	}
	return out
}

// post is a request as it would arrive.
func post(path, body string, header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://localhost:8080/idp/main"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", formType)
	for n := 0; n < len(header); n += 2 {
		r.Header.Set(header[n], header[n+1])
	}
	return r
}

func TestPreviewUnderEachPolicy(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Clients[0].Policy = PolicyOAuth21 }) // which counts no more than the lab's
	v := validAuthorization()
	v.Del("code_challenge")
	v.Del("code_challenge_method")
	got := i.previewed(httptest.NewRequest(http.MethodGet, "http://localhost:8080/idp/main/authorize?"+v.Encode(), nil))
	for policy, want := range map[Policy]string{PolicyPermissive: "", PolicyRFC6749: "", PolicyRFC9700: "", PolicyOAuth21: "pkce_require_confidential"} {
		if got[policy] != want {
			t.Errorf("%s: %q refuses, want %q", policy, got[policy], want)
		}
	}
	if len(i.rows) != 0 {
		t.Errorf("a preview was reported: %v", i.rows)
	}
}

// TestPreviewChangesNothing previews a redemption under each policy and redeems
// the code afterwards.
func TestPreviewChangesNothing(t *testing.T) {
	i := newIDP(t)
	form := validToken(i.code(validAuthorization()))
	r := post("/token", form.Encode(), "Authorization", basicAuth("web", webSecret))
	before := i.previewed(r)
	if before[PolicyRFC9700] != "" || before[PolicyOAuth21] != "" {
		t.Errorf("the valid request is refused: %v", before)
	}
	tokens := tokensOf(t, i.token(form))
	if got := i.previewed(r)[PolicyRFC9700]; got != "code_single_use" {
		t.Errorf("after the redemption: %q refuses, want code_single_use", got)
	}
	if info, err := i.Introspect(t.Context(), tokens.AccessToken); err != nil || !info.Active {
		t.Errorf("the preview of a second use revoked the token: %v %v", info.Active, err)
	}
}

func TestPreviewCountsNoGuess(t *testing.T) {
	i := newIDP(t)
	r := post("/par", validAuthorization().Encode(), "Authorization", basicAuth("web", "wrong"))
	for range maxFailures {
		if got := i.previewed(r)[PolicyRFC9700]; got != "client_auth" {
			t.Fatalf("%q refuses, want client_auth", got)
		}
	}
	if w := i.token(validToken("none")); wireError(w) != "invalid_grant" {
		t.Errorf("the client is locked: %d %s", w.Code, w.Body)
	}
}

func TestPreviewRefuses(t *testing.T) {
	i := newIDP(t)
	if _, err := i.Preview(t.Context(), PolicyRFC9700, post("/introspect", "token=x")); !errors.Is(err, ErrNoPreview) {
		t.Errorf("another endpoint: %v", err)
	}
	if _, err := i.Preview(t.Context(), "lax", post("/token", "")); err == nil {
		t.Error("an unknown policy is taken")
	}
	if rows, err := i.Preview(t.Context(), PolicyRFC9700, post("/token", strings.Repeat("a", maxBody+1))); err != nil || len(rows) != 0 {
		t.Errorf("a body that is too large: %d rows, %v", len(rows), err)
	}
}

// A preview asks no address of a client, and made-up kids in it leave the fetches
// to the client's own requests.
func TestPreviewFetchesNothing(t *testing.T) {
	i := newIDP(t)
	h := newKeyHost(t, jwksNamed(t, "one"))
	i.keysAt(h.URL)
	named := func(kid string) *http.Request {
		f := i.assertion()
		f.header = map[string]any{"kid": kid}
		form := assertionRequest(i).values
		form.Set("client_assertion", f.sign(t))
		return post("/token", form.Encode())
	}
	unjudged := func(kid, rule string, r *http.Request) {
		t.Helper()
		rows, err := i.Preview(t.Context(), PolicyRFC9700, r)
		at := slices.IndexFunc(rows, func(f playground.Finding) bool { return f.ID == rule })
		if !errors.Is(err, ErrKeysNotHeld) || at < 0 || rows[at].Status != playground.StatusSkipped || !strings.Contains(rows[at].Why, ErrKeysNotHeld.Error()) {
			t.Errorf("%s of %s: row %d, %v", rule, kid, at, err)
		}
	}
	object := i.requestObject().with("client_id", "jwt", "iss", "jwt")
	object.header = map[string]any{"kid": "one"}
	query := url.Values{"client_id": {"jwt"}, "request": {object.sign(t)}}
	for range 2 * keycache.MaxFetches {
		unjudged("one", "client_assertion_verified", named("one"))
		unjudged("one", "request_object_keys", httptest.NewRequest(http.MethodGet, "http://localhost:8080/idp/main/authorize?"+query.Encode(), nil))
	}
	if got := h.asked.Load(); got != 0 {
		t.Fatalf("a preview asked the client's address %d times", got)
	}
	if got := i.authenticates("one"); got != http.StatusOK {
		t.Fatalf("the client itself: %d %s", got, i.failed())
	}
	for range 2 * keycache.MaxLookups {
		unjudged("made up", "client_assertion_verified", named("made-up"))
	}
	if rows, err := i.Preview(t.Context(), PolicyRFC9700, named("one")); err != nil || len(rows) == 0 {
		t.Errorf("with the keys at hand: %v", err)
	}
	rotated := jwksNamed(t, "two")
	h.set.Store(&rotated)
	if got := i.authenticates("two"); got != http.StatusOK || h.asked.Load() != 2 {
		t.Errorf("after a rotation: %d %s, asked %d times", got, i.failed(), h.asked.Load())
	}
}

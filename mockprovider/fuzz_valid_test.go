package mockprovider

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// validRequests are one valid request of every kind that a client sends.
func validRequests() []func(*idp) *request {
	return []func(*idp) *request{
		authorizationRequest(), pushes(authorizationRequest()), codeRequest, refreshRequest, clientCredentialsRequest, assertionRequest, pollRequest,
		exchangeRequest, jwtGrantRequest, introspectRequest, revokeRequest, logoutRequest, loginRequest, consentRequest, userInfoRequestOf,
	}
}

// FuzzParameter: a valid request, of any kind, with one parameter replaced or
// added. There is no 5xx, JSON is JSON, and an error has a code.
func FuzzParameter(f *testing.F) {
	kinds := validRequests()
	for n := range kinds {
		f.Add(uint8(n), "", "", false)
	}
	for _, name := range append(authorizationParams(), tokenParams()...) {
		for n := range 3 {
			f.Add(uint8(n), name, "\"\x00é{", n == 0)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, name, value string, add bool) {
		i := newIDP(t)
		r := kinds[int(kind)%len(kinds)](i)
		if r.values == nil {
			r.values = url.Values{}
		}
		if name != "" && add {
			r.values.Add(name, value)
		} else if name != "" {
			r.values.Set(name, value)
		}
		w := r.send(i)
		if w.Code >= 500 || name == "" && wireError(w) != "" {
			t.Fatalf("%s %d %s %s", r.path, w.Code, w.Body, i.failed())
		}
		sane(t, w)
	})
}

// sane wants JSON that is JSON, an error with a code, and no header that was
// broken into.
func sane(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	if strings.ContainsAny(w.Header().Get("Location"), "\r\n") {
		t.Fatalf("Location %q", w.Header().Get("Location"))
	}
	if w.Header().Get("Content-Type") != "application/json" {
		return
	}
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code >= 400 && out["error"] == nil || w.Code < 300 && out["error"] != nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

// FuzzSignedProof: whatever header and claims a client signs with its key, there
// is an answer, and a token only with a proof that has what it must have.
func FuzzSignedProof(f *testing.F) {
	seed := newIDP(f)
	valid := seed.proof("POST", "/token")
	for _, change := range []foreign{valid, valid.with("iat", "soon"), valid.with("jti", nil), valid.withHeader("typ", "JWT"), valid.withHeader("jwk", nil), valid.withHeader("crit", []string{"x"})} {
		parts := strings.Split(change.sign(f), ".")
		header, _ := base64.RawURLEncoding.DecodeString(parts[0])
		claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
		f.Add(string(header), string(claims))
	}
	f.Fuzz(func(t *testing.T, header, claims string) {
		i := newIDP(t)
		r := clientCredentialsRequest(i)
		input := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
		signature, err := jwt.SigningMethodES256.Sign(input, clientEC())
		if err != nil {
			t.Fatal(err)
		}
		r.header = append(r.header, "DPoP", input+"."+base64.RawURLEncoding.EncodeToString(signature))
		w := r.send(i)
		var got struct {
			JTI string `json:"jti"`
			HTM string `json:"htm"`
			HTU string `json:"htu"`
		}
		_ = json.Unmarshal([]byte(claims), &got)
		switch {
		case w.Code == http.StatusOK && (got.JTI == "" || got.HTM != "POST" || got.HTU == ""):
			t.Fatalf("%s %s: %s", header, claims, w.Body)
		case w.Code != http.StatusOK && w.Code != http.StatusBadRequest:
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		sane(t, w)
	})
}

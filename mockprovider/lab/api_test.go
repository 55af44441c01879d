package lab

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"claimcheck/mockprovider"
	"claimcheck/playground"
)

// proofKey is a client's key for DPoP proofs.
type proofKey struct {
	private    *ecdsa.PrivateKey
	public     jose.JSONWebKey
	thumbprint string
}

func newProofKey(t testing.TB) *proofKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := &proofKey{private: private, public: jose.JSONWebKey{Key: &private.PublicKey}}
	sum, err := k.public.Thumbprint(crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	k.thumbprint = base64.RawURLEncoding.EncodeToString(sum)
	return k
}

// proof is a proof for StepCloud's steps, with changes; nil takes a claim away.
func (k *proofKey) proof(t testing.TB, l *Lab, token string, changes ...any) string {
	t.Helper()
	claims := jwt.MapClaims{
		"htm": http.MethodGet, "htu": l.apiURL(StepCloud) + "/v1/steps", "iat": l.Now().Unix(), "jti": rand.Text(),
		"ath": mockprovider.TokenHash(token),
	}
	for n := 0; n < len(changes); n += 2 {
		name, _ := changes[n].(string)
		claims[name] = changes[n+1]
		if changes[n+1] == nil {
			delete(claims, name)
		}
	}
	made := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	made.Header["typ"], made.Header["jwk"] = "dpop+jwt", k.public
	raw, err := made.SignedString(k.private)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// ask sends a request to an API in the same process.
func (l *Lab) ask(x *api, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/rs/main/"+x.id+path, http.NoBody)
	for n := 0; n < len(header); n += 2 {
		r.Header.Add(header[n], header[n+1])
	}
	w := httptest.NewRecorder()
	l.apiHandler(x).ServeHTTP(w, r)
	return w
}

// DP-01, DP-02, DP-04: a bound token works with a proof by its key, made for this
// request and this token, and in no other way (RFC 9449 §4.3, §7).
func TestStepCloudDPoP(t *testing.T) {
	l := newTestLab(t)
	key := newProofKey(t)
	bound := l.accessToken(t, func(_, c map[string]any) { c["cnf"] = map[string]any{"jkt": key.thumbprint} })
	other := l.accessToken(t, func(_, c map[string]any) { c["cnf"], c["jti"] = map[string]any{"jkt": key.thumbprint}, "other" })
	certificate := l.accessToken(t, func(_, c map[string]any) { c["cnf"] = map[string]any{"x5t#S256": "of-a-certificate"} })
	unbound := l.accessToken(t, nil)
	dpop := func(token string, proofs ...string) []string {
		header := []string{"Authorization", "DPoP " + token}
		for _, one := range proofs {
			header = append(header, "DPoP", one)
		}
		return header
	}
	changed := func(changes ...any) []string { return dpop(bound, key.proof(t, l, bound, changes...)) }
	for name, c := range map[string]struct {
		header []string
		status int
		error  string
	}{
		"accepted":          {changed(), http.StatusOK, ""},
		"scheme_any_case":   {[]string{"Authorization", "dpop " + bound, "DPoP", key.proof(t, l, bound)}, http.StatusOK, ""},
		"htu_normalised":    {changed("htu", "HTTP://LOCALHOST:8080/rs/main/stepcloud/v1/steps?x=1#y"), http.StatusOK, ""},
		"iat_ten_seconds":   {changed("iat", l.Now().Unix()+8), http.StatusOK, ""},
		"no_proof":          {dpop(bound), http.StatusUnauthorized, "invalid_dpop_proof"},
		"two_proofs":        {dpop(bound, key.proof(t, l, bound), key.proof(t, l, bound)), http.StatusUnauthorized, "invalid_dpop_proof"},
		"not_a_jwt":         {dpop(bound, "x"), http.StatusUnauthorized, "invalid_dpop_proof"},
		"htm":               {changed("htm", http.MethodPost), http.StatusUnauthorized, "invalid_dpop_proof"},
		"htu":               {changed("htu", l.apiURL(MealCloud)+"/v1/steps"), http.StatusUnauthorized, "invalid_dpop_proof"},
		"iat_old":           {changed("iat", l.Now().Add(-time.Hour).Unix()), http.StatusUnauthorized, "invalid_dpop_proof"},
		"iat_future":        {changed("iat", l.Now().Add(time.Hour).Unix()), http.StatusUnauthorized, "invalid_dpop_proof"},
		"jti_missing":       {changed("jti", nil), http.StatusUnauthorized, "invalid_dpop_proof"},
		"ath_missing":       {changed("ath", nil), http.StatusUnauthorized, "invalid_dpop_proof"},
		"ath_of_another":    {dpop(bound, key.proof(t, l, other)), http.StatusUnauthorized, "invalid_dpop_proof"},
		"another_key":       {dpop(bound, newProofKey(t).proof(t, l, bound)), http.StatusUnauthorized, "invalid_dpop_proof"},
		"bound_as_bearer":   {[]string{"Authorization", "Bearer " + bound}, http.StatusUnauthorized, "invalid_token"},
		"bearer_and_proof":  {[]string{"Authorization", "Bearer " + bound, "DPoP", key.proof(t, l, bound)}, http.StatusUnauthorized, "invalid_token"},
		"unbound_as_dpop":   {dpop(unbound, key.proof(t, l, unbound)), http.StatusUnauthorized, "invalid_token"},
		"certificate_bound": {[]string{"Authorization", "Bearer " + certificate}, http.StatusUnauthorized, "invalid_token"},
		"two_credentials":   {append(dpop(bound, key.proof(t, l, bound)), "Authorization", "Bearer "+unbound), http.StatusBadRequest, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			w := l.ask(stepCloud(), "/v1/steps", c.header...)
			challenge := strings.Join(w.Header().Values("WWW-Authenticate"), " | ")
			if w.Code != c.status || (c.error == "") != (challenge == "") || !strings.Contains(challenge, c.error) {
				t.Fatalf("%d %s, want %d %s", w.Code, challenge, c.status, c.error)
			}
			// RFC 9449 §7.1: who came with DPoP, or should, hears what it takes.
			wantsProof := strings.HasPrefix(c.header[1], "DPoP") || name == "bound_as_bearer" || name == "bearer_and_proof"
			if c.error != "" && c.error != "invalid_request" && strings.Contains(challenge, `DPoP realm="StepCloud", algs="`) != wantsProof {
				t.Errorf("challenge: %s", challenge)
			}
		})
	}
	used := changed()
	if w := l.ask(stepCloud(), "/v1/steps", used...); w.Code != http.StatusOK {
		t.Fatalf("the first use: %d", w.Code)
	}
	if w := l.ask(stepCloud(), "/v1/steps", used...); w.Code != http.StatusUnauthorized || !strings.Contains(w.Header().Get("WWW-Authenticate"), `error="invalid_dpop_proof"`) {
		t.Errorf("a proof a second time: %d %v", w.Code, w.Header())
	}
}

// The rows of a proof stand before the rule that they decide.
func TestStepCloudProofRows(t *testing.T) {
	l := newTestLab(t)
	key := newProofKey(t)
	bound := l.accessToken(t, func(_, c map[string]any) { c["cnf"] = map[string]any{"jkt": key.thumbprint} })
	a := l.request(t, "/v1/steps", "DPoP "+bound)
	a.header.Set("DPoP", key.proof(t, l, bound, "htm", http.MethodPost))
	rows, refused, err := playground.Run(playground.Mode{}, a, a.endpoint.checks)
	if err != nil || refused == nil || refused.ID != "dpop_proof" {
		t.Fatalf("refused by %v, %v", refused, err)
	}
	rows = a.withParts(rows)
	at := func(id string) int {
		return slices.IndexFunc(rows, func(f playground.Finding) bool { return f.ID == id })
	}
	if htm := at("dpop_htm"); htm < 0 || rows[htm].Status != playground.StatusFail || htm > at("dpop_proof") || at("sig") > at("access_token") || at("sig") < 0 {
		t.Error("the rows of the proof or of the token are not where they belong")
	}
}

// RS-05: an old login is not enough for the export, and the challenge says what is
// (RFC 9470 §3).
func TestStepCloudStepUp(t *testing.T) {
	l := newTestLab(t)
	with := func(login any) *httptest.ResponseRecorder {
		return l.ask(stepCloud(), "/v1/export", "Authorization", "Bearer "+l.accessToken(t, func(_, c map[string]any) { c["auth_time"] = login }))
	}
	if w := with(l.Now().Unix() - 290); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "11027") {
		t.Errorf("a login of now: %d %s", w.Code, w.Body)
	}
	for _, login := range []any{nil, l.Now().Unix() - 302} {
		w := with(login)
		challenge := w.Header().Get("WWW-Authenticate")
		if w.Code != http.StatusUnauthorized || !strings.Contains(challenge, `error="insufficient_user_authentication"`) || !strings.Contains(challenge, `max_age="300"`) {
			t.Errorf("login %v: %d %s", login, w.Code, challenge)
		}
	}
}

// A token for one API is refused at the other (RFC 9068 §4), whatever its scope.
func TestMealCloud(t *testing.T) {
	l := newTestLab(t)
	meals := l.accessToken(t, func(_, c map[string]any) { c["aud"], c["scope"] = l.apiURL(MealCloud), ScopeMealsRead })
	steps := l.accessToken(t, func(_, c map[string]any) { c["scope"] = ScopeStepsRead + " " + ScopeMealsRead })
	for name, c := range map[string]struct {
		api   *api
		token string
		path  string
		want  int
	}{
		"its_own":              {mealCloud(), meals, "/v1/meals", http.StatusOK},
		"stepclouds":           {mealCloud(), steps, "/v1/meals", http.StatusUnauthorized},
		"its_own_at_the_steps": {stepCloud(), meals, "/v1/steps", http.StatusUnauthorized},
		"no_scope":             {mealCloud(), l.accessToken(t, func(_, c map[string]any) { c["aud"] = l.apiURL(MealCloud) }), "/v1/meals", http.StatusForbidden},
		"no_such_path":         {mealCloud(), meals, "/v1/steps", http.StatusNotFound},
	} {
		w := l.ask(c.api, c.path, "Authorization", "Bearer "+c.token)
		challenge := w.Header().Get("WWW-Authenticate")
		if w.Code != c.want || w.Code == http.StatusUnauthorized && !strings.Contains(challenge, `realm="`+c.api.name+`"`) {
			t.Errorf("%s: %d %s %s", name, w.Code, challenge, w.Body)
		}
	}
	var meta struct {
		Resource string   `json:"resource"`
		Scopes   []string `json:"scopes_supported"`
	}
	r := httptest.NewRequest(http.MethodGet, wellKnownResource+"/rs/main/mealcloud", http.NoBody)
	w := httptest.NewRecorder()
	l.world.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &meta); err != nil || meta.Resource != l.apiURL(MealCloud) || !slices.Equal(meta.Scopes, []string{ScopeMealsRead}) {
		t.Errorf("metadata: %v %s", err, w.Body)
	}
}

package lab

import (
	"bytes"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"claimcheck/playground"
)

// idToken is what AcmeID would issue to CoachBoard, with changes.
func (l *Lab) idToken(t testing.TB, change func(claims map[string]any)) string {
	t.Helper()
	key, err := l.keys.Key("RS256")
	if err != nil {
		t.Fatal(err)
	}
	now := l.Now().Unix()
	claims := map[string]any{
		"iss": l.Issuer(), "aud": CoachBoard, "sub": "alice", "nonce": "n", "iat": now, "exp": now + 600,
	}
	if change != nil {
		change(claims)
	}
	h, _ := json.Marshal(map[string]any{"alg": "RS256", "typ": "JWT", "kid": key.KID})
	c, _ := json.Marshal(claims)
	token, err := playground.Sign(h, c, key.Private.(*rsa.PrivateKey), "RS256")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestIDTokenRules(t *testing.T) {
	l := newTestLab(t)
	good := l.idToken(t, nil)
	answer := httptest.NewRecorder()
	l.provider.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, l.Issuer()+"/jwks", nil))
	set := answer.Body.Bytes()
	valid := func() *idToken {
		return &idToken{token: good, access: "at", keys: set, issuer: l.Issuer(), client: CoachBoard, nonce: "n", now: l.Now()}
	}
	with := func(name string, value any) func(*idToken) {
		return func(x *idToken) { x.token = l.idToken(t, func(c map[string]any) { c[name] = value }) }
	}
	mustBreak(t, idTokenChecks(), valid, map[string]func(*idToken){
		"id_token_present": func(x *idToken) { x.token = "" },
		"issuer_keys":      func(x *idToken) { x.keys = nil },
		"id_token":         with("aud", FitTrack),
		"azp_equal":        with("azp", FitTrack),
		"nonce_equal":      with("nonce", "of another login"),
		"at_hash_equal":    with("at_hash", "of another token"),
	})
}

func TestLoginAnswerRules(t *testing.T) {
	keys := func() *keysAnswer {
		return &keysAnswer{reply{status: http.StatusOK, body: []byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`)}}
	}
	mustBreak(t, keysAnswerChecks(), keys, map[string]func(*keysAnswer){
		"keys_status": func(x *keysAnswer) { x.reply.status = http.StatusInternalServerError },
		"keys_set":    func(x *keysAnswer) { x.reply.body = []byte(`{"keys":[]}`) },
	})
	info := func() *userInfoAnswer {
		return &userInfoAnswer{
			reply: reply{status: http.StatusOK, body: []byte(`{"sub":"alice","email":"alice@example.com"}`)}, subject: "alice", issuer: "acmeid",
			accountOf: func(string) (*Account, error) { return &Account{Issuer: "acmeid", Subject: "alice"}, nil },
		}
	}
	mustBreak(t, userInfoAnswerChecks(), info, map[string]func(*userInfoAnswer){
		"userinfo_status":    func(x *userInfoAnswer) { x.reply.status = http.StatusUnauthorized },
		"userinfo_json":      func(x *userInfoAnswer) { x.reply.body = []byte("<html>") },
		"userinfo_sub_match": func(x *userInfoAnswer) { x.subject = "bob" },
		"email_link_guard":   func(x *userInfoAnswer) { x.issuer = "paceid" },
	})
	metadata := func() *metadataAnswer {
		return &metadataAnswer{reply: reply{status: http.StatusOK, body: []byte(`{"issuer":"i","jwks_uri":"j","token_endpoint":"t","authorization_endpoint":"a","code_challenge_methods_supported":["S256"]}`)}, issuer: "i"}
	}
	mustBreak(t, metadataAnswerChecks(), metadata, map[string]func(*metadataAnswer){
		"metadata_status":   func(x *metadataAnswer) { x.reply.status = http.StatusNotFound },
		"metadata_json":     func(x *metadataAnswer) { x.reply.body = []byte("<html>") },
		"metadata_issuer":   func(x *metadataAnswer) { x.issuer = "another" },
		"metadata_complete": func(x *metadataAnswer) { x.reply.body = bytes.Replace(x.reply.body, []byte(`"jwks_uri":"j",`), nil, 1) },
		"metadata_s256": func(x *metadataAnswer) {
			x.reply.body = bytes.Replace(x.reply.body, []byte("S256"), []byte("plain"), 1)
		},
	})
}

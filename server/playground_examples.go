package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
)

// benchExample is a button that fills the bench.
type benchExample struct{ Name, Text string }

// benchExamples are the buttons, in the order of a first visit.
func benchExamples() []benchExample {
	return []benchExample{
		{"access", "An access token of AcmeID"},
		{"expired", "The same, ten minutes later"},
		{"audience", "The same, shown to another API"},
		{"tampered", "With another name written in"},
		{"none", "With the signature taken off"},
		{"confusion", "Signed with the public key"},
		{"pasted", "A whole header line"},
		{"milliseconds", "Milliseconds by mistake"},
		{"encoding", "The secret in the wrong encoding"},
		{"encrypted", "An access token, encrypted"},
		{"rfc", "The first example of RFC 7515"},
	}
}

// loadExample fills the bench. What is called genuine is a token that the
// AcmeID of the lab has issued a moment ago; what is forged is made from it, as Mallory would.
func (s *server) loadExample(ctx context.Context, l *lab.Lab, f *benchForm, name string) error {
	if rfc := rfcExample(); name == "rfc" {
		f.Token, f.Key, f.Encoding, f.KeyFrom = rfc[0], rfc[1], string(playground.UTF8), "pasted"
		f.Algorithms, f.Issuer, f.Audience, f.Typ, f.Now, f.Leeway = []string{"HS256"}, "joe", "", "", "", "0"
		return nil
	}
	if name == "milliseconds" || name == "encoding" {
		secretExample(l, f, name)
		return nil
	}
	sp, err := s.specimens.get(ctx, l)
	if err != nil {
		return err
	}
	api := ""
	if names, ok := playground.Decode(sp.raw, true).Payload().Object().Strings("aud"); ok && len(names) > 0 {
		api = names[0]
	}
	f.Token, f.Key, f.KeyFrom = sp.raw, "", "lab"
	f.Algorithms, f.Issuer, f.Audience, f.Typ, f.Now, f.Leeway, f.RequireExp, f.Strict = []string{"ES256"}, l.Issuer(), api, "at+jwt", "", "30", true, false
	switch name {
	case "expired":
		f.Now = strconv.FormatInt(sp.until.Unix()+120, 10)
	case "audience":
		f.Audience = l.Origin() + "/rs/" + l.ID() + "/mealcloud"
	case "pasted":
		f.Token = "Authorization: Bearer " + sp.raw
	case "encrypted":
		f.KeyFrom, f.Key, f.Encoding = "pasted", demoSecret[:32], string(playground.UTF8)
		f.Token, err = playground.Encrypt([]byte(sp.raw), []byte(f.Key), true)
		return err
	case "tampered", "none", "confusion":
		return forge(l, f, name)
	}
	return nil
}

// forge changes the genuine token as an attacker would.
func forge(l *lab.Lab, f *benchForm, name string) error {
	t := playground.Decode(f.Token, true)
	payload := strings.Replace(string(t.Payload().Bytes), `"sub":"`+t.Payload().Object().String("sub")+`"`, `"sub":"mallory"`, 1)
	switch name {
	case "tampered":
		f.Token = t.Header().Encoded + "." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + "." + t.Signature().Encoded
	case "none":
		f.Token = playground.Unsecured([]byte(`{"alg":"none","typ":"at+jwt"}`), []byte(payload))
	case "confusion":
		key, err := l.Keys().Key("ES256")
		if err != nil {
			return err
		}
		public, err := playground.PublicJWK(key.Private.Public(), key.KID, "ES256")
		if err != nil {
			return err
		}
		f.Token, err = playground.Sign([]byte(`{"alg":"HS256","typ":"at+jwt"}`), []byte(payload), public, "HS256")
		if err != nil {
			return err
		}
		f.KeyFrom, f.Key, f.Encoding, f.Algorithms = "pasted", string(public), string(playground.UTF8), nil
	}
	return nil
}

// secretExample signs with a secret of the page's own.
func secretExample(l *lab.Lab, f *benchForm, name string) {
	now := l.Now().Unix()
	secret := []byte(demoSecret)
	exp := (now + 600) * 1000
	f.Key, f.Encoding, f.KeyFrom = demoSecret, string(playground.UTF8), "pasted"
	if name == "encoding" {
		exp = now + 600
		f.Key = base64.StdEncoding.EncodeToString(secret)
	}
	payload := fmt.Sprintf(`{"iss":"https://acme.example","sub":"alice","aud":"stepcloud","iat":%d,"exp":%d}`, now, exp)
	token, err := playground.Sign([]byte(`{"alg":"HS256","typ":"JWT"}`), []byte(payload), secret, "HS256")
	if err != nil { // a constant key and algorithm: can't be
		return
	}
	f.Token = token
	f.Algorithms, f.Issuer, f.Audience, f.Typ, f.Now, f.Leeway = []string{"HS256"}, "https://acme.example", "stepcloud", "JWT", "", "0"
}

// rfcExample is the token of RFC 7515 §A.1 and its key.
func rfcExample() [2]string {
	return [2]string{
		"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
		`{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}`,
	}
}

package snippet

import (
	"errors"
	"testing"
)

func app(kind Kind) App {
	a := App{
		Kind: kind, Issuer: "http://localhost:8080/idp/main", ID: "my-app", Secret: "my-secret", RedirectURI: "http://localhost:3000/callback",
		Scopes: []string{"openid", "steps:read"}, API: "http://localhost:8080/rs/main/stepcloud/v1/steps",
	}
	switch kind {
	case Web:
	case SPA:
		a.Secret, a.RedirectURI = "", "http://localhost:3000/"
	case Native:
		a.Secret, a.RedirectURI = "", "http://127.0.0.1/callback"
	case Machine:
		a.RedirectURI, a.Scopes = "", []string{"steps:read"}
	}
	return a
}

func TestFor(t *testing.T) {
	for _, kind := range Kinds() {
		got, err := For(app(kind))
		if err != nil || len(got) == 0 {
			t.Fatalf("%s: %d texts, %v", kind, len(got), err)
		}
		for _, s := range got {
			if s.Text == "" || s.For == "" || s.File == "" {
				t.Errorf("%s %s: %+v", kind, s.ID, s)
			}
		}
	}
}

// A value must not be able to end the string that it stands in.
func TestPlain(t *testing.T) {
	for _, bad := range []string{`http://localhost/"`, "http://localhost/'", "http://localhost/$x", "http://localhost/`", `http://localhost/\`, "http://localhost/\n", "http://localhost/<"} {
		a := app(Web)
		a.RedirectURI = bad
		if _, err := For(a); !errors.Is(err, ErrValue) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

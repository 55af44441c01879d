package snippet

import (
	"errors"
	"strings"
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

// The page registers every app with a secret for HTTP Basic, and the provider takes
// no other way then. So each text has to send it so, also where its library would
// rather use the form.
func TestSecretByBasic(t *testing.T) {
	said := map[string]string{
		"go": "AuthStyleInHeader", "node": "ClientSecretBasic", "python": "client_secret_basic", "java": "client_secret_basic",
		"dotnet": `AuthenticationHeaderValue("Basic"`, "curl": "-u '",
	}
	for _, kind := range []Kind{Web, Machine} {
		texts, err := For(app(kind))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range texts {
			if said[s.ID] == "" || !strings.Contains(s.Text, said[s.ID]) {
				t.Errorf("%s for %s does not say %q:\n%s", s.ID, kind, said[s.ID], s.Text)
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

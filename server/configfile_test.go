package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"claimcheck/mockprovider"
)

// goodConfig is a configuration file with one of everything.
const goodConfig = `labs:
  main:
    policy: oauth21
    key_file: keys.json
    users:
      - id: carol
        password: carol
        name: Carol
        claims:
          email: carol@example.com
    apis:
      - audience: https://api.example
        name: My API
        scopes:
          things:read: read your things
    clients:
      - client_id: mine
        client_secret: a-secret-of-my-own
        redirect_uris: [http://localhost:3000/cb]
        token_endpoint_auth_method: client_secret_basic
        scope: openid things:read
  class-1:
    seed: class
`

// writeConfig writes the file and a key file beside it, and returns its name.
func writeConfig(t *testing.T, src string) string {
	t.Helper()
	dir := t.TempDir()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: private, KeyID: "from-the-file", Algorithm: "EdDSA"}}})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "claimcheck.yaml")
	for file, content := range map[string][]byte{name: []byte(src), filepath.Join(dir, "keys.json"): raw, filepath.Join(dir, "bad.json"): []byte("{}")} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

// Two starts with the same file have the same issuer, keys and parties.
func TestConfigFileSurvivesARestart(t *testing.T) {
	name := writeConfig(t, goodConfig)
	var seen [2]string
	for i := range seen {
		s := start(t, func(c *config) { c.file, c.addr = name, "localhost:0" })
		l := s.world.Main()
		seeded, ok := s.world.Lab("class-1")
		if !ok {
			t.Fatal("the second lab is not there")
		}
		ed, err := l.Keys().Key("EdDSA")
		es, serr := seeded.Keys().Key("RS256")
		c, u := l.Registry().Client("mine"), l.Registry().User("carol")
		if err != nil || serr != nil || c == nil || u == nil || l.Policy() != mockprovider.PolicyOAuth21 || len(l.APIs()) != 4 {
			t.Fatalf("%v %v %v %v %s", err, serr, c, u, l.Policy())
		}
		if ed.KID != "from-the-file" {
			t.Errorf("AcmeID signs with %s", ed.KID)
		}
		issuer := strings.Replace(l.Issuer(), s.origin.String(), "", 1) // the port is the test's
		seen[i] = strings.Join([]string{issuer, ed.KID, es.KID, c.Secret, c.RedirectURIs[0], u.Password}, " ")
		if l.Registry().User("alice") == nil || l.Registry().Client("fittrack") == nil {
			t.Error("the cast is gone")
		}
		if err := l.Reset(); err != nil || l.Policy() != mockprovider.PolicyOAuth21 || l.Registry().Client("mine") == nil {
			t.Error("a reset lost what the file says", err)
		}
	}
	if seen[0] != seen[1] {
		t.Errorf("%s\n%s", seen[0], seen[1])
	}
}

// Every mistake is named, with its place.
func TestConfigFileMistakes(t *testing.T) {
	name := writeConfig(t, `labs:
  main:
    polciy: oauth21
    policy: strict
    key_file: bad.json
    users:
      - id: carol
        name: Carol
      - id: dora
        password: x
        username: alice
    clients:
      - client_id: mine
        redirect_uris: [nowhere]
      - client_id: fittrack
      - client_id: other
        token_endpoint_auth_method: client_secret_basic
        redirekt_uris: []
      - client_id: [1]
  Not An Id:
    seed: x
more: 1
`)
	_, err := readConfigFile(name)
	if err == nil {
		t.Fatal("it is taken")
	}
	got := err.Error()
	for _, want := range []string{
		"12 mistakes", ":3:5: unknown field \"polciy\"", ":4:13: there is no policy \"strict\"", ":5:15: ", ":7:9: password", ":11:9: another user",
		":14:9: ", ":15:9: ", ":16:9: client_secret_basic needs", ":18:9: unknown field \"redirekt_uris\"", ":19:20: a value of another kind", ":20:3: ", ":22:1: unknown field \"more\"",
		"\n        polciy: oauth21\n        ^",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestConfigFileThatIsNone(t *testing.T) {
	for src, want := range map[string]string{
		"":               "empty",
		"labs: {}":       "there is no lab",
		"labs:\n  - x\n": "there is no lab",
		"labs: [":        ":1:",
	} {
		if _, err := readConfigFile(writeConfig(t, src)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", src, err)
		}
	}
	if _, err := readConfigFile(filepath.Join(t.TempDir(), "nothing.yaml")); err == nil {
		t.Error("a file that is not there is taken")
	}
	if err := (&config{addr: "localhost:0", file: "nothing.yaml"}).validate(); err == nil {
		t.Error("-config is not read")
	}
}

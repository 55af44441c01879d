package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"claimcheck/playground"
	"claimcheck/server/internal/browsertest"
)

// parsers are the languages' own parsers: they read a program and do not run it.
func parsers() map[string][]string {
	return map[string][]string{
		"node":   {"node", "--check"},
		"python": {"python3", "-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())"},
	}
}

// policiesToWrite are policies of every shape: nothing, everything, and texts
// that would break out of a literal.
func policiesToWrite() []playground.Policy {
	evil := "a\"b\\'\n\t$(x)#{y}\u2028`'''"
	return []playground.Policy{
		{},
		{Algorithms: []string{"HS256"}, Issuer: "joe", Require: []string{"exp"}},
		{Algorithms: []string{"ES256", "EdDSA", "Ed25519"}, Issuer: evil, Audience: evil, Type: evil, LeewaySeconds: 30, Require: []string{"exp", "nbf", "iat", evil}, Now: time.Unix(1795262700, 0)},
		{Algorithms: []string{"PS512"}, Type: "at+jwt", Now: time.Unix(1795262700, 0)},
	}
}

// TestOtherProgramsParse has Node's and Python's programs read by the languages
// themselves, where they are installed. Java's is not compiled.
func TestOtherProgramsParse(t *testing.T) {
	extension := map[string]string{"node": "mjs", "python": "py"}
	for id, parser := range parsers() {
		t.Run(id, func(t *testing.T) {
			if _, err := exec.LookPath(parser[0]); err != nil {
				browsertest.Missing(t, parser[0], "install it; nodejs and python3 are Debian's packages")
			}
			for i, p := range policiesToWrite() {
				for _, program := range otherPrograms(p, playground.Verify("", nil, p), i > 1) {
					if program.ID != id {
						continue
					}
					file := filepath.Join(t.TempDir(), "verify."+extension[id])
					if err := os.WriteFile(file, []byte(program.Code.Text()), 0o600); err != nil {
						t.Fatal(err)
					}
					if out, err := exec.CommandContext(t.Context(), parser[0], append(parser[1:], file)...).CombinedOutput(); err != nil {
						t.Errorf("policy %d: %v\n%s\n%s", i, err, out, program.Code.Text())
					}
				}
			}
		})
	}
}

package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func readme(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestReadmeNamesEveryFlag: a flag that the README does not explain does not
// exist for who reads it, and one that it explains must exist.
func TestReadmeNamesEveryFlag(t *testing.T) {
	text := readme(t)
	var usage bytes.Buffer
	if _, err := parseFlags([]string{"-help"}, noEnv, &usage); err == nil {
		t.Fatal("-help is no error")
	}
	flags := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^  -([a-z-]+)`).FindAllStringSubmatch(usage.String(), -1) {
		flags[m[1]] = true
		if !strings.Contains(text, "| `-"+m[1]) {
			t.Errorf("README's table lacks -%s", m[1])
		}
		if !strings.Contains(text, "`"+envName(m[1])+"`") {
			t.Errorf("README's table lacks %s", envName(m[1]))
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `-([a-z-]+)").FindAllStringSubmatch(text, -1) {
		if !flags[m[1]] {
			t.Errorf("README explains -%s, which does not exist", m[1])
		}
	}
}

// TestReadmeCommands: the two commands are the ones that work, and CI runs the
// first one as it stands.
func TestReadmeCommands(t *testing.T) {
	text := readme(t)
	for _, want := range []string{"\ngo run ./server\n", "\ngo test ./...\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("README lacks the command %q", strings.TrimSpace(want))
		}
	}
	ci, err := os.ReadFile("../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"go run ./server ", "./..."} {
		if !strings.Contains(string(ci), want) {
			t.Errorf(".ci/run does not run %q", want)
		}
	}
}

// TestReadmePaths: every file and folder that the README names is there.
func TestReadmePaths(t *testing.T) {
	text := readme(t)
	for _, m := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(m[1]))); err != nil {
			t.Errorf("README links to %s: %v", m[1], err)
		}
	}
	for _, m := range regexp.MustCompile("`((?:server|lessons|mockprovider|playground|web|\\.ci)/[a-zA-Z0-9_./-]*)`").FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(m[1]))); err != nil {
			t.Errorf("README names %s: %v", m[1], err)
		}
	}
}

// TestReadmeTests: every test that the README names exists.
func TestReadmeTests(t *testing.T) {
	text := readme(t)
	var all strings.Builder
	for _, dir := range []string{"../playground", "../mockprovider", "../lessons", "../server", "../web"} {
		err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, "_test.go") {
				b, rerr := os.ReadFile(path)
				all.Write(b)
				return rerr
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Za-z0-9_]+)`").FindAllStringSubmatch(text, -1) {
		if !strings.Contains(all.String(), "func "+m[1]+"(") {
			t.Errorf("README names %s, which does not exist", m[1])
		}
	}
}

// TestReadmeNamesEveryCall: the JSON interface is what its table says.
func TestReadmeNamesEveryCall(t *testing.T) {
	text := readme(t)
	for _, op := range operations() {
		path := documentPath(op.path)
		if rest, ok := strings.CutPrefix(path, "/api/labs/{lab}"); ok {
			path = "…" + rest
		}
		if !strings.Contains(text, path+"`") {
			t.Errorf("README's table lacks %s %s", op.method, path)
		}
	}
}

// TestReadmeNamesEveryEndpoint: whatever AcmeID's metadata offers is in the table.
func TestReadmeNamesEveryEndpoint(t *testing.T) {
	text := readme(t)
	s := start(t)
	issuer := s.world.Main().Issuer()
	got := s.send(t, http.MethodGet, "/.well-known/oauth-authorization-server/idp/main", "")
	found := regexp.MustCompile(`"`+regexp.QuoteMeta(issuer)+`(/[a-z_]+)"`).FindAllStringSubmatch(got.body, -1)
	if len(found) < 5 {
		t.Fatalf("only %d endpoints in %s", len(found), got.body)
	}
	for _, m := range found {
		if !strings.Contains(text, "`"+m[1]+"`") {
			t.Errorf("README's table lacks the endpoint %s", m[1])
		}
	}
}

// TestReadmeTableIsTrue: the code and the lesson of a row are about the RFC of
// the row.
func TestReadmeTableIsTrue(t *testing.T) {
	rows := regexp.MustCompile("(?m)^\\| RFC (\\d+)[^|]*\\| `([^`]+)` \\| [^|]*\\|(?: `([^`]+)`)? \\|$").FindAllStringSubmatch(readme(t), -1)
	if len(rows) < 10 {
		t.Fatalf("only %d rows", len(rows))
	}
	for _, row := range rows {
		for _, file := range row[2:] {
			if file == "" || strings.HasSuffix(file, "/") {
				continue
			}
			b, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(file)))
			if err != nil {
				t.Error(err)
			} else if !strings.Contains(string(b), row[1]) {
				t.Errorf("%s does not name RFC %s", file, row[1])
			}
		}
	}
}

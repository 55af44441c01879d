package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDevReadsOnChange: a template and a lesson that change show on the next
// page, and a lesson with a mistake says where it is.
func TestDevReadsOnChange(t *testing.T) {
	tree := t.TempDir()
	for _, folder := range []string{"web/components", "web/pages", "web/css", "web/js", "web/img", "lessons/content"} {
		if err := os.CopyFS(filepath.Join(tree, folder), os.DirFS(filepath.Join("..", folder))); err != nil {
			t.Fatal(err)
		}
	}
	layout, err := os.ReadFile("../web/layout.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	write := func(file, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(tree, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("web/layout.tmpl", string(layout))
	t.Chdir(tree)
	s := start(t, func(c *config) { c.dev = true })
	get := func(path string) answer { return s.send(t, http.MethodGet, path, "") }

	if got := get("/"); strings.Contains(got.body, "CHANGED") {
		t.Fatal("changed before the change")
	}
	write("web/layout.tmpl", strings.Replace(string(layout), "<body>", "<body><p>CHANGED</p>", 1))
	if got := get("/"); !strings.Contains(got.body, "CHANGED") {
		t.Error("the changed template does not show")
	}

	const lesson = "lessons/content/jwt/anatomy.md"
	text, err := os.ReadFile(lesson)
	if err != nil {
		t.Fatal(err)
	}
	get("/learn/jwt/anatomy")
	write(lesson, string(text)+"\n\nA sentence that was CHANGED.\n")
	if got := get("/learn/jwt/anatomy"); !strings.Contains(got.body, "CHANGED") || got.StatusCode != http.StatusOK {
		t.Errorf("the changed lesson does not show: %d", got.StatusCode)
	}
	write(lesson, "---\nslug: [\n---\n")
	if got := get("/learn/jwt/anatomy"); got.StatusCode != http.StatusInternalServerError || !strings.Contains(got.body, "anatomy.md") {
		t.Errorf("the mistake is not named: %d %s", got.StatusCode, got.body)
	}
	write(lesson, string(text))
	if got := get("/learn/jwt/anatomy"); got.StatusCode != http.StatusOK {
		t.Errorf("mended: %d", got.StatusCode)
	}
}

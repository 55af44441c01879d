package main

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// devTree is a copy of the source tree to work in, and the way to write to it.
func devTree(t *testing.T) (layout string, write func(file, text string)) {
	t.Helper()
	tree := t.TempDir()
	for _, folder := range []string{"web/components", "web/pages", "web/css", "web/js", "web/img", "lessons/content", "lessons/questions"} {
		if err := os.CopyFS(filepath.Join(tree, folder), os.DirFS(filepath.Join("..", folder))); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile("../web/layout.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	write = func(file, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(tree, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("web/layout.tmpl", string(b))
	t.Chdir(tree)
	return string(b), write
}

// TestDevChangeWhileReading: a lesson that changes while the texts are read for
// the first time takes nothing away from the server, and shows.
func TestDevChangeWhileReading(t *testing.T) {
	_, write := devTree(t)
	cfg := config{dev: true}
	ls, err := listen(t.Context(), "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range ls {
		defer l.Close()
	}
	o, err := newOrigin(cfg, ls)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newServer(cfg, o, surroundings{log: slog.New(slog.DiscardHandler), now: time.Now, rand: rand.Reader, stopping: t.Context().Done()})
	if err != nil {
		t.Fatal(err)
	}
	r := newReloader(s, s.handler())
	get := func(path string) *httptest.ResponseRecorder {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
		req.Host = o.host
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req)
		return w
	}
	get("/")
	const lesson = "lessons/content/jwt/anatomy.md"
	text, err := os.ReadFile(lesson)
	if err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		if err := s.texts(); err != nil {
			t.Error(err)
		}
	})
	write(lesson, string(text)+"\n\nA sentence that was CHANGED.\n")
	get("/") // looks for changes meanwhile
	reading.Wait()
	if got := get("/flows/authorization-code-pkce"); got.Code >= http.StatusBadRequest {
		t.Errorf("the flows: %d", got.Code)
	}
	if got := get("/learn/jwt/anatomy"); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "CHANGED") {
		t.Errorf("the lesson: %d, without the change", got.Code)
	}
}

// TestDevReadsOnChange: a template and a lesson that change show on the next
// page, and a lesson with a mistake says where it is.
func TestDevReadsOnChange(t *testing.T) {
	layout, write := devTree(t)
	s := start(t, func(c *config) { c.dev = true })
	get := func(path string) answer { return s.send(t, http.MethodGet, path, "") }

	if got := get("/"); strings.Contains(got.body, "CHANGED") {
		t.Fatal("changed before the change")
	}
	write("web/layout.tmpl", strings.Replace(layout, "<body>", "<body><p>CHANGED</p>", 1))
	if got := get("/"); !strings.Contains(got.body, "CHANGED") {
		t.Error("the changed template does not show")
	}

	const lesson = "lessons/content/jwt/anatomy.md"
	text, err := os.ReadFile(lesson)
	if err != nil {
		t.Fatal(err)
	}
	s.mustRead(t) // a change is looked for when the texts were read once
	write(lesson, string(text)+"\n\nA sentence that was REWRITTEN.\n")
	if got := get("/learn/jwt/anatomy"); !strings.Contains(got.body, "REWRITTEN") || got.StatusCode != http.StatusOK {
		t.Errorf("the changed lesson does not show: %d", got.StatusCode)
	}
	write(lesson, "---\nslug: [\n---\n")
	if got := get("/learn/jwt/anatomy"); got.StatusCode != http.StatusInternalServerError || !strings.Contains(got.body, "anatomy.md") {
		t.Errorf("the mistake is not named: %d %s", got.StatusCode, got.body)
	}
	style := s.site.AssetPath("site.css")
	if got := get(style); style == "" || got.StatusCode != http.StatusOK {
		t.Errorf("the style %q of the page that names it: %d", style, got.StatusCode)
	}
	write(lesson, string(text))
	if got := get("/learn/jwt/anatomy"); got.StatusCode != http.StatusOK {
		t.Errorf("mended: %d", got.StatusCode)
	}
}

// TestDevStartsWithAMistake: a question that has a mistake from the start is named
// where it is wanted, and the rest works; once mended, it is read.
func TestDevStartsWithAMistake(t *testing.T) {
	_, write := devTree(t)
	const bank = "lessons/questions/bank/jwt.yaml"
	text, err := os.ReadFile(bank)
	if err != nil {
		t.Fatal(err)
	}
	write(bank, "- {id: [}\n")
	s := start(t, func(c *config) { c.dev = true })
	get := func(path string) answer { return s.send(t, http.MethodGet, path, "") }
	if got := get("/learn"); got.StatusCode != http.StatusOK {
		t.Errorf("the map: %d", got.StatusCode)
	}
	if got := get(questionsPath); got.StatusCode != http.StatusInternalServerError || !strings.Contains(got.body, "jwt.yaml") {
		t.Errorf("the mistake is not named: %d", got.StatusCode)
	}
	write(bank, string(text))
	if got := get(questionsPath); got.StatusCode != http.StatusOK {
		t.Errorf("mended: %d", got.StatusCode)
	}
}

// TestDevReadsThePractice: questions and boards are read anew as lessons are.
func TestDevReadsThePractice(t *testing.T) {
	_, write := devTree(t)
	s := start(t, func(c *config) { c.dev = true })
	s.mustRead(t)
	for file, page := range map[string]string{
		"lessons/questions/bank/jwt.yaml":   questionsPath,
		"lessons/questions/whiteboard.yaml": whiteboardPath,
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		write(file, string(text)+"\n- {id: [}\n")
		if got := s.send(t, http.MethodGet, page, ""); got.StatusCode != http.StatusInternalServerError || !strings.Contains(got.body, filepath.Base(file)) {
			t.Errorf("%s: a mistake is not named: %d", file, got.StatusCode)
		}
		write(file, string(text))
		if got := s.send(t, http.MethodGet, page, ""); got.StatusCode != http.StatusOK {
			t.Errorf("%s, mended: %d", file, got.StatusCode)
		}
	}
}

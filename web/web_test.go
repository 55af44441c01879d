package web

import (
	"bytes"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func newSite(t *testing.T) *Site {
	t.Helper()
	site, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return site
}

func render(t *testing.T, s *Site, page string, v Page) string {
	t.Helper()
	var out bytes.Buffer
	if err := s.Render(&out, page, v); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestRenderWritesThePageInTheLayout(t *testing.T) {
	site := newSite(t)
	got := render(t, site, "problem", Page{Title: "Gone", Data: Problem{Title: "This <run> has ended", Detail: "the `code` has"}})
	for _, want := range []string{"<title>Gone – Claimcheck</title>", "This &lt;run&gt; has ended", "<code>code</code>", site.AssetPath("site.css"), `aria-label="Site"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

func TestRenderWritesNothingOnAnError(t *testing.T) {
	var out bytes.Buffer
	if err := newSite(t).Render(&out, "problem", Page{Data: "no view"}); err == nil || out.Len() > 0 {
		t.Errorf("err %v, %d bytes written; want an error and none", err, out.Len())
	}
	if err := newSite(t).Render(&out, "nowhere", Page{}); err == nil {
		t.Error("a page that does not exist was rendered")
	}
}

func TestCurrentLinkOfTheHeader(t *testing.T) {
	site := newSite(t)
	for _, nav := range []string{"learn", "flows", "playground", "lab"} {
		got := render(t, site, "problem", Page{Nav: nav, Data: Problem{}})
		if want := `<a href="/` + nav + `" aria-current="page">`; !strings.Contains(got, want) || strings.Count(got, "aria-current") != 1 {
			t.Errorf("nav %q: want one current link, %s", nav, want)
		}
	}
}

func TestPaperHasNoNavigation(t *testing.T) {
	got := render(t, newSite(t), "problem", Page{Print: true, Data: Problem{}})
	if strings.Contains(got, "<nav") || strings.Contains(got, "<theme-switch") {
		t.Errorf("a page for paper has controls:\n%s", got)
	}
}

func TestAssetIsImmutableUnderItsDigest(t *testing.T) {
	site := newSite(t)
	for _, c := range []struct{ path, cache, kind string }{
		{site.AssetPath("site.css"), "public, max-age=31536000, immutable", "text/css; charset=utf-8"},
		{site.AssetPath("js/main.js"), "public, max-age=31536000, immutable", "text/javascript; charset=utf-8"},
		{site.AssetPath("img/icon.svg"), "public, max-age=31536000, immutable", "image/svg+xml"},
		{AssetPrefix + "0000000000000000/site.css", "no-cache", "text/css; charset=utf-8"},
	} {
		w := httptest.NewRecorder()
		site.Asset(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, c.path, nil))
		if got := w.Header(); w.Code != http.StatusOK || got.Get("Cache-Control") != c.cache || got.Get("Content-Type") != c.kind {
			t.Errorf("%s: %d, %v", c.path, w.Code, got)
		}
	}
}

func TestAssetServesNoTemplate(t *testing.T) {
	site := newSite(t)
	for _, name := range []string{"layout.tmpl", "pages/home/home.tmpl", "../web.go", "css/tokens.css", ""} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, AssetPrefix, nil)
		r.URL.Path = strings.TrimSuffix(site.AssetPath("site.css"), "site.css") + name
		site.Asset(w, r)
		if w.Code != http.StatusNotFound {
			t.Errorf("%q: %d, want 404", name, w.Code)
		}
	}
}

func TestStylesComeInTheOrderOfTheirLayers(t *testing.T) {
	css, err := joinStyles(embedded)
	if err != nil {
		t.Fatal(err)
	}
	at := -1
	for _, first := range []string{"@layer tokens, base, components, pages;", "@layer base", "@layer components", "@layer pages {"} {
		i := bytes.Index(css, []byte(first))
		if i < at {
			t.Errorf("%q comes too early", first)
		}
		at = i
	}
}

func TestTwoElementsWithOneTag(t *testing.T) {
	js := &fstest.MapFile{Data: []byte(`static define(tag = "copy-button", registry`)}
	_, err := findElements(map[string][]byte{"js/a.js": js.Data, "js/b.js": js.Data})
	if err == nil {
		t.Error("no error")
	}
}

// In Dev a changed template is seen on the next page, and a broken one is an
// error that names its file.
func TestDevReadsChangedFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, embedded); err != nil {
		t.Fatal(err)
	}
	site, err := New(Options{FS: os.DirFS(dir), Dev: true})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "pages", "problem", "problem.tmpl")
	write := func(text string, at time.Time) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	write(`{{define "main"}}<h1>Changed</h1>{{end}}`, time.Unix(1, 0))
	if got := render(t, site, "problem", Page{}); !strings.Contains(got, "<h1>Changed</h1>") {
		t.Errorf("the change is not seen:\n%s", got)
	}
	write(`{{define "main"}}{{if}}{{end}}`, time.Unix(2, 0))
	if err := site.Render(&bytes.Buffer{}, "problem", Page{}); err == nil || !strings.Contains(err.Error(), "pages/problem/problem.tmpl") {
		t.Errorf("error %v does not name the file", err)
	}
}

func TestPlural(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{plural(1, "step"), "1 step"},
		{plural(0, "step"), "0 steps"},
		{plural(2, "entry", "entries"), "2 entries"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestSpans(t *testing.T) {
	for text, want := range map[string][]Span{
		"the `exp` claim": {{"the ", false}, {"exp", true}, {" claim", false}},
		"`a``b`":          {{"a", true}, {"b", true}},
		"a ` alone":       {{"a ` alone", false}},
		"":                nil,
	} {
		got := Spans(text)
		if len(got) != len(want) {
			t.Errorf("%q: %v, want %v", text, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: %v, want %v", text, got, want)
			}
		}
	}
}

func TestDictWantsPairs(t *testing.T) {
	if _, err := dict("a"); err == nil {
		t.Error("a key without a value passed")
	}
	if _, err := dict(1, 2); err == nil {
		t.Error("a key that is no string passed")
	}
}

// walk calls f with the name and text of every embedded file of that ending.
func walk(t *testing.T, ext string, f func(name, text string)) {
	t.Helper()
	err := fs.WalkDir(embedded, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ext {
			return err
		}
		text, err := fs.ReadFile(embedded, name)
		f(name, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

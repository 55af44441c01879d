package web

import (
	"regexp"
	"strings"
	"testing"
)

// views are a minimal and a maximal view of each page whose view is declared
// here in full.
func views(t *testing.T, site *Site) map[string][2]Page {
	t.Helper()
	guide, err := site.Styleguide()
	if err != nil {
		t.Fatal(err)
	}
	s := NewSpecimen()
	return map[string][2]Page{
		"home": {
			{Data: Home{}},
			{Nav: "learn", Mark: "lab main · Alice", Description: "…", TextHref: "/text", PrintHref: "/print", Data: Home{
				Stub: &s.Stub, Badge: &s.Brief, BadgeRaw: "a.b.c", Continue: &s.Send, Lessons: 10, Minutes: 80, Steps: 17,
			}},
		},
		"problem": {
			{Data: Problem{}},
			{Title: "Gone", Data: Problem{Status: 404, StatusText: "Not Found", Title: "Gone", Detail: "`x`", Fix: "Go.", RequestID: "r-1"}},
		},
		"styleguide": {{Data: Styleguide{}}, {Title: "Styleguide", Data: guide}},
	}
}

func TestEveryPageParses(t *testing.T) {
	b, err := newSite(t).current()
	if err != nil {
		t.Fatal(err)
	}
	if len(b.pages) < 3 {
		t.Fatalf("only %d pages", len(b.pages))
	}
	for name, parsed := range b.pages {
		if _, err := parsed(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPagesRenderMinimalAndMaximal(t *testing.T) {
	site := newSite(t)
	for page, both := range views(t, site) {
		for i, v := range both {
			got := render(t, site, page, v)
			checkPage(t, page+[2]string{" minimal", " maximal"}[i], got)
		}
	}
}

var (
	// source is where the styleguide shows templates as text.
	source   = regexp.MustCompile(`(?s)<pre class="source".*?</pre>`)
	ids      = regexp.MustCompile(`\sid="([^"]*)"`)
	assetURL = regexp.MustCompile(AssetPrefix + `[0-9a-f]+/([^" ]+)"`)
)

func checkPage(t *testing.T, name, html string) {
	t.Helper()
	if n := strings.Count(html, `<main id="main"`); n != 1 {
		t.Errorf("%s: %d main elements", name, n)
	}
	if n := strings.Count(html, "<h1"); n != 1 {
		t.Errorf("%s: %d h1 elements", name, n)
	}
	for _, bad := range []string{"{{", "&amp;amp;", "&amp;#", "no value", "ZgotmplZ", "%!"} {
		if strings.Contains(source.ReplaceAllString(html, ""), bad) {
			t.Errorf("%s: %q is left", name, bad)
		}
	}
	seen := map[string]bool{}
	for _, m := range ids.FindAllStringSubmatch(html, -1) {
		if m[1] == "" || seen[m[1]] {
			t.Errorf("%s: id %q is empty or there twice", name, m[1])
		}
		seen[m[1]] = true
	}
}

func TestEveryAssetThatAPageNamesExists(t *testing.T) {
	site := newSite(t)
	for page, both := range views(t, site) {
		found := assetURL.FindAllStringSubmatch(render(t, site, page, both[1]), -1)
		if len(found) < 3 {
			t.Errorf("%s: %d assets, want icon, style and script at least", page, len(found))
		}
		for _, m := range found {
			if site.AssetPath(m[1]) == "" {
				t.Errorf("%s: no asset %s", page, m[1])
			}
		}
	}
}

func TestEveryComponentHasAnExample(t *testing.T) {
	site := newSite(t)
	guide, err := site.Styleguide()
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, e := range guide.Examples {
		have[e.Name] = true
		if strings.TrimSpace(string(e.HTML)) == "" {
			t.Errorf("the example of %s is empty", e.Name)
		}
	}
	for _, name := range []string{"badge", "callout", "channel", "kv", "ladder", "legend", "part", "role", "send", "stamp", "status", "stub", "tabs", "wire"} {
		if !have[name] {
			t.Errorf("%s has no example", name)
		}
	}
}

// The seal says that the signature was checked and holds.
func TestSealOnlyIfSealed(t *testing.T) {
	site := newSite(t)
	s := NewSpecimen()
	for _, sealed := range []bool{true, false} {
		s.Brief.Sealed = sealed
		got := render(t, site, "home", Page{Data: Home{Badge: &s.Brief}})
		if strings.Contains(got, `class="seal"`) != sealed {
			t.Errorf("sealed %v, and the page shows the opposite", sealed)
		}
	}
}

func TestLadderRowSaysItsStatusInWords(t *testing.T) {
	for _, c := range []struct {
		row  Row
		want string
	}{
		{Row{Status: "pass"}, "pass"},
		{Row{Status: "skipped"}, "not run"},
		{Row{Status: "skipped", Word: "not yet"}, "not yet"},
	} {
		if got := c.row.Label(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.row, got, c.want)
		}
	}
}

func TestWireText(t *testing.T) {
	w := Wire{Lines: []Line{{Text: "HTTP/1.1 200 OK", Strong: true}, {Text: "A: b", Note: "changed"}}}
	if got := w.Text(); got != "HTTP/1.1 200 OK\nA: b\n" {
		t.Errorf("%q", got)
	}
}

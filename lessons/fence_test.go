package lessons

import (
	gobuild "go/build"
	"slices"
	"strings"
	"testing"
)

// TestFenceCodeHasClasses highlights code by classes alone: the colours are in
// the site's stylesheet.
func TestFenceCodeHasClasses(t *testing.T) {
	ps := &problems{}
	m := newMarkdown(ps, nil)
	html := m.code(fenceInfo{lang: "go", body: "func f() string { return \"x\" } // why\n"})
	if err := ps.err(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`class="chroma"`, `<span class="kd">func</span>`, `<span class="s">&#34;x&#34;</span>`, `class="c1"`} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in %s", want, html)
		}
	}
	if strings.Contains(html, "style=") {
		t.Errorf("an inline style in %s", html)
	}
}

// TestFenceProgramIsCopied: a program to run has the button, a few lines have none.
func TestFenceProgramIsCopied(t *testing.T) {
	for lines, want := range map[int]bool{wholeProgram - 1: false, wholeProgram: true} {
		ps := &problems{}
		html := string(newMarkdown(ps, nil).blockAt(1, "```go\n"+strings.Repeat("x()\n", lines)+"```\n"))
		if err := ps.err(); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(html, "<copy-button><pre data-copy "); got != want {
			t.Errorf("%d lines: a button %v in %.200s", lines, got, html)
		}
	}
}

// TestFenceNeedsNoStyles keeps chroma's styles out: reading them all takes longer
// than anything else before main.
func TestFenceNeedsNoStyles(t *testing.T) {
	p, err := gobuild.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(p.Imports, "github.com/alecthomas/chroma/v2/styles") {
		t.Error("chroma's styles are imported")
	}
}

// The corner over the row heads of a table is empty, so it is no head.
func TestTableCorner(t *testing.T) {
	got, err := Markdown("| | key |\n|---|---|\n| who | all |\n")
	if err != nil {
		t.Fatal(err)
	}
	if s := string(got); !strings.Contains(s, "<td></td>") || !strings.Contains(s, `<th scope="col">key</th>`) || strings.Contains(s, "<th></th>") {
		t.Error(s)
	}
}

package web

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

// What the content security policy forbids, no template may hold.
func TestTemplatesHoldNothingInline(t *testing.T) {
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+\s*=|<script[^>]*>[^<]|javascript:`)
	walk(t, ".tmpl", func(name, text string) {
		if found := inline.FindString(text); found != "" {
			t.Errorf("%s: %q", name, found)
		}
		if strings.Contains(text, "<script") && name != "layout.tmpl" {
			t.Errorf("%s: a script tag beside the one in layout.tmpl", name)
		}
	})
}

func TestNothingIsLoadedFromElsewhere(t *testing.T) {
	loads := regexp.MustCompile(`(?i)(?:src|srcset|action|poster|data)="(?:https?:)?//|<link[^>]+href="(?:https?:)?//`)
	walk(t, ".tmpl", func(name, text string) {
		if found := loads.FindString(text); found != "" {
			t.Errorf("%s: %q", name, found)
		}
	})
	walk(t, ".css", func(name, text string) {
		if strings.Contains(strings.ReplaceAll(text, "url(#", ""), "url(") || strings.Contains(text, "@import") {
			t.Errorf("%s loads something", name)
		}
	})
	walk(t, ".js", func(name, text string) {
		if found := regexp.MustCompile(`["'](?:https?:)?//`).FindString(text); found != "" {
			t.Errorf("%s: %q", name, found)
		}
	})
}

// Colours live in tokens.css alone; #000 and #0000 elsewhere are the stencils of masks.
func TestColoursAreTokens(t *testing.T) {
	colour := regexp.MustCompile(`(?i)#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color|color-mix)a?\(`)
	check := func(name, text string) {
		for _, found := range colour.FindAllString(text, -1) {
			if found != "#000" && found != "#0000" {
				t.Errorf("%s: %s", name, found)
			}
		}
	}
	comment := regexp.MustCompile(`(?s)/\*.*?\*/`)
	walk(t, ".css", func(name, text string) {
		if name != "css/tokens.css" {
			check(name, comment.ReplaceAllString(text, ""))
		}
	})
	paint := regexp.MustCompile(`(?:fill|stroke|stop-color|flood-color)="([^"{]*)"`)
	walk(t, ".tmpl", func(name, text string) {
		for _, m := range paint.FindAllStringSubmatch(text, -1) {
			if m[1] != "none" && m[1] != "currentColor" && m[1] != "context-stroke" && !strings.HasPrefix(m[1], "var(--") {
				t.Errorf("%s: %s", name, m[0])
			}
		}
	})
}

// Only fragment.js turns text into markup.
func TestOneTrustedTypesSink(t *testing.T) {
	sink := regexp.MustCompile(`innerHTML\s*=[^=]|outerHTML\s*=[^=]|insertAdjacentHTML|document\.write|parseFromString|createContextualFragment|createPolicy|setHTMLUnsafe|\beval\(|new Function`)
	walk(t, ".js", func(name, text string) {
		if found := sink.FindString(text); found != "" && name != "js/lib/fragment.js" {
			t.Errorf("%s: %s", name, found)
		}
	})
}

// A script beside a component or a page is a custom element whose tag is in use.
func TestElementsAreUsed(t *testing.T) {
	site := newSite(t)
	var templates strings.Builder
	walk(t, ".tmpl", func(_, text string) { templates.WriteString(text) })
	walk(t, ".js", func(name, text string) {
		if strings.HasPrefix(name, "js/") {
			return
		}
		m := defines.FindStringSubmatch(text)
		switch {
		case m == nil:
			t.Errorf(`%s: no static define(tag = "…")`, name)
		case !strings.Contains(text, "export default class"):
			t.Errorf("%s: the class is not the default export", name)
		case m[1] != "live-form" && !strings.Contains(templates.String(), "<"+m[1]):
			t.Errorf("%s: no template has <%s>", name, m[1])
		}
		if site.AssetPath(name) == "" {
			t.Errorf("%s is not served", name)
		}
	})
}

// Scripts import by relative paths, which must exist beside them.
func TestImportsExist(t *testing.T) {
	site := newSite(t)
	imports := regexp.MustCompile(`(?m)^\s*(?:import|export)\s[^"]*"(\.[^"]+)"|^import "(\.[^"]+)"`)
	walk(t, ".js", func(name, text string) {
		for _, m := range imports.FindAllStringSubmatch(text, -1) {
			target := path.Join(path.Dir(name), m[1]+m[2])
			if site.AssetPath(target) == "" {
				t.Errorf("%s imports %s, which does not exist", name, target)
			}
		}
	})
}

func TestEveryStyleIsInALayer(t *testing.T) {
	walk(t, ".css", func(name, text string) {
		want := "@layer components {"
		switch {
		case strings.HasPrefix(name, "pages/"):
			want = "@layer pages {"
		case name == "css/base.css":
			want = "@layer base {"
		case name == "css/tokens.css":
			want = "@layer tokens {"
		}
		if !strings.Contains(text, want) {
			t.Errorf("%s has no %q", name, want)
		}
	})
}

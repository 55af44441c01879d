package main

import (
	"html"
	"net/http"
	"strings"
	"testing"
)

// Every claim stands on the page, in its group, with what is true and where to
// watch it; and what it says one can watch is there.
func TestMisconceptionsPage(t *testing.T) {
	s := read(t)
	a := s.send(t, http.MethodGet, "/learn/misconceptions", "")
	if a.StatusCode != http.StatusOK {
		t.Fatalf("status %d", a.StatusCode)
	}
	for _, m := range s.course.Misconceptions {
		_, entry, found := strings.Cut(a.body, `<article id="`+m.Anchor()+`"`)
		entry, _, _ = strings.Cut(entry, "</article>")
		if !found || !strings.Contains(entry, string(m.Correct)) || !strings.Contains(entry, string(m.Tempting)) ||
			!strings.Contains(entry, `href="`+html.EscapeString(m.See.Href)+`"`) {
			t.Errorf("%s: the page has no whole entry: %s", m.ID, entry)
		}
		for _, l := range m.Lessons {
			if !strings.Contains(entry, `href="`+l.Path()+`"`) {
				t.Errorf("%s: no link to %s", m.ID, l.Slug)
			}
		}
		leadsSomewhere(t, s, m.ID, m.See.Href)
	}
}

// leadsSomewhere proves that a link of ours has a page, and the place in it.
func leadsSomewhere(t *testing.T, s *site, who, href string) {
	t.Helper()
	path, fragment, _ := strings.Cut(href, "#")
	a := s.send(t, http.MethodGet, path, "")
	for range 3 { // a flow's own address goes on to its first step
		if a.StatusCode != http.StatusSeeOther {
			break
		}
		a = s.send(t, http.MethodGet, a.Header.Get("Location"), "")
	}
	if a.StatusCode != http.StatusOK {
		t.Errorf("%s: %s answers %d", who, href, a.StatusCode)
	} else if fragment != "" && !strings.Contains(a.body, `id="`+fragment+`"`) {
		t.Errorf("%s: %s: nothing on the page has that id", who, href)
	}
}

// Each error code stands on its page with all its causes and a way to make each
// happen, or with why it is never sent here; and every way leads somewhere.
func TestErrorCodesPage(t *testing.T) {
	s := read(t)
	page := s.send(t, http.MethodGet, "/learn/errors", "").body
	ways := map[string]string{}
	for _, v := range s.looked().Errors {
		if len(v.Causes) == 0 && len(v.Happen) == 0 && v.Unsent == "" {
			t.Errorf("%s: the page does not say how it comes about", v.Name)
		}
		_, section, found := strings.Cut(page, `id="`+v.Name+`"`)
		section, _, _ = strings.Cut(section, "</section>")
		if !found {
			t.Errorf("%s is not on the page", v.Name)
		}
		for _, c := range v.Causes {
			if !strings.Contains(section, "<code>"+c.ID+"</code>") || len(c.At) == 0 || len(c.Happen) == 0 {
				t.Errorf("%s: its cause %s is not on the page, or nothing makes it happen", v.Name, c.ID)
			}
			for _, h := range c.Happen {
				ways[h.Href] = v.Name
			}
		}
		for _, h := range v.Happen {
			ways[h.Href] = v.Name
		}
	}
	for href, name := range ways {
		leadsSomewhere(t, s, name, href)
	}
}

// invalid_grant is the code with the most different causes: all of them are there.
func TestErrorCodesKnowTheCausesOfInvalidGrant(t *testing.T) {
	s := read(t)
	for _, v := range s.looked().Errors {
		if v.Name != "invalid_grant" {
			continue
		}
		there := map[string]bool{}
		for _, c := range v.Causes {
			there[c.ID] = true
		}
		for _, id := range []string{
			"code_known", "code_client_bind", "redirect_uri_same", "pkce_verifier", "code_single_use", "code_ttl", "grant_active",
			"refresh_token_known", "refresh_ttl", "refresh_reuse_revoke", "device_code_single_use", "assertion_verified", "password_right",
		} {
			if !there[id] {
				t.Errorf("%s is missing", id)
			}
		}
		return
	}
	t.Error("invalid_grant is missing")
}

// Each parameter stands on its page with who sends it.
func TestParametersPage(t *testing.T) {
	s := read(t)
	page := s.send(t, http.MethodGet, "/learn/parameters", "").body
	seen := 0
	for _, p := range s.looked().Params {
		_, entry, found := strings.Cut(page, `id="`+p.Name+`"`)
		entry, _, _ = strings.Cut(entry, "</dd>")
		if c := p.Carried()[0]; !found || !strings.Contains(entry, c.Message+": "+c.From+" to "+c.To) {
			t.Errorf("%s: no entry says who sends it", p.Name)
		}
		if len(p.See) > 0 {
			seen++
			leadsSomewhere(t, s, p.Name, p.See[0].Href)
		}
		if p.Name == "password" && (len(p.See) == 0 || !strings.HasPrefix(p.See[0].Href, "/flows/password/")) {
			t.Errorf("the password of the password grant is seen at %v", p.See) // and not where Alice logs in herself
		}
	}
	if seen < 30 {
		t.Errorf("only %d parameters can be seen in a flow", seen)
	}
}

package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestAttackPages walks every attack without a script: the story, what the
// learner made by hand, and the solution.
func TestAttackPages(t *testing.T) {
	s := start(t)
	l, err := s.attacks.get(s.now)
	if err != nil {
		t.Fatal(err)
	}
	list := s.send(t, http.MethodGet, "/playground/attacks", "")
	for i := range l.Attacks() {
		a := &l.Attacks()[i]
		path := "/playground/attacks/" + a.ID
		if !strings.Contains(list.body, `href="`+path+`"`) {
			t.Errorf("the list does not lead to %s", a.ID)
		}
		page := s.send(t, http.MethodGet, path, "")
		if page.StatusCode != http.StatusOK || page.Header.Get("Cache-Control") != "no-store" || !strings.Contains(page.body, "func "+a.Vulnerable().Name+"(") {
			t.Errorf("%s: %d, %q", a.ID, page.StatusCode, page.Header.Get("Cache-Control"))
		}
		if strings.Contains(page.body, `class="hit"`) && !strings.Contains(page.body, `<details id="cure">`) {
			t.Errorf("%s shows what is wrong before it is solved", a.ID)
		}
		form := url.Values{"press": {"send"}}
		for name, text := range a.Solution() {
			form.Set(name, strings.ReplaceAll(text, "\n", "\r\n"))
		}
		if got := s.send(t, http.MethodPost, path, form.Encode()); !strings.Contains(got.body, "Solved: StepCloud let you in") || !strings.Contains(got.body, "<title>Solved: ") {
			t.Errorf("%s: the solution by hand does not solve it", a.ID)
		}
		form.Del("press")
		if got := s.send(t, http.MethodPost, path, form.Encode()); strings.Contains(got.body, "Solved") || !strings.Contains(got.body, `id="made"`) {
			t.Errorf("%s: typing sends it", a.ID)
		}
		if got := s.send(t, http.MethodPost, path, "press=solve"); !strings.Contains(got.body, "Solved: StepCloud let you in") {
			t.Errorf("%s: “do it for me” does not solve it", a.ID)
		}
		form = url.Values{"press": {"send"}}
		for name, text := range a.Start() {
			form.Set(name, text)
		}
		if got := s.send(t, http.MethodPost, path, form.Encode()); got.StatusCode != http.StatusOK || strings.Contains(got.body, "Solved") {
			t.Errorf("%s: %d, solved by what stands there", a.ID, got.StatusCode)
		}
	}
	if got := s.send(t, http.MethodGet, "/playground/attacks/no-such", ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown attack: %d", got.StatusCode)
	}
	big := url.Values{"press": {"send"}, "payload": {strings.Repeat("x", 20<<10)}}
	if got := s.send(t, http.MethodPost, "/playground/attacks/tamper", big.Encode()); got.StatusCode != http.StatusOK || !strings.Contains(got.body, "longer than 16 KiB") {
		t.Errorf("a long field: %d", got.StatusCode)
	}
	if !strings.Contains(s.send(t, http.MethodGet, "/playground", "").body, `href="/playground/attacks"`) {
		t.Error("the playground does not lead there")
	}
}

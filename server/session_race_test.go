package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"claimcheck/mockprovider/race"
	"claimcheck/server/internal/browsertest"
)

// A race is begun, an event happens after a prediction, and the page says what
// came of both.
func TestSessionRace(t *testing.T) {
	s := start(t)
	begun := s.send(t, http.MethodPost, racePath, "kind=jwt-refresh")
	at, err := url.Parse(begun.Header.Get("Location"))
	if err != nil || begun.StatusCode != http.StatusSeeOther {
		t.Fatalf("begin: %d %s %v", begun.StatusCode, at, err)
	}
	id := at.Query().Get("race")
	if got := s.send(t, http.MethodGet, raceHref(id, ""), ""); !strings.Contains(got.body, "event 1 of 10") || strings.Contains(got.body, `id="result"`) {
		t.Errorf("before an event: %s", got.body)
	}
	ran := s.send(t, http.MethodPost, racePath+"/run", url.Values{"race": {id}, "event": {"role-change"}, "guess": {"1"}}.Encode())
	if ran.StatusCode != http.StatusSeeOther {
		t.Fatalf("run: %d %s", ran.StatusCode, ran.body)
	}
	got := s.send(t, http.MethodGet, raceHref(id, "role-change"), "")
	for _, want := range []string{"She is refused after 300 seconds", "She is refused at the next request", "not so", "0 of 1 prediction", "Short JWT and a refresh token"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("after it the page lacks %q", want)
		}
	}
	if ran := s.send(t, http.MethodPost, racePath+"/run", url.Values{"race": {id}, "event": {"rest"}}.Encode()); ran.StatusCode != http.StatusSeeOther {
		t.Fatalf("rest: %d %s", ran.StatusCode, ran.body)
	}
	got = s.send(t, http.MethodGet, raceHref(id, ""), "")
	for _, e := range race.Events() {
		if !strings.Contains(got.body, e.Title) {
			t.Errorf("the table lacks %q", e.Title)
		}
	}
	if !strings.Contains(got.body, "Your rule of thumb") {
		t.Error("the end asks for no rule of thumb")
	}
}

// What nobody asked for gets a clear answer.
func TestSessionRaceRefuses(t *testing.T) {
	s := start(t)
	if got := s.send(t, http.MethodGet, raceHref("gone", ""), ""); got.StatusCode != http.StatusOK || !strings.Contains(got.body, "not kept any more") {
		t.Errorf("a race that is gone: %d", got.StatusCode)
	}
	if got := s.send(t, http.MethodPost, racePath+"/run", "race=gone&event=login"); got.StatusCode != http.StatusSeeOther {
		t.Errorf("an event of a race that is gone: %d", got.StatusCode)
	}
	begun := s.send(t, http.MethodPost, racePath, "kind=nonsense")
	at, _ := url.Parse(begun.Header.Get("Location"))
	if got := s.send(t, http.MethodPost, racePath+"/run", url.Values{"race": {at.Query().Get("race")}, "event": {"earthquake"}}.Encode()); got.StatusCode != http.StatusBadRequest {
		t.Errorf("an unknown event: %d", got.StatusCode)
	}
}

// TestBrowserSessionRace runs an event by keyboard, and looks at the result on a
// phone's width, light and dark.
func TestBrowserSessionRace(t *testing.T) {
	s := start(t)
	b := browsertest.Start(t)
	for _, look := range []browsertest.Look{{Width: 375}, {Width: 1280, Dark: true}} {
		tab := b.Tab(t, look)
		tab.Visit(s.origin.String() + racePath)
		tab.Do(
			chromedp.Focus(chromedp.CSS(".racestart button")), chromedp.KeyEvent("\r"),
			chromedp.WaitVisible(chromedp.CSS(".ask")),
			chromedp.Focus(chromedp.CSS(`.ask button[value="1"]`)), chromedp.KeyEvent("\r"),
			chromedp.WaitVisible(chromedp.CSS("#result")),
		)
		if got := tab.Text("#result"); !strings.Contains(got, "bytes of a whole request") {
			t.Errorf("it shows %q", got)
		}
		if over := tab.Overflow(); over != "" {
			t.Errorf("it scrolls sideways: %s", over)
		}
		for _, v := range append(tab.Axe(), tab.Complaints()...) {
			t.Error(v)
		}
	}
}

// The room for races is everybody's: one address can't fill it at once.
func TestRaceBeginIsLimited(t *testing.T) {
	s := start(t)
	for n := range costlyBurst {
		if got := s.send(t, http.MethodPost, racePath, "kind=jwt-refresh"); got.StatusCode == http.StatusTooManyRequests {
			return
		} else if got.StatusCode != http.StatusSeeOther {
			t.Fatalf("race %d: %d", n+1, got.StatusCode)
		}
	}
	t.Error("nobody stopped it")
}

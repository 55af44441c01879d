package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"claimcheck/mockprovider"
)

// Each ready-made comparison walks both for real and says what differs. A rule
// that was switched for it is back afterwards.
func TestFlowCompare(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	for id, want := range map[string][]string{
		"pkce":               {"They differ in", "code_challenge", "code_verifier", "only in the second", "each its own", "Compare the two tokens"},
		"clients":            {"They differ in", "Authorization: Basic", "only in the first", "client_id"},
		"formats":            {"They differ in", "Rules that ran", "StepCloud", "nightly-report"},
		"redirect_uri_exact": {"Between the two: The rule redirect_uri_exact is on.", "off: it would have refused", "400", "refused"},
		"state_equal":        {"The rule state_equal is on.", "off: it would have refused"},
		"code_single_use":    {"The rule code_single_use is on.", "invalid_grant", "off: it would have refused"},
	} {
		t.Run(id, func(t *testing.T) {
			r := s.reader(t)
			r.open("/flows/compare")
			i := slices.IndexFunc(readyMade(), func(x diffReady) bool { return x.ID == id })
			r.press(all(r.first("ul", "readymade"), "button", "")[i], nil)
			page := textOf(r.page)
			for _, w := range want {
				if !strings.Contains(page, w) {
					t.Errorf("at %s the page lacks %q", r.at, w)
				}
			}
			if off := s.world.Main().Off(); len(off) != 0 {
				t.Errorf("left off: %v", off)
			}
			for _, a := range all(r.first("details", "diff"), "a", "") {
				r.open(attrOf(a, "href"))
				if r.status != http.StatusOK {
					t.Errorf("%s: %d", attrOf(a, "href"), r.status)
				}
			}
		})
	}
}

// Two attempts of a step are compared from its page, two runs of the browser from
// the list.
func TestFlowCompareOwn(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	r, run := s.walked(t, "code")
	r.act("callback", "fault", run, url.Values{"fault": {"wrong_state"}, "guess": {"2"}})
	r.goOn()
	r.goOn() // undo it and go on
	r.goOn()
	r.open("/flows/authorization-code-pkce/callback?run=" + run)
	i := slices.IndexFunc(all(r.first("section", "act"), "a", ""), func(a *html.Node) bool { return strings.HasPrefix(textOf(a), "Compare it") })
	if i < 0 {
		t.Fatalf("no link to compare: %s", textOf(r.first("section", "act")))
	}
	r.open(attrOf(all(r.first("section", "act"), "a", "")[i], "href"))
	page := textOf(r.page)
	for _, w := range []string{"attempt A1", "attempt A2", "state", "differs"} {
		if !strings.Contains(page, w) {
			t.Errorf("the page lacks %q: %s", w, page)
		}
	}
	r.open("/flows/compare?a=" + run + "&b=" + run)
	if !strings.Contains(textOf(r.page), "Nothing differs") {
		t.Errorf("a run differs from itself: %s", textOf(r.first("section", "comparison")))
	}
}

func TestFlowCompareRefuses(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	_, run := s.walked(t, "code")
	for query, want := range map[string]int{
		"a=x&b=" + run: http.StatusGone, "a=" + run + "/nowhere&b=" + run: http.StatusNotFound,
		"a=" + run + "/code/9&b=" + run: http.StatusNotFound, "a=" + run + "/code/x&b=" + run: http.StatusNotFound, "a=" + run: http.StatusOK,
	} {
		if got := s.send(t, http.MethodGet, "/flows/compare?"+query, "", s.owner()); got.StatusCode != want {
			t.Errorf("%s: %d, want %d", query, got.StatusCode, want)
		}
	}
	if got := s.send(t, http.MethodPost, "/flows/compare", "ready=all", s.owner(), header("Content-Type", "application/x-www-form-urlencoded")); got.StatusCode != http.StatusBadRequest {
		t.Errorf("an unknown one: %d", got.StatusCode)
	}
}

// A comparison whose walk fails says so. It takes work, and leaves the rules as
// they were: also the one that it switches itself.
func TestFlowCompareFails(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	l := s.world.Main()
	post := func() int {
		return s.send(t, http.MethodPost, "/flows/compare", "ready=state_equal", s.owner(), asForm).StatusCode
	}
	if err := l.InsecureSwitch("state_equal", true); err != nil {
		t.Fatal(err)
	}
	if got := post(); got != http.StatusSeeOther || !slices.Equal(l.Off(), []string{"state_equal"}) {
		t.Errorf("%d, off %v", got, l.Off())
	}
	if err := l.Reset(); err != nil {
		t.Fatal(err)
	}
	if err := l.SetPolicy(mockprovider.PolicyFAPI2); err != nil {
		t.Fatal(err)
	}
	if got := post(); got != http.StatusConflict || len(l.Off()) != 0 {
		t.Errorf("a walk that can't be: %d, off %v", got, l.Off())
	}
	rested(s)
	drained(s)
	if got := post(); got != http.StatusTooManyRequests {
		t.Errorf("with nothing left to spend: %d", got)
	}
}

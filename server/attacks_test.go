package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
	"claimcheck/server/internal/crawl"
)

// attacker is a browser whose user owns the lab.
func (s *site) attacker(t *testing.T) *reader {
	t.Helper()
	r := s.reader(t)
	r.open("/attacks")
	return r
}

// source is the HTML of a page.
func (r *reader) source(ref string) string {
	r.t.Helper()
	r.open(ref)
	var b strings.Builder
	if err := html.Render(&b, r.page); err != nil {
		r.t.Fatal(err)
	}
	return b.String()
}

func asForm(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }

// Every attack is run by its buttons: it works, and is stopped, and the page says
// where. Afterwards the lab has its rules and its clock as before.
func TestAttacksRunFromTheirPages(t *testing.T) {
	s := start(t)
	s.attacker(t) // until the texts are read
	l := s.world.Main()
	for _, f := range s.walks.Attacks() {
		t.Run(f.ID, func(t *testing.T) {
			b := s.attacker(t)
			b.do(http.MethodPost, f.Path()+"/try", url.Values{"on": {"none"}})
			if off := l.Off(); len(off) != 0 {
				t.Errorf("left off: %v", off)
			}
			page := b.source(f.Path())
			for _, want := range []string{"With ", f.Attack.Gain, "It works", "as they were"} {
				if !strings.Contains(page, want) {
					t.Errorf("after the run without defences the page lacks %q", want)
				}
			}
			b.do(http.MethodPost, f.Path()+"/try", url.Values{"on": {"all"}})
			if l.Offset() != 0 {
				t.Errorf("the clock moved by %s", l.Offset())
			}
			page = b.source(f.Path())
			for _, want := range []string{"It works", "Stopped", "at step "} {
				if !strings.Contains(page, want) {
					t.Errorf("after the run with the defences the page lacks %q", want)
				}
			}
			for _, w := range crawl.Inspect(b.page) {
				t.Error(w)
			}
			tried := s.walks.Tried(l, f)
			r := tried[len(tried)-1].Result()
			if named := "(" + r.Finding.Named() + ")"; r.Finding.Status == playground.StatusFail && strings.Count(page, named) < 2 {
				t.Errorf("%s is not the rule of the summary and of the step", named)
			}
			if strings.Contains(page, `class="offnote"`) {
				t.Error("the banner is there although every rule is on")
			}
		})
	}
}

// What came of an attack is there when one comes back to it, however many others
// were carried out since: more than a browser keeps runs of.
func TestAttackResultsStay(t *testing.T) {
	s := start(t)
	b := s.attacker(t)
	b.do(http.MethodPost, "/attacks/login-csrf/try", url.Values{"on": {"none"}})
	for range maxRunsCarried + 1 {
		b.do(http.MethodPost, "/attacks/over-broad-scope/try", url.Values{"on": {"all"}})
	}
	if page := b.source("/attacks/login-csrf"); !strings.Contains(page, "It works") {
		t.Error("the page has forgotten what came of it")
	}
}

// Whoever switches a rule is brought to its row, and the row says so.
func TestSwitchedRuleSaysSo(t *testing.T) {
	s := start(t)
	b := s.attacker(t)
	for _, back := range []string{"attacks", ""} {
		for _, act := range []string{"off", "on"} {
			b.do(http.MethodPost, "/lab/defences", url.Values{"back": {back}, act: {"state_equal"}})
			if b.at.Fragment != "rule-state_equal" {
				t.Errorf("%s leads to #%s", act, b.at.Fragment)
			}
			said := ""
			for _, row := range all(b.page, "li", "") {
				if attrOf(row, "id") == "rule-state_equal" {
					said = textOf(firstIn(row, "span", "notice"))
				}
			}
			if want := strings.ToUpper(act[:1]) + act[1:] + " now"; !strings.HasPrefix(said, want) {
				t.Errorf("%s: the row of the rule says %q, want %q", act, said, want)
			}
			if len(all(b.page, "p", "notice")) != 0 {
				t.Error("the head of the page, which is out of sight, says so, too")
			}
		}
	}
}

// A stranger switches nothing off: an attack in the lab takes its owner.
func TestAttackTakesTheOwner(t *testing.T) {
	s := start(t)
	res := s.send(t, http.MethodPost, "/attacks/login-csrf/try", "on=none", asForm)
	if res.StatusCode != http.StatusUnauthorized || len(s.world.Main().Off()) != 0 {
		t.Errorf("%d, off %v", res.StatusCode, s.world.Main().Off())
	}
}

// Where the lab's policy lets an attack not even begin, the page says so, and the
// rules are as they were.
func TestAttackThatCannotBe(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	l := s.world.Main()
	if err := l.SetPolicy(mockprovider.PolicyFAPI2); err != nil {
		t.Fatal(err)
	}
	res := s.send(t, http.MethodPost, "/attacks/code-replay/try", "on=none", s.owner(), asForm)
	if res.StatusCode != http.StatusConflict || len(l.Off()) != 0 {
		t.Errorf("%d, off %v", res.StatusCode, l.Off())
	}
}

// A study leaves the lab as it is.
func TestAttackStudyIsApart(t *testing.T) {
	s := start(t)
	b := s.attacker(t)
	last := s.world.Main().Log().Last()
	b.do(http.MethodPost, "/attacks/login-csrf/study", url.Values{})
	if page := b.source("/attacks/login-csrf"); strings.Count(page, "<tr>") != 5 || !strings.Contains(page, "The smallest sets") {
		t.Error("the page does not show the four combinations")
	}
	if s.world.Main().Log().Last() != last || len(s.world.Main().Off()) != 0 {
		t.Error("the lab was touched")
	}
}

// On the page of a step the attack ends with what a defence did, and no blame.
func TestAttackStepSaysWhatStoppedIt(t *testing.T) {
	s := start(t)
	b := s.attacker(t)
	b.do(http.MethodPost, "/attacks/loose-redirect-uri/try", url.Values{"on": {"all"}})
	var run string
	for _, c := range b.client.Jar.Cookies(b.at) {
		if c.Name == lab.RunCookie {
			run = c.Value
		}
	}
	b.open("/attacks/loose-redirect-uri?run=" + run) // leads to where the run is
	page := b.source(b.at.String())
	for _, want := range []string{"AcmeID refused, by its rule “", "(redirect_uri_exact)", "Here the attack ends.", "Back to the attack", `class="attackbar"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "My own app") {
		t.Error("an own app may fill the steps of a flow, not of an attack")
	}
}

// Mallory carries out an attack: no app of somebody's own fills its steps.
func TestAttackTakesNoOwnApp(t *testing.T) {
	s := start(t)
	b := s.attacker(t)
	for _, path := range []string{"/attacks/login-csrf", "/attacks/login-csrf/callback", "/attacks/login-csrf/callback/har"} {
		if b.open(path + "?app=*"); b.status != http.StatusNotFound {
			t.Errorf("%s answers %d", path, b.status)
		}
	}
}

// A flow is not under /attacks, an attack not under /flows.
func TestAttacksAndFlowsHaveTheirPlaces(t *testing.T) {
	s := start(t)
	for _, path := range []string{"/flows/login-csrf", "/attacks/authorization-code-pkce", "/attacks/nobody", "/flows/login-csrf/callback"} {
		if res := s.send(t, http.MethodGet, path, ""); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %d", path, res.StatusCode)
		}
	}
}

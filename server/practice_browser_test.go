package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"claimcheck/lessons/questions"
	"claimcheck/server/internal/browsertest"
)

// sound says what axe, the console and the width of a page have to complain about.
func (w *walker) sound() {
	w.t.Helper()
	for _, v := range w.Axe() {
		w.t.Errorf("%s: %s", w.at(), v)
	}
	w.whole()
}

// whole is sound without axe, which is a script.
func (w *walker) whole() {
	w.t.Helper()
	for _, c := range w.Complaints() {
		w.t.Errorf("%s: %s", w.at(), c)
	}
	if over := w.Overflow(); over != "" {
		w.t.Errorf("%s scrolls sideways: %s", w.at(), over)
	}
}

// key presses a key once the page listens to it, and waits for the page that it
// leads to.
func (w *walker) key(key string) {
	w.t.Helper()
	w.Do(chromedp.WaitVisible(chromedp.CSS("key-help button")))
	w.leads(chromedp.KeyEvent(key))
}

// A session of fifteen minutes by the keyboard alone, on a narrow screen: begun,
// answered, taken back and ended.
func TestBrowserPracticeByKeyboard(t *testing.T) {
	s := withSmallBank(t)
	w := &walker{browsertest.Start(t).Tab(t, browsertest.Look{Width: 375}), t}
	w.Visit(s.origin.String() + practicePath)
	w.sound()
	w.tabTo("button[name=minutes][value='15']")
	w.leads(chromedp.KeyEvent(kb.Enter))
	w.sound()
	for n := 1; n <= len(s.bank.Questions); n++ {
		if got := w.Text(".place"); got != fmt.Sprintf("%d of %d", n, len(s.bank.Questions)) {
			t.Fatalf("at question %d it says %q", n, got)
		}
		w.key(" ")
		if !w.has("button[name=rating]") {
			t.Fatal("the space bar does not show the answer")
		}
		if n == 2 {
			w.sound()
			w.key("u")
			if got := w.Text(".place"); !strings.HasPrefix(got, "1 of") {
				t.Fatalf("u leads to %q", got)
			}
			w.key("2")
			w.key(" ")
		}
		w.key(strconv.Itoa(2 + n%3))
	}
	if got := w.Text("h1"); got != fmt.Sprintf("That was %d questions", len(s.bank.Questions)) {
		t.Errorf("the end says %q", got)
	}
	w.sound()
	w.Visit(s.origin.String() + weakPath)
	w.sound()
}

// Keys are off where one writes, and can be switched off.
func TestBrowserPracticeKeysAreOff(t *testing.T) {
	s := withSmallBank(t)
	w := &walker{browsertest.Start(t).Tab(t, browsertest.Look{}), t}
	w.Visit(s.origin.String() + practicePath + "?form=" + string(questions.Write))
	w.leads(chromedp.Click(chromedp.CSS("button[name=minutes][value='15']")))
	w.Do(chromedp.WaitVisible(chromedp.CSS("key-help button")))
	w.tabTo("#answer")
	for _, k := range []string{"u", " ", "1", "e"} {
		w.Do(chromedp.KeyEvent(k))
	}
	w.tabTo("form[action$=check] button")
	w.leads(chromedp.KeyEvent(kb.Enter))
	if got := w.Text(".own"); got != "u 1e" {
		t.Errorf("what was written is %q", got)
	}
	w.sound()
	w.Do(chromedp.WaitVisible(chromedp.CSS("key-help button")), chromedp.Click(chromedp.CSS("key-help button")), chromedp.Click(chromedp.CSS(".keys input")), chromedp.Click(chromedp.CSS(".keys form button")))
	w.Do(chromedp.KeyEvent("3"), chromedp.KeyEvent("e"))
	if w.at().Path != sessionPath || !w.has("button[name=rating]") {
		t.Error("a key works that is switched off")
	}
}

// Without a script all four forms of a session work, on a narrow screen.
func TestBrowserPracticeWithoutScript(t *testing.T) {
	s := withSmallBank(t)
	w := &walker{browsertest.Start(t).Tab(t, browsertest.Look{Width: 375, NoScript: true}), t}
	click := func(what string) { t.Helper(); w.leads(chromedp.Click(chromedp.CSS(what))) }
	for _, f := range questions.Forms() {
		w.Visit(s.origin.String() + practicePath + "?" + url.Values{"form": {string(f)}, "topic": {"oauth"}}.Encode())
		click("button[name=minutes][value='15']")
		w.whole()
		switch f {
		case questions.Quiz:
			click("button[name=option][value='0']")
		case questions.Write:
			w.Do(chromedp.SendKeys(chromedp.CSS("#answer"), "A stolen token is short-lived."))
			click("form[action$=check] button")
		case questions.Speak:
			if got := w.Text("speak-timer"); !strings.Contains(got, "Have a clock beside you") {
				t.Errorf("instead of a timer it says %q", got)
			}
			click("form[action$=show] button")
		default:
			click("form[action$=show] button")
		}
		w.whole()
		if f == questions.Quiz {
			click("form[action$=next] button")
		} else {
			click("button[name=rating][value='3']")
		}
		if got := w.Text(".place"); !strings.HasPrefix(got, "2 of") {
			t.Errorf("%s: after the first question it says %q", f, got)
		}
		click("form[action$=end] button")
		if got := w.Text("h1"); got != "That was 1 question" {
			t.Errorf("%s: the end says %q", f, got)
		}
	}
	w.whole()
}

// The timer says in words how long there is, and can be turned off for good.
func TestBrowserSpeakTimer(t *testing.T) {
	s := withSmallBank(t)
	w := &walker{browsertest.Start(t).Tab(t, browsertest.Look{Dark: true}), t}
	w.Visit(s.origin.String() + practicePath + "?form=" + string(questions.Speak))
	w.leads(chromedp.Click(chromedp.CSS("button[name=minutes][value='15']")))
	button := func(n int) chromedp.Action[chromedp.Void] {
		return chromedp.Click(chromedp.CSS(fmt.Sprintf("speak-timer > button:nth-of-type(%d)", n)))
	}
	w.Do(button(2), chromedp.WaitVisible(chromedp.CSS("speak-timer [role=timer]")))
	if clock, said := w.Text("speak-timer [role=timer]"), w.Text("speak-timer [role=status]"); clock != "2:00" && clock != "1:59" || said != "Two minutes. Speak." {
		t.Errorf("the clock says %q, and in words %q", clock, said)
	}
	w.sound()
	w.Do(button(1), button(3)) // stop, and no timer
	if got := w.Text("speak-timer > button"); got != "Use a timer" {
		t.Errorf("it is not off: %q", got)
	}
	w.Visit(s.origin.String() + sessionPath)
	w.Do(chromedp.WaitVisible(chromedp.CSS("speak-timer > button")))
	if got := w.Text("speak-timer > button"); got != "Use a timer" {
		t.Errorf("on the next page it is on again: %q", got)
	}
}

// On paper a question has its answers, and nothing is cut in two.
func TestBrowserPracticePrints(t *testing.T) {
	s := withSmallBank(t)
	tab := browsertest.Start(t).Tab(t, browsertest.Look{})
	tab.Visit(s.origin.String() + questionsPath + "/oauth-1")
	const units = ".rubric > li, .options > li, .then > dd, .says"
	for _, paper := range browsertest.Papers() {
		for _, cut := range tab.Cut(units, paper, 1) {
			t.Errorf("%s: cut: %s", paper.Name, cut)
		}
	}
	loose, err := chromedp.Run(tab.Context, chromedp.Evaluate[[]string](`[...document.querySelectorAll("`+units+`")].filter(e => getComputedStyle(e).breakInside !== "avoid" || !e.checkVisibility({contentVisibilityAuto: true}) || e.getBoundingClientRect().height === 0).map(e => e.outerHTML.slice(0, 80))`))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range loose {
		t.Errorf("may be cut, or is not there: %s", l)
	}
}

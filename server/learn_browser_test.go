package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"claimcheck/lessons"
	"claimcheck/server/internal/browsertest"
)

// boxed is an exercise with a request box, whose page a browser opens.
func boxed(t *testing.T, s *site) (e *lessons.Exercise, box string) {
	t.Helper()
	e = s.exercise(t, func(e *lessons.Exercise) bool { return e.Lesson.Slug == "start/four-needs" && e.Send != "" })
	return e, "#" + e.Anchor() + " "
}

// Without a script an exercise is sent, judged, started over and brought back, on
// a narrow screen.
func TestBrowserLearnWithoutScript(t *testing.T) {
	s := read(t)
	e, box := boxed(t, s)
	w := &walker{browsertest.Start(t).Tab(t, browsertest.Look{Width: 375, NoScript: true}), t}
	w.Visit(s.origin.String() + e.Lesson.Path())
	click := func(what string) { w.leads(chromedp.Click(chromedp.CSS(box + what))) }
	click("button[value=send]")
	if got := w.Text(box + ".reply"); !strings.Contains(got, "200 OK") {
		t.Errorf("the answer is %q", got)
	}
	click("button[value=hint]")
	if !w.has(box + ".hints li") {
		t.Error("no hint")
	}
	click("button[value=reset]")
	if w.has(box+".reply") || w.has(box+".hints") {
		t.Error("it was not started over")
	}
	click("button[value=restore]")
	if !w.has(box+".reply") || !w.has(box+".hints") {
		t.Error("it did not come back")
	}
	if over := w.Overflow(); over != "" {
		t.Errorf("it scrolls sideways: %s", over)
	}
	for _, c := range w.Complaints() {
		t.Error(c)
	}
}

// The keyboard alone does an exercise, and the focus stays where it was.
func TestBrowserLearnByKeyboard(t *testing.T) {
	s := read(t)
	e, box := boxed(t, s)
	w := &walker{browsertest.Start(t).Tab(t, browsertest.Look{Width: 375}), t}
	w.Visit(s.origin.String() + e.Lesson.Path())
	press := func(button, brings string) {
		t.Helper()
		w.tabTo(box + button)
		w.Do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS(box+brings)))
	}
	w.tabTo(box + "textarea")
	press("button[value=send]", ".reply")
	w.tabTo(box + "button[value=send]") // at once: it has the focus
	press("button[value=hint]", ".hints li")
	press("button[value=reset]", "button[value=restore]")
	press("button[value=restore]", ".reply")
	for _, v := range w.Axe() {
		t.Error(v)
	}
	for _, c := range w.Complaints() {
		t.Error(c)
	}
}

// A message is copied from a lesson with its empty line, and nothing else in it.
func TestBrowserLearnCopiedMessage(t *testing.T) {
	s := read(t)
	e, box := boxed(t, s)
	tab := browsertest.Start(t).Tab(t, browsertest.Look{})
	copied := func(selector string) string {
		t.Helper()
		text, err := chromedp.Run(tab.Context, chromedp.Evaluate[string](
			`getSelection().selectAllChildren(document.querySelector("`+selector+`")), getSelection().toString()`))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	tab.Visit(s.origin.String() + e.Lesson.Path())
	tab.Do(chromedp.Click(chromedp.CSS(box+"button[value=send]")), chromedp.WaitVisible(chromedp.CSS(box+".reply pre")))
	answer := copied(box + ".reply pre")
	tab.Visit(s.origin.String() + "/learn/jwt/revocation")
	request := copied(".exercise pre.chroma")
	for _, text := range []string{answer, request} {
		if strings.ContainsRune(text, '\u200b') || strings.Count(text, "\n\n") != 1 || strings.Contains(text, "\n\n\n") {
			t.Errorf("copied %q", text)
		}
	}
}

// Every lesson fits the narrowest screen, and assistive technology finds nothing
// to complain about.
func TestBrowserEachLesson(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	tab := browsertest.Start(t).Tab(t, browsertest.Look{Width: 320})
	for _, l := range s.course.Lessons {
		t.Run(l.Slug, func(t *testing.T) {
			tab := tab.For(t)
			tab.Visit(s.origin.String() + l.Path())
			if wide := tab.Overflow(); wide != "" {
				t.Errorf("wider than the screen: %s", wide)
			}
			for _, problem := range append(tab.Axe(), tab.Complaints()...) {
				t.Error(problem)
			}
		})
	}
}

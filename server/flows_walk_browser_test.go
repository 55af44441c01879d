package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/server/internal/browsertest"
)

// A walker goes through the flow in a real browser.
type walker struct {
	*browsertest.Tab
	t *testing.T
}

// leads does something that leads to another page, and waits for it.
func (w *walker) leads(what ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	if _, err := chromedp.RunResponse(w.Context, what...); err != nil {
		w.t.Fatalf("from %s: %v", w.at(), err)
	}
}

func (w *walker) at() *url.URL {
	w.t.Helper()
	at, err := chromedp.Run(w.Context, chromedp.Location())
	if err != nil {
		w.t.Fatal(err)
	}
	u, err := url.Parse(at)
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

func (w *walker) has(selector string) bool {
	w.t.Helper()
	ok, err := chromedp.Run(w.Context, chromedp.Evaluate[bool](fmt.Sprintf("!!document.querySelector(%q)", selector)))
	if err != nil {
		w.t.Fatal(err)
	}
	return ok
}

// done says whether the list of steps has nothing left to do, shown or not.
func (w *walker) done() bool {
	w.t.Helper()
	ok, err := chromedp.Run(w.Context, chromedp.Evaluate[bool]("document.querySelector('#steps').textContent.includes(', 0 to come')"))
	if err != nil {
		w.t.Fatal(err)
	}
	return ok
}

// centre brings an element to the middle of the window, where nothing that sticks
// to an edge lies over it.
func (w *walker) centre(selector string) {
	w.t.Helper()
	if _, err := chromedp.Run(w.Context, chromedp.Evaluate[bool](fmt.Sprintf("(document.querySelector(%q).scrollIntoView({block: 'center', behavior: 'instant'}), true)", selector))); err != nil {
		w.t.Fatal(err)
	}
}

// tabTo moves the focus with the Tab key until it is on what the selector finds.
func (w *walker) tabTo(selector string) {
	w.t.Helper()
	for range 80 {
		ok, err := chromedp.Run(w.Context, chromedp.Evaluate[bool](fmt.Sprintf("document.activeElement.matches(%q)", selector)))
		if err != nil {
			w.t.Fatal(err)
		}
		if ok {
			return
		}
		w.Do(chromedp.KeyEvent(kb.Tab))
	}
	w.t.Fatalf("%s: the Tab key does not lead to %s", w.at(), selector)
}

// walk goes on from page to page until every step of the variant is done.
func (w *walker) walk(v *walkthrough.Variant, next, logIn, allow, back, enter func()) {
	w.t.Helper()
	steps := v.Steps()
	last := "/" + steps[len(steps)-1].ID
	seen := map[string]bool{}
	for range 6 * len(steps) {
		at := w.at()
		for _, c := range w.Complaints() {
			w.t.Errorf("%s: %s", at.Path, c)
		}
		switch {
		case w.has("[name=password]"): // AcmeID's, or an app's that should not ask
			logIn()
		case strings.HasPrefix(at.Path, "/app/"):
			back()
		case strings.HasPrefix(at.Path, "/idp/") && w.has("[name=user_code]"):
			enter()
		case strings.HasPrefix(at.Path, "/idp/"):
			allow()
		default:
			seen[at.Path] = true
			if strings.HasSuffix(at.Path, last) && w.done() {
				if len(seen) != len(steps) {
					w.t.Errorf("%d step pages were seen, want %d", len(seen), len(steps))
				}
				return
			}
			next()
		}
	}
	w.t.Fatalf("no end; %d of %d steps were seen, now at %s", len(seen), len(steps), w.at())
}

// Enter goes through every flow, and the Tab key through AcmeID's pages.
func TestBrowserFlowByKeyboard(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	b := browsertest.Start(t)
	enter := chromedp.KeyEvent(kb.Enter)
	for _, f := range s.walks.Flows() {
		v := f.Variants()[0]
		t.Run(f.ID, func(t *testing.T) {
			w := &walker{b.Tab(t, browsertest.Look{}), t}
			w.Visit(s.origin.String() + v.Href(v.Steps()[0].ID))
			w.walk(
				v,
				func() { w.leads(enter) },
				func() {
					w.tabTo("[name=username]")
					w.Do(chromedp.KeyEvent("alice"))
					w.tabTo("[name=password]")
					w.Do(chromedp.KeyEvent("alice"))
					w.leads(enter)
				},
				func() {
					w.tabTo("button[value=allow]")
					w.leads(enter)
				},
				func() {
					w.tabTo("a[href*='/flows/']")
					w.leads(enter)
				},
				func() {
					w.tabTo("form button")
					w.leads(enter)
				},
			)
		})
	}
}

// Without a script links and buttons lead through every flow, by its last variant
// that has an end.
func TestBrowserFlowWithoutScript(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	b := browsertest.Start(t)
	for _, f := range s.walks.Flows() {
		var v *walkthrough.Variant
		for _, o := range f.Variants() {
			if !slices.ContainsFunc(o.Steps(), func(st *walkthrough.Step) bool { return o.DeadEnd(st.ID) != nil }) {
				v = o
			}
		}
		t.Run(f.ID, func(t *testing.T) {
			w := &walker{b.Tab(t, browsertest.Look{Width: 375, NoScript: true}), t}
			w.Visit(s.origin.String() + v.Href(v.Steps()[0].ID))
			run := ""
			click := func(selector string) {
				w.centre(selector)
				w.leads(chromedp.Click(chromedp.CSS(selector)))
			}
			w.walk(
				v,
				func() {
					click("#act .send")
					if id := w.at().Query().Get("run"); id != "" {
						run = id
					}
				},
				func() {
					w.Do(chromedp.SendKeys(chromedp.CSS("[name=username]"), "alice"), chromedp.SendKeys(chromedp.CSS("[name=password]"), "alice"))
					click("button[value=login]")
				},
				func() { click("button[value=allow]") },
				func() { click("a[href*='/flows/']") },
				func() { click("form button") },
			)
			if _, redeems := v.Step("token-request"); v.Lite() && redeems {
				s.sentBy(t, run, "server")
			}
		})
	}
}

// FitTrack Lite's page sends by itself: token request and API request come from
// the browser.
func TestBrowserFlowPageSends(t *testing.T) {
	s := start(t)
	r := s.reader(t)
	r.do("POST", "/flows/authorization-code-pkce/callback-check/do", url.Values{"client": {"fittrack-lite"}, "pkce": {"on"}})
	run := r.at.Query().Get("run")
	w := &walker{browsertest.Start(t).Tab(t, browsertest.Look{}), t}
	for _, step := range []string{"token-request", "api-request"} {
		w.Visit(s.origin.String() + "/flows/authorization-code-pkce/" + step + "?run=" + run)
		w.leads(chromedp.Click(chromedp.CSS("#act .send")))
		if !w.has("#act .result [data-status=pass]") {
			t.Errorf("%s: %q", step, w.Text("#act"))
		}
		if got := w.Text("#cap"); !strings.Contains(got, "A script in this browser sent it.") {
			t.Errorf("%s: the caption says %q", step, got)
		}
		for _, c := range w.Complaints() {
			t.Errorf("%s: %s", step, c)
		}
	}
	s.sentBy(t, run, "")
}

// sentBy says of the messages that FitTrack Lite's page sends, or the server in
// its stead, who sent them.
func (s *site) sentBy(t *testing.T, run, via string) {
	t.Helper()
	w, ok := s.walks.Get(s.world.Main(), run)
	if !ok {
		t.Fatalf("there is no run %q", run)
	}
	for _, step := range []string{"token-request", "api-request"} {
		e := w.Entry(step)
		if e == nil || !w.Passed(step) {
			t.Fatalf("%s did not settle", step)
		}
		if e.From.ID != lab.FitTrackLite || e.Via != via {
			t.Errorf("%s: from %s, via %q, want %q", step, e.From.ID, e.Via, via)
		}
	}
}

// Each step's page transfers little, with nothing in the cache and everything to
// show.
func TestBrowserFlowWeight(t *testing.T) {
	s := start(t)
	_, run := s.walked(t, "page")
	tab := browsertest.Start(t).Tab(t, browsertest.Look{})
	tab.Do(chromedp.Func(func(ctx context.Context, to *chromedp.Target) error {
		_, err := cdp.Call(ctx, to, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
		return err
	}))
	most, heaviest := int64(0), ""
	for _, st := range s.walks.Flows()[0].Variants()[0].Steps() {
		path := "/flows/authorization-code-pkce/" + st.ID + "?run=" + run
		tab.Visit(s.origin.String() + path)
		n := tab.Bytes()
		if n > maxTransfer {
			t.Errorf("%s: %d bytes, want at most %d", path, n, maxTransfer)
		}
		if n > most {
			most, heaviest = n, path
		}
	}
	t.Logf("the heaviest page: %d bytes, %s", most, heaviest)
}

// A tab that nobody looks at holds no connection; when it is looked at again the
// log goes on where it was.
func TestBrowserLogWhileHidden(t *testing.T) {
	s := start(t)
	r, run := s.walked(t, "code")
	w := browsertest.Start(t).Tab(t, browsertest.Look{})
	w.Visit(s.origin.String() + "/flows/authorization-code-pkce/code?run=" + run)
	before, err := chromedp.Run(w.Context, chromedp.Evaluate[int](`new Promise(done => {
		const real = EventSource, close = real.prototype.close;
		real.prototype.close = function () { window.ended = (window.ended ?? 0) + 1; close.call(this); };
		window.EventSource = class extends real { constructor(url) { super(url); window.opened = String(url); } };
		window.turn = (hidden) => {
			Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
			document.dispatchEvent(new Event("visibilitychange"));
		};
		customElements.whenDefined("live-log").then(() => { turn(true); done(window.ended ?? 0); });
	})`, chromedp.EvalAwaitPromise))
	if err != nil || before != 1 {
		t.Fatalf("while the tab is hidden %d connections were closed, %v", before, err)
	}
	r.act("callback", "do", run, nil)
	lines := "document.querySelectorAll('live-log ol > li').length"
	held, err := chromedp.Run(w.Context, chromedp.Evaluate[int](lines))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(w.Context, chromedp.Evaluate[bool](`turn(false), window.opened.includes("after=")`)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(w.Context, chromedp.Poll[bool](fmt.Sprintf("%s > %d", lines, held))); err != nil {
		t.Errorf("what came meanwhile is not shown: %v", err)
	}
}

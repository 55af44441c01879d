package browsertest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Look is how a tab shows its pages. The zero value is 1280 by 900, light, with
// JavaScript.
type Look struct {
	// Width and Height are CSS pixels.
	Width, Height int64
	// Dark asks for the dark colour scheme.
	Dark bool
	// NoScript turns JavaScript off.
	NoScript bool
}

// String names the look for a subtest: "375-dark".
func (l Look) String() string {
	name := strconv.FormatInt(cmp.Or(l.Width, 1280), 10)
	if l.Dark {
		name += "-dark"
	} else {
		name += "-light"
	}
	if l.NoScript {
		name += "-noscript"
	}
	return name
}

// Tab is a tab with cookies of its own.
type Tab struct {
	// Context is chromedp's, for actions with a result: chromedp.Run(tab.Context, …).
	Context context.Context //nolint:containedctx // chromedp keeps the tab in its context
	t       testing.TB

	mu         sync.Mutex // guards what the browser's events fill
	origin     string
	complaints []string
	bytes      int64
	status     int64
}

// Tab opens a tab in a browser context of its own: no cookies, no storage. It
// closes with the test.
func (b *Browser) Tab(t testing.TB, l Look) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	ctx, stop := context.WithTimeout(ctx, timeout)
	t.Cleanup(func() { stop(); cancel() })
	l.Width, l.Height = cmp.Or(l.Width, 1280), cmp.Or(l.Height, 900)
	scheme := "light"
	if l.Dark {
		scheme = "dark"
	}
	p := &Tab{Context: ctx, t: t}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatalf("browser: %v", err)
	}
	p.Do(
		command(network.Enable, network.EnableParams{}),
		command(log.Enable, cdp.Empty{}),
		command(runtime.Enable, cdp.Empty{}),
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.Width, Height: l.Height, DeviceScaleFactor: 1}),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}}),
		command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: l.NoScript}),
	)
	return p
}

// For is the tab, reporting to another test: a subtest that uses it.
func (p *Tab) For(t testing.TB) *Tab {
	p.t = t
	return p
}

// Overflow names the first element that makes the page scroll sideways, with
// its width; it is empty if none does.
func (p *Tab) Overflow() string {
	p.t.Helper()
	return run(p, chromedp.Evaluate[string](`(() => {
		const wide = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= wide) return "";
		for (const e of document.querySelectorAll("body *")) {
			const r = e.getBoundingClientRect();
			if (r.right > wide + 1 && r.width > 0) return e.tagName.toLowerCase() + (e.className.baseVal ?? e.className ? "." + (e.className.baseVal ?? e.className) : "") + " ends at " + Math.round(r.right) + " of " + wide;
		}
		return "something, of " + document.documentElement.scrollWidth + " pixels";
	})()`))
}

// command is a command of the protocol as an action.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// Do runs actions of chromedp and fails the test where one fails.
func (p *Tab) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.Context, actions...); err != nil {
		p.t.Fatalf("browser: %v", err)
	}
}

// Visit opens the address, waits until it is loaded, and forgets what it heard
// from the page before.
func (p *Tab) Visit(address string) {
	p.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	p.origin, p.complaints, p.bytes, p.status = u.Scheme+"://"+u.Host, nil, 0, 0
	p.mu.Unlock()
	p.Do(chromedp.Navigate(address))
}

// Text is the text of the first element that the CSS selector finds.
func (p *Tab) Text(selector string) string {
	p.t.Helper()
	return run(p, chromedp.Text(chromedp.CSS(selector)))
}

func run[T any](p *Tab, a chromedp.Action[T]) T {
	p.t.Helper()
	v, err := chromedp.Run(p.Context, a)
	if err != nil {
		p.t.Fatalf("browser: %v", err)
	}
	return v
}

// Complaints are what the browser had to say against the page since Visit:
// errors in the console, exceptions, violations of the content security policy
// and requests to another origin. An answer of 4xx or 5xx to the page itself is
// none.
func (p *Tab) Complaints() []string {
	// Events come in order: what a round trip's answer finds has been heard.
	p.Do(command(runtime.Evaluate, runtime.EvaluateParams{Expression: "1"}))
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.complaints...)
}

// Status is the status of the page itself.
func (p *Tab) Status() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int(p.status)
}

// Bytes is what the page and everything on it transferred since Visit.
func (p *Tab) Bytes() int64 {
	p.Do(command(runtime.Evaluate, runtime.EvaluateParams{Expression: "1"}))
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bytes
}

func (p *Tab) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			p.complain("console: %s", arguments(e.Args))
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		p.complain("exception: %s", text)
	case *log.EventEntryAdded:
		// The document's own status is what the test asked for.
		if e.Entry.Source == log.EntrySourceNetwork && strings.Contains(e.Entry.Text, "the server responded with a status") {
			return
		}
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			p.complain("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; p.origin != "" && strings.HasPrefix(u, "http") && !strings.HasPrefix(u, p.origin+"/") {
			p.complain("request to elsewhere: %s", u)
		}
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument {
			p.status = e.Response.Status
		} else if e.Response.Status >= 400 {
			p.complain("%d for %s", e.Response.Status, e.Response.URL)
		}
	case *network.EventLoadingFinished:
		p.bytes += int64(e.EncodedDataLength)
	}
}

func (p *Tab) complain(format string, args ...any) {
	p.complaints = append(p.complaints, fmt.Sprintf(format, args...))
}

func arguments(args []*runtime.RemoteObject) string {
	words := make([]string, 0, len(args))
	for _, a := range args {
		if len(a.Value) > 0 {
			words = append(words, string(a.Value))
		} else {
			words = append(words, a.Description)
		}
	}
	return strings.Join(words, " ")
}

// Axe runs axe-core on the page as it stands and returns one line for each
// violation of WCAG 2.2 A and AA and of its best practices. Read Complaints
// before it: axe may itself be one.
func (p *Tab) Axe() []string {
	p.t.Helper()
	source := axeSource(p.t)
	run(p, chromedp.Evaluate[int](source+";1"))
	raw := run(p, chromedp.Evaluate[string](`axe.run({resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(
		v => ({id: v.id, help: v.help, nodes: v.nodes.map(n => n.target.join(" ") + " – " + (n.failureSummary || "").split("\n").join(" "))}))))`,
		chromedp.EvalAwaitPromise))
	var found []struct {
		ID    string   `json:"id"`
		Help  string   `json:"help"`
		Nodes []string `json:"nodes"`
	}
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		p.t.Fatalf("axe: %v", err)
	}
	var lines []string
	for _, v := range found {
		for _, n := range v.Nodes {
			lines = append(lines, v.ID+": "+v.Help+": "+n)
		}
	}
	return lines
}

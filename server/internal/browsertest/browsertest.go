// Package browsertest opens the site's pages in Chromium for tests, and says
// what a browser has to complain about them: errors in the console, violations
// of the content security policy, requests to elsewhere, findings of axe.
//
//	p := browsertest.Start(t).Tab(t, browsertest.Look{Width: 375, Dark: true})
//	p.Visit(origin + "/playground")
//	if got := p.Complaints(); len(got) > 0 { … }
//
// Where Chromium or axe is missing a test skips with one line that says how to
// get it; with CLAIMCHECK_CI=1 it fails instead.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// timeout bounds all that one tab does: a browser that hangs must not hang the
// tests.
const timeout = 5 * time.Minute

// Missing skips the test with the reason, or fails it where CI requires it.
func Missing(t testing.TB, what, howToGetIt string) {
	t.Helper()
	if os.Getenv("CLAIMCHECK_CI") == "1" {
		t.Fatalf("%s is missing and CI requires it: %s", what, howToGetIt)
	}
	t.Skipf("%s is missing: %s", what, howToGetIt)
}

// Browser is one Chromium with a profile of its own. It ends with the test.
type Browser struct{ ctx context.Context } //nolint:containedctx // chromedp keeps the browser in its context

// Start starts Chromium without a window.
func Start(t testing.TB) *Browser {
	t.Helper()
	program := find()
	if program == "" {
		Missing(t, "Chromium", "apt-get install chromium, or put chromium or google-chrome on the PATH")
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append([]chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.WSURLReadTimeout(time.Minute), // a busy machine takes its time to start it
		chromedp.NoSandbox,                     // it opens nothing but our own pages, often as root
		chromedp.DisableGPU,
		chromedp.Headless,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-dev-shm-usage", true),
	}, quiet()...)...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for the process, so that its profile can be removed
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	return &Browser{ctx}
}

// quiet keeps Chromium from asking anybody anything.
func quiet() []chromedp.ExecAllocatorOption {
	var opts []chromedp.ExecAllocatorOption
	for _, f := range []string{
		"no-first-run", "no-default-browser-check", "disable-background-networking", "disable-component-update",
		"disable-sync", "disable-default-apps", "disable-extensions", "disable-client-side-phishing-detection", "metrics-recording-only",
	} {
		opts = append(opts, chromedp.Flag(f, true))
	}
	return opts
}

func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

// axeSource reads axe-core from the front-end checks.
func axeSource(t testing.TB) string {
	t.Helper()
	const file = "web/node_modules/axe-core/axe.min.js"
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	source, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
	if err != nil {
		Missing(t, "axe-core", "run npm ci in web")
	}
	return string(source)
}

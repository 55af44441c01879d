package main

import (
	"fmt"
	"testing"

	"claimcheck/server/internal/browsertest"
)

// maxTransfer is what a page may transfer, everything on it included.
const maxTransfer = 60 << 10

// browserPages are the pages that a browser looks at, each in every look, and
// their status. A new surface adds its own here.
func browserPages() map[string]int {
	return map[string]int{
		"/": 200, "/nowhere": 404, "/styleguide": 200,
		"/learn": 200, "/learn/glossary": 200, "/learn/misconceptions": 200, "/learn/errors": 200, "/learn/parameters": 200, "/search": 200, "/search?q=why+is+my+token+rejected": 200, "/learn/progress": 200, "/learn/progress/reset?of=all": 200, "/learn/progress/delete": 200, "/learn/jwt/anatomy": 200, "/learn/sheets": 200, "/learn/sheets/validation": 200, "/learn/sheets/start": 200,
		"/flows": 200, "/flows/import": 200, "/flows/compare": 200, "/flows/session-race": 200, "/flows/authorization-code-pkce/callback": 200,
		"/playground": 200, "/playground/compare": 200, "/playground/attacks": 200, "/playground/attacks/key-address": 200, "/lab": 200, "/lab/selftest": 200, "/connect": 200, "/lab/policies": 200,
		"/lab/rules": 200, "/lab/keys": 200, "/lab/people": 200, "/lab/snapshots": 200, "/faults": 200, "/lab/drill": 200,
		whiteboardPath: 200, whiteboardPath + "/order/authorization-code-pkce?check=yes": 200, whiteboardPath + "/order/token-exchange?key=1": 200,
		whiteboardPath + "/checks/api?check=yes&add=c2&add=d1": 200, whiteboardPath + "/checks/code?key=1": 200,
		takeHomePath: 200, takeHomePath + "/key": 200,
		"/practice/mock": 200, "/practice/interviewer?level=mid&minutes=15&doing=yes&seed=x": 200,
		"/practice": 200, "/practice/weak": 200, "/practice/questions": 200, "/practice/questions?q=nothing+at+all": 200,
	}
}

// TestBrowser opens every page light and dark, wide and narrow: Chromium has
// nothing to complain about, nothing scrolls sideways, and the page is light enough.
// In both schemes, and in both arrangements, axe finds nothing.
func TestBrowser(t *testing.T) {
	s := start(t)
	b := browsertest.Start(t)
	wide, narrow := browsertest.Look{Width: 1280}, browsertest.Look{Width: 375, Dark: true}
	for _, look := range []browsertest.Look{wide, {Width: 1280, Dark: true}, {Width: 375}, narrow, {Width: 320}} {
		tab := b.Tab(t, look)
		for path, status := range browserPages() {
			t.Run(fmt.Sprintf("%s%s", look, path), func(t *testing.T) {
				tab := tab.For(t)
				tab.Visit(s.origin.String() + path)
				if got := tab.Status(); got != status {
					t.Errorf("it answers %d, want %d", got, status)
				}
				for _, c := range tab.Complaints() {
					t.Error(c)
				}
				if n := tab.Bytes(); n > maxTransfer {
					t.Errorf("%d bytes transferred, want at most %d", n, maxTransfer)
				}
				if over := tab.Overflow(); over != "" {
					t.Errorf("it scrolls sideways: %s", over)
				}
				if look != wide && look != narrow {
					return
				}
				for _, v := range tab.Axe() {
					t.Error(v)
				}
			})
		}
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"claimcheck/server/internal/crawl"
)

// TestCrawl reads every page that a link leads to from the front page: none is
// dead, none has broken markup. With CLAIMCHECK_RENDERED=DIR it leaves the
// pages there, for the front-end checks.
func TestCrawl(t *testing.T) {
	s := start(t)
	c := crawl.Crawler{Client: s.client, Skip: leaveOut()}
	pages, wrong, err := c.Walk(t.Context(), s.origin.String()+"/")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wrong {
		t.Error(w)
	}
	dir := os.Getenv("CLAIMCHECK_RENDERED")
	html := 0
	for _, p := range pages {
		if p.Doc == nil {
			continue
		}
		html++
		if dir != "" {
			name := strings.NewReplacer("/", "_", "?", "_", "=", "_", "&", "_", "%", "_").Replace(strings.TrimPrefix(p.URL.RequestURI(), "/"))
			if err := os.WriteFile(filepath.Join(dir, "page_"+name+".html"), p.Body, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d addresses, %d pages", len(pages), html)
}

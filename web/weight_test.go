package web

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

// A page may transfer 60 KB, all of it included. The style and the scripts that
// every page loads leave at least half of that to the page.
func TestSharedAssetsWeighLittle(t *testing.T) {
	const most = 30_000
	site := newSite(t)
	b, err := site.current()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for name, content := range b.files {
		if name != "site.css" && !strings.HasPrefix(name, "js/") {
			continue
		}
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		total += out.Len()
	}
	if total > most {
		t.Errorf("%d bytes compressed, want at most %d", total, most)
	}
	t.Logf("%d bytes compressed", total)
}

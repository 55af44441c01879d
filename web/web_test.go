package web

import (
	"bytes"
	"strings"
	"testing"
)

func TestRenderWritesThePageInTheLayout(t *testing.T) {
	site, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := site.Render(&out, "error", Page{Title: "Gone", Data: Problem{Title: "This <run> has ended"}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<title>Gone – Claimcheck</title>", "This &lt;run&gt; has ended", site.AssetPath("site.css")} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}

package browsertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"claimcheck/server/internal/browsertest"
)

// TestComplaints plants one fault at a time: what the helper does not hear, no
// test of a page can.
func TestComplaints(t *testing.T) {
	var body atomic.Value
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/error.js":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, `console.error("planted")`)
		case "/throw.js":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, `throw new Error("planted")`)
		case "/sink.js":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, `document.body.innerHTML = "planted"`)
		case "/":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; img-src 'self' http://127.0.0.1:1; require-trusted-types-for 'script'; trusted-types claimcheck")
			fmt.Fprintf(w, `<!doctype html><html lang="en"><head><title>T</title><link rel="icon" href="/icon"></head><body><main><h1>One</h1>%s</main></body></html>`, body.Load())
		case "/icon":
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer srv.Close()
	b := browsertest.Start(t)
	tab := b.Tab(t, browsertest.Look{})
	for name, c := range map[string]struct{ body, want, axe string }{
		"sound":         {`<p>x</p>`, "", ""},
		"console_error": {`<script src="/error.js"></script>`, "planted", ""},
		"exception":     {`<script src="/throw.js"></script>`, "planted", ""},
		"trusted_types": {`<script src="/sink.js"></script>`, "TrustedHTML", ""},
		"inline_script": {`<script>1</script>`, "Content Security Policy", ""},
		"inline_style":  {`<p style="color:red">x</p>`, "Content Security Policy", ""},
		"missing_asset": {`<script src="/gone.js"></script>`, "404", ""},
		"elsewhere":     {`<img alt="" src="http://127.0.0.1:1/x.png">`, "elsewhere", ""},
		"axe":           {`<input>`, "", "label"},
	} {
		t.Run(name, func(t *testing.T) {
			tab := tab.For(t)
			body.Store(c.body)
			tab.Visit(srv.URL + "/")
			got := strings.Join(tab.Complaints(), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("complaints %q, want something with %q", got, c.want)
			}
			if name != "sound" && c.axe == "" {
				return
			}
			axe := strings.Join(tab.Axe(), "\n")
			if c.axe == "" && axe != "" || !strings.Contains(axe, c.axe) {
				t.Errorf("axe says %q, want something with %q", axe, c.axe)
			}
		})
	}
}

package crawl

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

const sound = `<!doctype html><html lang="en"><head><title>T</title></head><body><main id="main"><h1>One</h1>%s</main></body></html>`

func TestInspect(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"sound":              {`<h2>Two</h2><label>Token <input name="t"></label><code>{{x}} &amp;lt;</code>` + "<code>`</code>", ""},
		"braces_left":        {`<p>{{.Name}}</p>`, "template"},
		"escaped_twice":      {`<p>a &amp;lt; b</p>`, "escaped twice"},
		"backtick_in_text":   {"<p>the `exp` claim</p>", "backtick"},
		"backtick_in_label":  {"<p aria-label=\"the `exp` claim\">x</p>", "backtick"},
		"id_twice":           {`<p id="a"></p><p id="a"></p>`, "2 times"},
		"dangling_reference": {`<p aria-describedby="gone">x</p>`, "not there"},
		"control_unlabelled": {`<input name="t">`, "no label"},
		"link_unnamed":       {`<a href="/"></a>`, "no name"},
		"image_without_alt":  {`<img src="a.png">`, "alternative text"},
		"heading_left_out":   {`<h3>Three</h3>`, "follows"},
		"inline_style":       {`<p style="color:red">x</p>`, "inline style"},
		"inline_script":      {`<script>1</script>`, "inline script"},
		"inline_handler":     {`<p onclick="x()">x</p>`, "inline handler"},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := html.Parse(strings.NewReader(fmt.Sprintf(sound, c.body)))
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(Inspect(doc), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("Inspect says %q, want something with %q", got, c.want)
			}
		})
	}
}

func TestWalk(t *testing.T) {
	pages := map[string]string{
		"/":  `<a href="/a#there">a</a> <a href="https://elsewhere.example/">out</a> <a href="/do">do</a>`,
		"/a": `<p id="there">x</p><a href="/gone">gone</a> <a href="/#nowhere">home</a>`,
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := pages[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, sound, body)
	}))
	defer srv.Close()
	c := Crawler{Client: srv.Client()}
	c.Skip = func(u *url.URL) bool { return u.Path == "/do" }
	got, wrong, err := c.Walk(t.Context(), srv.URL+"/")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 {
		t.Errorf("%d addresses, want /, /a and /gone", len(got))
	}
	all := strings.Join(wrong, "\n")
	if !strings.Contains(all, "/gone: 404, linked from "+srv.URL+"/a") || !strings.Contains(all, "#nowhere") || len(wrong) != 2 {
		t.Errorf("wrong: %s", all)
	}
}

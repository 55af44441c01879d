package lessons

import "testing"

// BenchmarkLoad measures reading and rendering the whole course, which happens
// once at start.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(Content(), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzParseRequest: what a learner types into a request box is a request or a
// clear error.
func FuzzParseRequest(f *testing.F) {
	f.Add("GET /rs/main/stepcloud/v1/steps HTTP/1.1\nAuthorization: Bearer x\n\nbody")
	f.Add("")
	f.Add("POST / HTTP/1.1\n:\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parseRequest(text)
		if (p == nil) == (err == nil) {
			t.Errorf("%v, %v", p, err)
		}
		if p == nil {
			return
		}
		if r, err := p.request(t.Context(), "http://localhost:1"); err == nil && r.URL.Host != "localhost:1" {
			t.Errorf("%q goes to %s", text, r.URL.Host)
		}
	})
}

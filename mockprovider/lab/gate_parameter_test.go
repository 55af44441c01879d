package lab

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// One parameter by itself is what all of them together would say.
func TestParameterIsTheFirstOne(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct{ query, kind, body, want string }{
		{"state=a", "", "", "a"},
		{"", form, "state=a", "a"},
		{"", form + "; charset=utf-8", "state=a", "a"},
		{"", "application/json", "state=a", ""},
		{"", "", "state=a", ""},
		{"state=a&state=b", "", "", "a"},
		{"state=a", form, "state=b", "a"},
		{"x=1&state=a%20b+c", "", "", "a b c"},
		{"st%61te=a", "", "", "a"},
		{"st%zzte=a", "", "", ""},
		{"state=%zz&state=b", "", "", "b"},
		{"state=a;b&state=c", "", "", "c"},
		{"state", form, "state=b", ""},
		{"state=", form, "state=b", ""},
		{"other=state", form, "states=a", ""},
		{"", "", "", ""},
	} {
		r := &http.Request{URL: &url.URL{RawQuery: c.query}, Header: http.Header{}}
		if c.kind != "" {
			r.Header.Set("Content-Type", c.kind)
		}
		if got := parameter(r, []byte(c.body), "state"); got != c.want {
			t.Errorf("query %q, body %q (%s): %q, want %q", c.query, c.body, c.kind, got, c.want)
		}
		all, _ := url.ParseQuery(c.query)
		if strings.HasPrefix(c.kind, form) {
			more, _ := url.ParseQuery(c.body)
			all["state"] = append(all["state"], more["state"]...)
		}
		if got := all.Get("state"); got != c.want {
			t.Errorf("query %q, body %q: url.ParseQuery says %q", c.query, c.body, got)
		}
	}
}

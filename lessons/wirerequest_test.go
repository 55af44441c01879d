package lessons

import (
	"net/http"
	"testing"

	"claimcheck/mockprovider/trace"
)

func TestCookiesHave(t *testing.T) {
	with := func(lines ...string) *trace.Entry {
		return &trace.Entry{Request: trace.Message{Header: http.Header{"Cookie": lines}}}
	}
	for _, c := range []struct {
		name string
		e    *trace.Entry
		want map[string]string
		ok   bool
	}{
		{"nothing_asked", with("a=1"), nil, true},
		{"any_value", with("a=1; b=2"), map[string]string{"b": "*"}, true},
		{"this_value", with("a=1", "b=2"), map[string]string{"b": "2"}, true},
		{"other_value", with("a=1; b=2"), map[string]string{"b": "3"}, false},
		{"must_be_there", with("a=1"), map[string]string{"b": "*"}, false},
		{"must_not_be_there", with("a=1; b=2"), map[string]string{"b": ""}, false},
		{"is_not_there", with(), map[string]string{"b": ""}, true},
		{"unreadable", with("\x00"), map[string]string{"b": ""}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := cookiesHave(c.e, c.want); got != c.ok {
				t.Errorf("%v in %v: %t, want %t", c.want, c.e.Request.Header, got, c.ok)
			}
		})
	}
}

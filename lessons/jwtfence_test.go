package lessons

import (
	"html"
	"regexp"
	"strconv"
	"testing"
	"time"

	"claimcheck/playground"
)

// TestASampleIsOpenedAsTheLessonSeesIt: the form hands over the time and the
// key with which the sample is what the lesson says it is.
func TestASampleIsOpenedAsTheLessonSeesIt(t *testing.T) {
	m, err := sampleMinter(time.Unix(1_764_000_000, 0), "https://lab.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		recipe  recipe
		verdict playground.Verdict
		rule    string
	}{
		{"as issued", recipe{}, playground.Accept, ""},
		{"expired", recipe{Claims: map[string]any{"exp": "-1h"}}, playground.Reject, "exp"},
		{"mallory", recipe{Sign: "mallory"}, playground.Reject, "sig"},
		{"hmac", recipe{Sign: "hmac:0123456789abcdef0123456789abcdef"}, playground.Undecided, ""},
	} {
		token, err := m.mint(&c.recipe)
		if err != nil {
			t.Fatal(err)
		}
		fields := map[string]string{}
		for _, f := range regexp.MustCompile(`name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(JWT(token, ""), -1) {
			fields[f[1]] = html.UnescapeString(f[2])
		}
		now, err := strconv.ParseInt(fields["now"], 10, 64)
		if err != nil || now != 1_764_000_060 {
			t.Errorf("%s: now %q", c.name, fields["now"])
		}
		var keys *playground.KeySet
		if fields["key"] != "" {
			if keys, err = playground.ParseKey([]byte(fields["key"]), playground.UTF8); err != nil {
				t.Fatal(err)
			}
		}
		r := playground.Verify(fields["token"], keys, playground.Policy{Now: time.Unix(now, 0)})
		if r.Verdict != c.verdict || c.rule != "" && (r.Refused == nil || r.Refused.ID != c.rule) {
			t.Errorf("%s: %s: %s", c.name, r.Verdict, r.Sentence)
		}
	}
}

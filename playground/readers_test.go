package playground_test

import (
	"strings"
	"testing"
)

// TestReadings: the parsers themselves say what they read; the texts beside
// the rows say what a test saw them do.
func TestReadings(t *testing.T) {
	type want struct {
		row    string
		values [4]string // a prefix; empty checks nothing
		differ bool
		why    string
	}
	for name, c := range map[string]struct {
		change func(*attempt)
		want
	}{
		"ordinary":      {claim("sub", `"alice"`), want{"sub", [4]string{`"alice"`, `"alice"`, `"alice"`, `"alice"`}, false, ""}},
		"accepted":      {claim("sub", `"alice"`), want{"accepts the token", [4]string{"yes", "yes", "yes"}, false, ""}},
		"aud alone":     {claim("aud", `"stepcloud"`), want{"aud", [4]string{`"stepcloud"`, `["stepcloud"]`, `"stepcloud"`, `"stepcloud"`}, false, ""}},
		"duplicate":     {claim("sub", `"alice","sub":"admin"`), want{"sub", [4]string{`"admin"`, `"admin"`, "", `"admin"`}, true, "take the last"}},
		"unreadable":    {claim("sub", `"alice","sub":"admin"`), want{"reads the payload", [4]string{"yes", "yes", "no: duplicate", "yes"}, true, "one refuses"}},
		"refused":       {claim("sub", `"alice","sub":"admin"`), want{"accepts the token", [4]string{"yes", "yes", "no: "}, true, "more strictly"}},
		"case":          {claim("Sub", `"admin"`), want{"Sub", [4]string{`"admin"`, "", `"admin"`, `"admin"`}, true, "Go struct"}},
		"case, effect":  {claim("Sub", `"admin"`), want{"sub", [4]string{`"alice"`, `"admin"`, `"alice"`, `"alice"`}, true, "different things"}},
		"big integer":   {claim("n", "100002348117421473"), want{"n", [4]string{"100002348117421470", "", "100002348117421470", "100002348117421470"}, true, "as a string"}},
		"too large":     {claim("n", "1e400"), want{"reads the payload", [4]string{"no: ", "yes", "no: ", "yes"}, true, "too large"}},
		"Infinity":      {claim("n", "1e400"), want{"n", [4]string{"", "", "", "Infinity"}, true, "no room"}},
		"exp 0":         {claim("exp", "0"), want{"exp", [4]string{"0", "0", "0", "0"}, true, "never ends"}},
		"crit":          {headerWith(`"crit":["x"],"x":1`), want{"accepts the token", [4]string{"yes", "yes", "no: "}, true, "`crit`"}},
		"ordinary list": {claim("roles", `["a",{"b":[1,true,null]}]`), want{"roles", [4]string{`["a",{"b":[1,true,null]}]`, "", `["a",{"b":[1,true,null]}]`, `["a",{"b":[1,true,null]}]`}, false, ""}},
	} {
		a := newAttempt()
		c.change(a)
		r := a.run(t)
		found := false
		for _, row := range r.Readings(a.policy) {
			if row.Name != c.row {
				continue
			}
			found = true
			for i, v := range c.values {
				if !strings.HasPrefix(row.Values[i], v) {
					t.Errorf("%s: reader %d takes %s for %q, want %q", name, i, row.Name, row.Values[i], v)
				}
			}
			if row.Differ != c.differ || !strings.Contains(row.Why, c.why) || c.why == "" && row.Why != "" {
				t.Errorf("%s: differ %t, %q", name, row.Differ, row.Why)
			}
		}
		if !found {
			t.Errorf("%s: no row %s", name, c.row)
		}
	}
}

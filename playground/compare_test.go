package playground_test

import (
	"encoding/json"
	"strings"
	"testing"

	pg "claimcheck/playground"
)

func TestCompare(t *testing.T) {
	token := func(header, payload, signature string) string {
		return b64(header) + "." + b64(payload) + "." + signature
	}
	const header = `{"alg":"HS256"}`
	base := token(header, `{"sub":"alice","exp":1000,"a":1}`, "AAAA")
	for name, c := range map[string]struct {
		second string
		part   string
		member string
		change pg.Change
		note   string
		said   string
	}{
		"same":      {base, "payload", "sub", pg.Same, "", "character by character"},
		"changed":   {token(header, `{"sub":"bob","exp":1000,"a":1}`, "AAAA"), "payload", "sub", pg.Changed, "", "the signature is the same"},
		"later":     {token(header, `{"sub":"alice","exp":1600,"a":1}`, "AAAB"), "payload", "exp", pg.Changed, "10 min later", "2 parts differ"},
		"earlier":   {token(header, `{"sub":"alice","exp":940,"a":1}`, "AAAB"), "payload", "exp", pg.Changed, "1 min earlier", ""},
		"type":      {token(header, `{"sub":"alice","exp":"1000","a":1}`, "AAAB"), "payload", "exp", pg.Changed, "number became string", ""},
		"added":     {token(header, `{"sub":"alice","exp":1000,"a":1,"b":2}`, "AAAB"), "payload", "b", pg.Added, "", ""},
		"removed":   {token(header, `{"sub":"alice","exp":1000}`, "AAAB"), "payload", "a", pg.Removed, "", ""},
		"order":     {token(header, `{"exp":1000,"sub":"alice","a":1}`, "AAAB"), "payload", "", pg.Changed, "written differently", ""},
		"signature": {token(header, `{"sub":"alice","exp":1000,"a":1}`, "AAAB"), "signature", "", pg.Changed, "", "signed twice"},
		"cut":       {strings.TrimSuffix(base, ".AAAA"), "signature", "", pg.Removed, "", ""},
		"kind":      {base + ".AAAA.AAAA", "tag", "", pg.Added, "", "different kinds"},
	} {
		got := pg.Compare(base, c.second)
		found := false
		for _, d := range got.Rows {
			found = found || d.Part == c.part && d.Name == c.member && d.Change == c.change && strings.Contains(d.Note, c.note)
		}
		if !found || !strings.Contains(got.Sentence, c.said) {
			t.Errorf("%s: %q %+v", name, got.Sentence, got.Rows)
		}
		if _, err := json.Marshal(got); err != nil {
			t.Error(err)
		}
	}
	pg.Compare("", "\xff.~")
}

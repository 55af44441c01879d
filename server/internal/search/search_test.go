package search_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"claimcheck/server/internal/search"
)

func docs() []search.Doc {
	return []search.Doc{
		{Kind: "Glossary", Title: "access token", Text: "What a client shows to an API. It expires after minutes.", Href: "/a"},
		{Kind: "Glossary", Title: "ID token", Text: "Says to a client who logged in. Not for an API.", Href: "/b"},
		{Kind: "Error code", Title: "invalid_grant", Text: "The code was used, or its verifier is another one.", Href: "/c"},
		{Kind: "Flow", Title: "Logout", Text: "Alice logs out at one app, and the other one hears of it.", Href: "/d"},
		{Kind: "Lesson", Title: "Claims", Text: "Tokens have claims: <b> & \"quotes\" \x01 stay as they are.", Href: "/e"},
	}
}

func newIndex(t testing.TB) *search.Index {
	t.Helper()
	x, err := search.New(context.Background(), docs())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func first(t *testing.T, x *search.Index, question string) string {
	t.Helper()
	hits, err := x.Find(t.Context(), question, 3)
	if err != nil {
		t.Fatal(err)
	}
	if len(hits) == 0 {
		return ""
	}
	return hits[0].Href
}

func TestFind(t *testing.T) {
	x := newIndex(t)
	for _, q := range []struct{ name, ask, want string }{
		{"stemmed", "expiring", "/a"},
		{"synonym", "lifetime", "/a"},
		{"synonym_of_a_plural", "lifetimes", "/a"},
		{"stop_words", "what is the id token?", "/b"},
		{"underscore", "invalid_grant", "/c"},
		{"apart", "invalid grant", "/c"},
		{"log_out_apart", "how do I log somebody out", "/d"},
		{"capital_letters", "LOGOUT", "/d"},
		{"accents", "clàims", "/e"},
		{"only_stop_words", "who at", "/b"},
		{"unknown", "zebra", ""},
		{"empty", "", ""},
		{"signs_only", `"*()^:-'`, ""},
	} {
		t.Run(q.name, func(t *testing.T) {
			if got := first(t, x, q.ask); got != q.want {
				t.Errorf("%q finds %q first, want %q", q.ask, got, q.want)
			}
		})
	}
}

// A quotation is pieces of the text; the words of the question are marked, and what
// looks like a mark in a text is none.
func TestFindQuotes(t *testing.T) {
	x := newIndex(t)
	hits, err := x.Find(t.Context(), "token claim", 1)
	if err != nil || len(hits) != 1 {
		t.Fatalf("%v, %v", hits, err)
	}
	var whole, marked []string
	for _, p := range hits[0].Quote {
		whole = append(whole, p.Text)
		if p.Hit {
			marked = append(marked, p.Text)
		}
	}
	if got := strings.Join(whole, ""); !strings.HasPrefix(got, `Tokens have claims: <b> & "quotes"`) {
		t.Errorf("quotation %q", got)
	}
	if got := strings.Join(marked, " "); got != "Tokens claims" {
		t.Errorf("marked %q", got)
	}
}

// An index that was closed says so, and does not crash.
func TestFindAfterClose(t *testing.T) {
	x, err := search.New(t.Context(), docs())
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Find(t.Context(), "token", 3); err == nil {
		t.Error("no error")
	}
}

// A search whose browser has gone away does not take the index along.
func TestFindWithoutABrowser(t *testing.T) {
	x := newIndex(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := x.Find(gone, "token", 3); err != nil {
		t.Error(err)
	}
	if got := first(t, x, "invalid_grant"); got != "/c" {
		t.Errorf("afterwards %q", got)
	}
}

// Many ask at the same time, and each gets the answer to its own question.
func TestFindAtTheSameTime(t *testing.T) {
	x := newIndex(t)
	asked := []struct{ ask, want string }{{"lifetime", "/a"}, {"id token", "/b"}, {"invalid_grant", "/c"}, {"logout", "/d"}, {"claims", "/e"}}
	var all sync.WaitGroup
	for who := range 16 {
		all.Go(func() {
			for i := range 50 {
				q := asked[(who+i)%len(asked)]
				hits, err := x.Find(t.Context(), q.ask, 3)
				if err != nil || len(hits) == 0 || hits[0].Href != q.want {
					t.Errorf("%q: %v, %v; want %q first", q.ask, hits, err, q.want)
					return
				}
			}
		})
	}
	all.Wait()
}

// A word within another one is not that word: a page that explains claims says
// nothing about exp.
func TestFindCountsWords(t *testing.T) {
	all := []search.Doc{
		{Title: "Dates", Text: "Of the many claims of a token that were described on the pages before this one, exp is the one that says when it ends.", Href: "/both"},
		{Title: "Claims", Text: "Claims, explained.", Href: "/explained"},
	}
	for range 20 { // a word that few documents have says more
		all = append(all, search.Doc{Title: "Issuer", Text: "Who made it.", Href: "/iss"})
	}
	x, err := search.New(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	if got := first(t, x, "exp claims"); got != "/both" {
		t.Errorf("found %q first", got)
	}
}

// FuzzFind proves that nothing that is typed reaches FTS5 as syntax.
func FuzzFind(f *testing.F) {
	for _, q := range []string{
		`"`, `"a`, `a" OR "b`, "a AND b", "NEAR(a b, 2)", "title:a", "a*", "^a", "{title also}: a", "-a", "+", "a''b", "--;DROP TABLE doc", "((",
		"\x00", "\xff", "log", "sign in", "client_id.x-y", strings.Repeat("ü", 400), "’’’", "a\"\"b", "sign sign sign in out",
	} {
		f.Add(q)
	}
	x := newIndex(f)
	f.Fuzz(func(t *testing.T, question string) {
		hits, err := x.Find(t.Context(), question, 3)
		if err != nil {
			t.Fatalf("%q: %v", question, err)
		}
		if len(hits) > 3 {
			t.Errorf("%q: %d hits", question, len(hits))
		}
	})
}

package questions

import (
	"strings"
	"testing"
	"testing/fstest"
)

// valid is a file of one question in which nothing is wrong.
const valid = `- id: why-expire
  level: junior
  ask: Why do access tokens expire?
  short: >-
    A token that somebody steals is worth something until it expires, so a short life bounds the harm.
    It also makes the rights in it fresh, since each new token asks the authorization server again.
  long: |
    %LONG%
  points:
    - {says: It bounds theft., words: [[steal, stolen]]}
    - {says: Rights get fresh., words: [[fresh]]}
    - {says: The server is asked again., words: [[again]]}
  flags:
    - {says: It is encrypted., words: [[encrypt]], misconception: M7}
  then:
    - {ask: And then?, key: A refresh token.}
  choice:
    right: {text: It bounds what theft is worth, why: Yes.}
    wrong:
      - {text: The signature gets weak, misconception: M7, why: It does not.}
      - {text: The clock of the API asks for it, misconception: M8, why: No.}
  do: {ask: Get it refused., exercise: jwt/revocation/%TASK%}
  show: {text: See it, href: /flows/code}
  rfc: ["6749 1.4"]
  lesson: jwt/revocation
`

func read(t *testing.T, src string) error {
	t.Helper()
	c, err := course()
	if err != nil {
		t.Fatal(err)
	}
	task := ""
	l, _ := c.Lesson("jwt/revocation")
	for _, e := range l.Exercises {
		if e.UsesWire {
			task = e.ID
		}
	}
	src = strings.NewReplacer("%TASK%", task, "%LONG%", strings.Repeat("steal fresh again ", 40)).Replace(src)
	_, err = Load(fstest.MapFS{"bank/topics.yaml": {Data: []byte("- {id: jwt, title: JWT}\n")}, "bank/jwt.yaml": &fstest.MapFile{Data: []byte(src)}}, c)
	return err
}

func TestLoadReadsAValidBank(t *testing.T) {
	if err := read(t, valid); err != nil {
		t.Fatal(err)
	}
}

func TestLoadReportsWhatIsWrong(t *testing.T) {
	for _, tc := range []struct{ name, old, new, says string }{
		{"id of wrong letters", "id: why-expire", "id: Why", "jwt.yaml:1: "},
		{"id of something else", "id: why-expire", "id: session", "something else is kept under the id"},
		{"an unknown field", "  level:", "  colour: red\n  level:", "jwt.yaml:2: "},
		{"level", "junior", "wizard", `unknown level "wizard"`},
		{"no question", "ask: Why do access tokens expire?", `ask: ""`, "ask is empty"},
		{"too short an answer", "%LONG%", "Short.", "long has 1 words"},
		{"too few points", "    - {says: Rights get fresh., words: [[fresh]]}\n", "", "points has 2 entries"},
		{"no words", "words: [[fresh]]", "words: []", "no words to look for"},
		{"an empty group", "words: [[fresh]]", "words: [[]]", "an empty group"},
		{"a word of nothing", "words: [[fresh]]", `words: [["!"]]`, "has nothing to look for"},
		{"no flags", "    - {says: It is encrypted., words: [[encrypt]], misconception: M7}\n", "", "flags has 0 entries"},
		{"a flag's misconception", "[[encrypt]], misconception: M7", "[[encrypt]], misconception: M999", `unknown misconception "M999"`},
		{"an option without misconception", "misconception: M8, ", "", `unknown misconception ""`},
		{"the right one with a misconception", "why: Yes.", "why: Yes., misconception: M7", "the right option names a misconception"},
		{"one wrong option", "      - {text: The clock of the API asks for it, misconception: M8, why: No.}\n", "", "wrong has 1 entries"},
		{"no exercise", "%TASK%", "nothing", `no exercise "jwt/revocation/nothing"`},
		{"an address of elsewhere", "href: /flows/code", "href: https://example.com", "does not say where it can be shown"},
		{"Markdown in the link's text", "text: See it", "text: See `it`", "is no Markdown"},
		{"an unknown clause", "6749 1.4", "6749 99.9", "cite a section that the index has"},
		{"no clause", `["6749 1.4"]`, "[]", "rfc has 0 entries"},
		{"no such lesson", "lesson: jwt/revocation\n", "lesson: jwt/unknown\n", `no lesson "jwt/unknown"`},
		{"builds on nothing", "lesson: jwt/revocation\n", "lesson: jwt/revocation\n  builds: other\n", `no question "other"`},
		{"raw HTML", "key: A refresh token.", "key: A <b>refresh</b> token.", "raw HTML"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(valid, tc.old) {
				t.Fatalf("the valid bank has no %q", tc.old)
			}
			err := read(t, strings.Replace(valid, tc.old, tc.new, 1))
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("got %v, want %q in it", err, tc.says)
			}
		})
	}
	t.Run("the same id twice", func(t *testing.T) {
		if err := read(t, valid+valid); err == nil || !strings.Contains(err.Error(), "the id is there twice") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a topic without its file", func(t *testing.T) {
		c, err := course()
		if err != nil {
			t.Fatal(err)
		}
		_, err = Load(fstest.MapFS{"bank/topics.yaml": {Data: []byte("- {id: jwt, title: JWT}\n")}}, c)
		if err == nil || !strings.Contains(err.Error(), "jwt.yaml:1: the YAML is empty") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a circle", func(t *testing.T) {
		a := strings.Replace(valid, "lesson: jwt", "builds: b\n  lesson: jwt", 1)
		b := strings.Replace(strings.Replace(valid, "lesson: jwt", "builds: why-expire\n  lesson: jwt", 1), "id: why-expire", "id: b", 1)
		if err := read(t, a+b); err == nil || !strings.Contains(err.Error(), "in a circle") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an easier one that is harder", func(t *testing.T) {
		a := strings.Replace(valid, "lesson: jwt", "builds: b\n  lesson: jwt", 1)
		b := strings.NewReplacer("junior", "senior", "id: why-expire", "id: b").Replace(valid)
		if err := read(t, a+b); err == nil || !strings.Contains(err.Error(), "is harder") {
			t.Errorf("got %v", err)
		}
	})
}

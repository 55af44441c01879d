package lessons

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// sample is the small course of testdata, as files that a test may change.
func sample(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	root := os.DirFS("testdata/course")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(root, path)
		files[path] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

const tour = "start/lab-tour.md"

func TestLoadSample(t *testing.T) {
	c, err := Load(sample(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, ok := c.Lesson("start/lab-tour")
	if !ok || l.Number != "0.1" || len(l.Exercises) != 4 || len(l.TOC) != 3 || len(l.Terms) != 1 {
		t.Fatalf("lesson %+v", l)
	}
	if _, ok := l.Sample("no-token"); !ok {
		t.Error("the request to run is not found")
	}
	if got := c.Misconceptions[0].Lessons; len(got) != 1 || got[0] != l {
		t.Errorf("M15 is corrected by %v", got)
	}
}

// fillTwice is an exercise whose wrong choices were cut at their commas.
const fillTwice = "```exercise\nid: f\nkind: fill\ntitle: T\nask: A\ncolumns: [Form]\nrows:\n  - head: H\n    cells:\n" +
	"      - {id: c, right: r, wrong: [keep it, or not, keep it, and so on], why: w}\nhints: [a, b]\nexplain: E\n" +
	"decoys:\n  - {answer: {c: or not}, says: w}\n  - {answer: {c: keep it}, says: w}\n```\n\n"

// Each mistake that an author can make is reported where it is made. A test
// takes the sample course, makes one mistake, and names the report.
func TestLoadMistakes(t *testing.T) {
	for _, m := range []struct{ name, file, old, new, want string }{
		{"unknown_field", tour, "minutes: 5", "minuts: 5", `unknown field "minuts"; use one of`},
		{"wrong_type", tour, "minutes: 5", "minutes: five", "mend the YAML"},
		{"broken_yaml", tour, "minutes: 5", "minutes: [5", "mend the YAML"},
		{"no_front_matter", tour, "---\nslug", "slug", "no front matter"},
		{"slug_path", tour, "slug: start/lab-tour", "slug: start/tour", `slug "start/tour" is not the file's path`},
		{"title_missing", tour, "title: Knock on the API's door", "title: \"\"", "no title"},
		{"minutes_many", tour, "minutes: 5", "minutes: 11", "11 minutes"},
		{"stamp_unknown", tour, "stamp: Mixed up", "stamp: Wrong", `unknown stamp "Wrong"`},
		{"lead_missing", tour, "lead: StepCloud", "# StepCloud", "no lead"},
		{"stamp_missing", tour, "  stamp: Mixed up\n", "", "no heard.stamp"},
		{"check_missing", tour, "check: wire\n", "", "kind do has no key of its own; name a check: one of "},
		{"needs_unknown", tour, `rfc: ["6750 3"`, "needs: [jwt/claims]\nrfc: [\"6750 3\"", `needs "jwt/claims"`},
		{"rfc_unknown", tour, `"6750 3.1"]`, `"6750 33"]`, `RFC 6750 has no section "33"`},
		{"rfc_inline", tour, "That is what *bearer* means: {{rfc 6750 1.2}}", "That is it: {{rfc 6750 9.9}}", "{{rfc 6750 9.9}}: RFC 6750 has no section"},
		{"misconception_unknown", tour, "misconceptions: [M15]", "misconceptions: [M99]", `unknown misconception "M99"`},
		{"term_unknown", tour, "{{term access token}}", "{{term acces token}}", `unknown term "acces token"`},
		{"directive_unknown", tour, "{{role rs}} is", "{{rolle rs}} is", "unknown {{rolle}}"},
		{"directive_open", tour, "{{role rs}} is", "{{role rs is", "{{ without }}"},
		{"role_unknown", tour, "{{role rs}} is", "{{role api}} is", `unknown role "api"`},
		{"raw_html", tour, "{{role rs}} is an API", "<b>StepCloud</b> is an API", "raw HTML"},
		{"image", tour, "{{role rs}} is an API", "![x](/x.png) is an API", "an image"},
		{"link_outside", tour, "{{role rs}} is an API", "[it](https://example.com) is an API", `link to "https://example.com"`},
		{"link_lesson", tour, "{{role rs}} is an API", "[it](/learn/start/nowhere) is an API", "there is no such lesson"},
		{"link_heading", tour, "{{role rs}} is an API", "[it](#nowhere) is an API", "link to #nowhere"},
		{"heading_level", tour, "## Do it yourself", "#### Do it yourself", "a heading of level 4"},
		{"callout_unknown", tour, ":::predict", ":::guess", "unknown callout :::guess"},
		{"callout_open", tour, "names the error `invalid_token`.\n:::", "names the error `invalid_token`.", ":::predict is never closed"},
		{"fence_language", tour, "```http lab id=no-token expect=401", "```", "a fence without a language"},
		{"fence_attribute", tour, "expect=401", "expects=401", `unknown attribute "expects"`},
		{"sample_id", tour, "id=no-token", "", "has no proper id"},
		{"sample_status", tour, " expect=401", "", "does not say which status"},
		{"sample_request", tour, "expect=401\nGET /rs", "expect=401\nGET rs", "the path does not begin with /"},
		{"kind_unknown", tour, "kind: do", "kind: doo", `unknown kind "doo"`},
		{"check_unknown", tour, "check: wire", "check: wires", `unknown check "wires"`},
		{"check_params", tour, "    - is: StepCloud refused a wrong token", "    - iss: StepCloud refused a wrong token", `unknown field "iss"`},
		{"event_incomplete", tour, "      missing: Send the request as it is, without an Authorization header.\n", "", "an event lacks is or missing"},
		{"pattern_word", tour, "      token: some", "      token: any", `a pattern has "any"`},
		{"hints_few", tour, "  - The second one needs the header Authorization with the word Bearer and any text.\n", "", "needs two hints and has 1"},
		{"decoys_few", tour, "  - {answer: {line: 1}, says: does no harm}\n", "", "needs two decoys and has 1"},
		{"explain_missing", tour, "explain: Ask, code, token.\n", "", "has no explain"},
		{"decoy_says", tour, ", says: may be anything}", "}", "does not say which feedback"},
		{"decoy_item", tour, "{jwt: protocol}, says", "{jwtt: protocol}, says", `answers "jwtt"`},
		{"decoy_choice", tour, "{jwt: protocol}, says", "{jwt: protocols}, says", `answers "jwt" with "protocols", which nobody can choose`},
		{"cell_twice", tour, "## What to remember", fillTwice + "## What to remember", `cell "c" offers a choice twice; give each once`},
		{"card_why", tour, ", why: It says who sends what to whom.", "", "a card lacks"},
		{"card_bucket", tour, "bucket: protocol, why", "bucket: protocols, why", `unknown bucket "protocols"`},
		{"order_few", tour, "  - {id: token, text: The code becomes a token, why: A token is what the code is exchanged for.}\n", "", "has 2 steps to order"},
		{"bug_file", tour, "file: handler.go.txt", "file: other.go.txt", `no file "other.go.txt"`},
		{"bug_line", tour, "  2: {why: This cuts", "  22: {why: This cuts", "line 22 cannot be marked"},
		{"solution_key", tour, "file: handler.go.txt", "file: handler.go.txt\nsolution: {answer: {line: 3}}", "has a key and a solution"},
		{"solution_missing", tour, "solution:\n  steps:\n    - send: GET /rs/main/stepcloud/v1/steps HTTP/1.1\n      expect: 401\n    - send: |\n        GET /rs/main/stepcloud/v1/steps HTTP/1.1\n        Authorization: Bearer wrong\n      expect: 401\n", "", "has no solution"},
		{"script_step", tour, "      - flow: {}\n", "      - flow: {}\n        clock: 5m\n", "a step of a script has 2 of them"},
		{"id_twice", tour, "id: sort-them", "id: order-it", `the id "order-it" is used twice`},
		{"quiz_only", tour, "kind: do", "kind: quiz", "has 0 options"},
		{"order_track", "order.txt", "start: Start here\n", "", "stands under no track"},
		{"order_twice", "order.txt", "start/lab-tour\n", "start/lab-tour\nstart/lab-tour\n", "is listed twice"},
		{"order_file", "order.txt", "start/lab-tour\n", "start/lab-tour\nstart/gone\n", "there is no such file"},
		{"order_unlisted", "order.txt", "start/lab-tour\n", "", "the lesson is in no order"},
		{"glossary_twice", "glossary.yaml", "also: [access tokens]", "also: [Access Token]", `the term "access token" is there twice`},
		{"glossary_see", "glossary.yaml", "see: [start/lab-tour]", "see: [start/x]", `no lesson "start/x"`},
		{"severity", "misconceptions.yaml", "dangerous", "bad", `unknown severity "bad"`},
		{"tempting_missing", "misconceptions.yaml", "  tempting: It looks like a passport.\n", "", "lacks id, claim, tempting or correct"},
		{"see_missing", "misconceptions.yaml", "href: /attacks/expired-token", "href: attacks", "M15 does not say where to see it happen"},
		{"coverage_lesson", "coverage.yaml", "[start/lab-tour]", "[start/x]", `no lesson "start/x"`},
		{"coverage_claim", "coverage.yaml", "[M15]", "[M16]", "none of the statement's lessons corrects M16"},
	} {
		t.Run(m.name, func(t *testing.T) { wantReport(t, m.file, m.old, m.new, m.want) })
	}
}

// wantReport makes one mistake in the sample course, and wants a report that says so
// and what to do.
func wantReport(t *testing.T, file, old, mistake, want string) {
	t.Helper()
	files := sample(t)
	text := string(files[file].Data)
	if !strings.Contains(text, old) {
		t.Fatalf("the sample does not hold %q", old)
	}
	files[file].Data = []byte(strings.Replace(text, old, mistake, 1))
	_, err := Load(files, Options{})
	var all LoadError
	if !errors.As(err, &all) {
		t.Fatalf("error %v, want LoadError", err)
	}
	for _, p := range all {
		if strings.Contains(p.String(), want) {
			if p.Do == "" {
				t.Errorf("%v: does not say what to do", p)
			}
			return
		}
	}
	t.Errorf("no report says %q:\n%v", want, err)
}

// The line of a report is the line of the mistake.
func TestLoadMistakeLines(t *testing.T) {
	for _, m := range []struct{ old, new string }{
		{"minutes: 5", "minuts: 5"},
		{"stamp: Mixed up", "stamp: Wrong"},
		{"{{term access token}}", "{{term acces token}}"},
		{"kind: do", "kind: doo"},
		{"bucket: protocol, why", "bucket: protocols, why"},
		{":::predict", ":::guess"},
		{"expect=401", "expects=401"},
	} {
		files := sample(t)
		text := string(files[tour].Data)
		before, _, _ := strings.Cut(text, m.old)
		line := strings.Count(before, "\n") + 1
		files[tour].Data = []byte(strings.Replace(text, m.old, m.new, 1))
		_, err := Load(files, Options{})
		if want := fmt.Sprintf("%s:%d: ", tour, line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s → %s: no report begins with %s:\n%v", m.old, m.new, want, err)
		}
	}
}

func TestLoadReportsAllMistakes(t *testing.T) {
	files := sample(t)
	text := strings.NewReplacer("minutes: 5", "minutes: 50", "kind: do", "kind: doo", "{{role rs}} is", "{{role api}} is").Replace(string(files[tour].Data))
	files[tour].Data = []byte(text)
	files["coverage.yaml"].Data = []byte("- says: x\n  lessons: [a/b]\n")
	_, err := Load(files, Options{})
	var all LoadError
	if !errors.As(err, &all) || len(all) < 4 {
		t.Errorf("%d reports, want four or more:\n%v", len(all), err)
	}
}

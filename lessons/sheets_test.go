package lessons

import (
	"html/template"
	"strings"
	"testing"
)

const doors = "sheets/doors.md"

// TestSheets: a sheet that is named like a track is the track's, another names its
// lessons; the parts are in order, and their text can be searched.
func TestSheets(t *testing.T) {
	c, err := Load(sample(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Sheets) != 2 {
		t.Fatalf("%d sheets, want 2", len(c.Sheets))
	}
	start, across := c.Sheets[0], c.Sheets[1]
	if start.Track != c.Tracks[0] || c.Tracks[0].Sheet != start || len(start.Lessons) != len(c.Tracks[0].Lessons) {
		t.Errorf("the track's sheet: %+v", start)
	}
	if across.Track != nil || len(across.Lessons) != 1 || across.Lessons[0].Slug != "start/lab-tour" || across.Path() != "/learn/sheets/doors" {
		t.Errorf("the sheet across the tracks: %+v", across)
	}
	if across.Summary != "Which access token opens which door." || !strings.Contains(string(across.Lead), `href="/learn/glossary#access-token"`) {
		t.Errorf("lead %q, %q", across.Lead, across.Summary)
	}
	if got, want := across.Text(), "Which access token opens which door. At the API. What it says Status Code Nothing shown 401 none Elsewhere. See the other sheet, and above."; got != want {
		t.Errorf("text\n%q, want\n%q", got, want)
	}
	if got, ok := c.Sheet("doors"); !ok || got != across {
		t.Error("it is not found by its id")
	}
	if _, ok := c.Sheet("gone"); ok {
		t.Error("one that is not there is found")
	}
}

// TestSheetMistakes: each mistake is reported where it is made.
func TestSheetMistakes(t *testing.T) {
	for _, m := range []struct{ name, file, old, new, want string }{
		{"order_unknown", "sheets/order.txt", "doors", "door", `sheets/order.txt:3: there is no sheet "door"`},
		{"order_twice", "sheets/order.txt", "doors", "start", "or it is listed twice"},
		{"order_missing", "sheets/order.txt", "doors\n", "", "sheets/doors.md: the sheet is in no order"},
		{"front_matter", doors, "---\ntitle", "title", "no front matter"},
		{"unknown_field", doors, "lessons:", "lesson:", `unknown field "lesson"`},
		{"title", doors, "title: Doors", `title: ""`, "title or lead is missing"},
		{"lesson_unknown", doors, "[start/lab-tour]\n---", "[start/x]\n---", `sheets/doors.md:4: no lesson "start/x"`},
		{"lesson_twice", doors, "[start/lab-tour]\n---", "[start/lab-tour, start/lab-tour]\n---", "named twice"},
		{"lesson_none", doors, "lessons: [start/lab-tour]\n", "", "no lesson explains the sheet doors"},
		{"lesson_of_track", "sheets/start.md", "lead: Two", "lessons: [start/lab-tour]\nlead: Two", "the sheet of a track names lessons"},
		{"clause", "sheets/start.md", "6750 3.1", "6750 33", `sheets/start.md:8: {{rfc 6750 33}}: RFC 6750 has no section "33"`},
		{"term", doors, "{{term access token}}", "{{term acces token}}", `sheets/doors.md:3: unknown term "acces token"`},
		{"link_lesson", "sheets/start.md", "/learn/start/lab-tour", "/learn/start/gone", "sheets/start.md:9: link to /learn/start/gone: there is no such lesson"},
		{"link_sheet", doors, "/learn/sheets/start", "/learn/sheets/gone", "link to /learn/sheets/gone: there is no such sheet"},
		{"link_part", doors, "#at-the-api", "#at-the-app", "link to #at-the-app: there is no such heading"},
		{"link_from_lesson", tour, "{{role rs}} is an API", "[it](/learn/sheets/gone) is an API", "start/lab-tour.md:"},
		{"heading", doors, "## Elsewhere", "### Elsewhere", "a heading of level 3 on a sheet"},
		{"exercise", doors, "```compare\n", "```exercise\n", "something to do on a sheet of paper"},
		{"before_heading", doors, "## At the API", "At the API", "text before the first heading"},
	} {
		t.Run(m.name, func(t *testing.T) { wantReport(t, m.file, m.old, m.new, m.want) })
	}
}

// TestContentSheets: every track has a sheet, the four for an interview are there,
// and each rests on clauses.
func TestContentSheets(t *testing.T) {
	c := loadContent(t)
	for _, track := range c.Tracks {
		if track.Sheet == nil {
			t.Errorf("no sheet of the track %s", track.ID)
		}
	}
	for _, id := range []string{"oauth-vs-jwt", "which-token", "validation", "flow-chooser"} {
		if _, ok := c.Sheet(id); !ok {
			t.Errorf("no sheet %s", id)
		}
	}
	for _, s := range c.Sheets {
		var html template.HTML
		for _, p := range s.Parts {
			html += p.HTML
		}
		if n := strings.Count(string(html), `class="cite"`); n < 10 {
			t.Errorf("%s: %d clauses, want ten or more", s.file, n)
		}
		for _, left := range []string{"{{", "}}", "`", ":::"} {
			if strings.Contains(string(html), left) {
				t.Errorf("%s: %q is left in the page", s.file, left)
			}
		}
		for _, w := range s.words {
			if m := banned.FindString(w.text); m != "" {
				t.Errorf("%s:%d: %q; leave it out: %s", s.file, w.line, m, w.text)
			}
		}
	}
}

// TestPlainText: tags and entities go, cells and blocks stay apart.
func TestPlainText(t *testing.T) {
	for _, x := range []struct {
		html template.HTML
		want string
	}{
		{"a <b>bold</b>, <code>c&lt;d</code>", "a bold, c<d"},
		{`<th scope="row">One</th><td>two</td>`, "One two "},
		{"<p>One.</p><p>Two.</p>", "One. Two. "},
		{"one&#8203;two &amp; &#34;three&#34;", `onetwo & "three"`},
		{"no end <b", "no end "},
	} {
		if got := PlainText(x.html); got != x.want {
			t.Errorf("%s: %q, want %q", x.html, got, x.want)
		}
	}
}

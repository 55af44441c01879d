package main

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"claimcheck/lessons"
)

// keepIn starts servers that keep progress in a file.
func keepIn(file string) func(*config) { return func(c *config) { c.keep = file } }

// solve answers the first sort of the course rightly.
func (s *site) solve(t *testing.T, who string) *lessons.Exercise {
	t.Helper()
	s.send(t, http.MethodGet, "/learn", "") // the course is there now
	l, ok := s.course.Lesson("start/two-layers")
	if !ok {
		t.Fatal("the first lesson is gone")
	}
	e := l.Exercises[0]
	if a := s.send(t, http.MethodPost, e.Path(), e.Solution.Answers.Encode(), as(who)); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	return e
}

func (s *site) export(t *testing.T, who string) string {
	t.Helper()
	a := s.send(t, http.MethodGet, progressPath+"/export", "", as(who))
	if a.StatusCode != http.StatusOK || !strings.Contains(a.Header.Get("Content-Disposition"), exportName) || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", a.StatusCode, a.Header)
	}
	return a.body
}

// upload sends the file as the page's form does.
func (s *site) upload(t *testing.T, file string, change ...func(*http.Request)) answer {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", exportName)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(file)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return s.send(t, http.MethodPost, progressPath, b.String(), append(change, header("Content-Type", w.FormDataContentType()))...)
}

// TestProgressSurvivesRestart: the answer, "done" and the verdict are there after
// the server was stopped and started; the cookie lasts as long.
func TestProgressSurvivesRestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data", keptFile)
	s := start(t, keepIn(file))
	e := s.solve(t, somebody)
	a := s.send(t, http.MethodPost, e.Path(), url.Values{"do": {"hint"}}.Encode(), as(somebody))
	if c := a.Header.Get("Set-Cookie"); !strings.Contains(c, learnerCookie+"="+somebody) || !strings.Contains(c, "Max-Age=34560000") {
		t.Errorf("cookie %q", c)
	}
	s.send(t, http.MethodPost, e.Path(), e.Solution.Answers.Encode(), as(somebody))
	s.stop()
	<-s.ended

	s = start(t, keepIn(file))
	page := s.send(t, http.MethodGet, e.Lesson.Path(), "", as(somebody)).body
	if !strings.Contains(page, `data-status="pass">done<`) || !strings.Contains(page, ">right<") || !strings.Contains(page, "over a restart too") {
		t.Error("done, the verdict or where it is kept is not on the page")
	}
	if strings.Contains(s.send(t, http.MethodGet, "/learn", "", as(other)).body, "You have done") {
		t.Error("another browser has done it too")
	}
}

// TestProgressMovesToAnotherBrowser: who lost the cookie imports the export.
func TestProgressMovesToAnotherBrowser(t *testing.T) {
	s := start(t)
	e := s.solve(t, somebody)
	file := s.export(t, somebody)
	var got lessons.Transfer
	if err := json.Unmarshal([]byte(file), &got); err != nil || !got.Exercises[e.Path()].Done {
		t.Fatalf("%v in %s", err, file)
	}
	if a := s.upload(t, file, as(other)); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), progressPath+"?done=import") {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if a := s.export(t, other); !strings.Contains(a, e.Path()) {
		t.Errorf("after the import: %s", a)
	}
	a := s.send(t, http.MethodPost, progressPath+"/undo", "do=undo", as(other))
	if a.StatusCode != http.StatusSeeOther || strings.Contains(s.export(t, other), e.Path()) {
		t.Error("it cannot be taken back")
	}
}

// TestProgressImportRefused: a bad file is told of on the page, and nothing is lost.
func TestProgressImportRefused(t *testing.T) {
	s := start(t)
	s.solve(t, somebody)
	before := s.send(t, http.MethodGet, "/learn", "", as(somebody)).body
	for name, c := range map[string]struct {
		file, want string
		status     int
	}{
		"empty":   {"", "No file was chosen", http.StatusUnprocessableEntity},
		"foreign": {`{"format":"har"}`, "no progress", http.StatusUnprocessableEntity},
		"cut":     {s.export(t, somebody)[:60], "breaks at byte", http.StatusUnprocessableEntity},
		"markup":  {`{"format":"<script>"}`, "&lt;script&gt;", http.StatusUnprocessableEntity},
		"large":   {strings.Repeat(" ", lessons.MaxTransfer+1), "larger than 4 MiB", http.StatusUnprocessableEntity},
		"huge":    {strings.Repeat(" ", maxImport), "larger than 4 MiB", http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			a := s.upload(t, c.file, as(somebody))
			if a.StatusCode != c.status || !strings.Contains(a.body, c.want) {
				t.Errorf("%d, without %q", a.StatusCode, c.want)
			}
			if s.send(t, http.MethodGet, "/learn", "", as(somebody)).body != before {
				t.Error("something was changed")
			}
		})
	}
	if a := s.send(t, http.MethodPost, progressPath, "file=x", as(somebody)); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a form without a file: %d", a.StatusCode)
	}
}

// TestProgressReset: a lesson, a track and the whole course are asked for first,
// done after, and can be taken back.
func TestProgressReset(t *testing.T) {
	s := start(t)
	e := s.solve(t, somebody)
	for _, of := range []string{"start/two-layers", "start", everything} {
		t.Run(of, func(t *testing.T) {
			path := progressPath + "/reset?of=" + url.QueryEscape(of)
			if a := s.send(t, http.MethodGet, path, "", as(somebody)); a.StatusCode != http.StatusOK || !strings.Contains(a.body, `name="of" value="`+of+`"`) {
				t.Fatalf("it is not asked: %d", a.StatusCode)
			}
			if !strings.Contains(s.export(t, somebody), e.Path()) {
				t.Fatal("asking did it")
			}
			s.send(t, http.MethodPost, progressPath+"/reset", "of="+url.QueryEscape(of), as(somebody))
			if strings.Contains(s.export(t, somebody), e.Path()) {
				t.Error("it is not started over")
			}
			if a := s.send(t, http.MethodGet, path, "", as(somebody)); !strings.Contains(a.body, "nothing to forget") {
				t.Error("nothing is asked about")
			}
			s.send(t, http.MethodPost, progressPath+"/undo", "do=undo", as(somebody))
			if !strings.Contains(s.export(t, somebody), e.Path()) {
				t.Error("there is no way back")
			}
		})
	}
	s.send(t, http.MethodPost, progressPath+"/reset", "of=jwt", as(somebody))
	if !strings.Contains(s.export(t, somebody), e.Path()) {
		t.Error("another track was started over")
	}
	if a := s.send(t, http.MethodGet, progressPath+"/reset?of=nowhere", "", as(somebody)); a.StatusCode != http.StatusNotFound {
		t.Errorf("what is not there: %d", a.StatusCode)
	}
}

// TestProgressFileAtFault: the site runs, remembers, and says on the page and in
// the log what is wrong. The file stays as it is.
func TestProgressFileAtFault(t *testing.T) {
	folder := t.TempDir()
	damaged := filepath.Join(folder, "damaged.db")
	if err := os.WriteFile(damaged, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	used := filepath.Join(folder, "used.db")
	first := start(t, keepIn(used))
	first.solve(t, other)
	for name, c := range map[string]struct{ file, want string }{
		"damaged":   {damaged, "is damaged"},
		"in use":    {used, "Another Claimcheck"},
		"unwritten": {filepath.Join(damaged, "below-a-file.db"), "cannot be written"},
	} {
		t.Run(name, func(t *testing.T) {
			before, _ := os.ReadFile(c.file)
			s := start(t, keepIn(c.file))
			e := s.solve(t, somebody)
			for _, path := range []string{"/learn", progressPath} {
				if a := s.send(t, http.MethodGet, path, "", as(somebody)); a.StatusCode != http.StatusOK || !strings.Contains(a.body, c.want) || !strings.Contains(a.body, "until the server stops") {
					t.Errorf("%s: %d, and it does not say %q", path, a.StatusCode, c.want)
				}
			}
			if !strings.Contains(s.send(t, http.MethodGet, e.Lesson.Path(), "", as(somebody)).body, "not on the disk") {
				t.Error("the lesson does not say it")
			}
			if !strings.Contains(s.export(t, somebody), e.Path()) {
				t.Error("the answer is not remembered")
			}
			if log := s.log.String(); strings.Count(log, "progress is kept in memory only") != 1 {
				t.Errorf("log: %s", log)
			}
			if after, _ := os.ReadFile(c.file); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
	if !strings.Contains(first.export(t, other), "two-layers") {
		t.Error("the first server lost something")
	}
}

// TestDataFile: where progress is, by system and by what the user says.
func TestDataFile(t *testing.T) {
	home := map[string]string{"HOME": "/home/alice", "LocalAppData": `/Users/Alice`}
	xdg := map[string]string{"HOME": "/home/alice", "XDG_DATA_HOME": "/data"}
	relative := map[string]string{"HOME": "/home/alice", "XDG_DATA_HOME": "data"}
	for name, c := range map[string]struct {
		folder, goos string
		env          map[string]string
		want         string
	}{
		"none":     {"none", "linux", home, ""},
		"named":    {"/srv/class", "linux", home, "/srv/class/progress.db"},
		"linux":    {"", "linux", home, "/home/alice/.local/share/claimcheck/progress.db"},
		"xdg":      {"", "linux", xdg, "/data/claimcheck/progress.db"},
		"relative": {"", "linux", relative, "/home/alice/.local/share/claimcheck/progress.db"},
		"darwin":   {"", "darwin", home, "/home/alice/Library/Application Support/claimcheck/progress.db"},
		"windows":  {"", "windows", home, "/Users/Alice/claimcheck/progress.db"},
		"homeless": {"", "linux", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := filepath.ToSlash(dataFile(c.folder, c.goos, func(name string) string { return c.env[name] })); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ownFolder writes a folder for -lessons: the lesson of the lessons' testdata, in a
// track of its own, changed as asked.
func ownFolder(t *testing.T, old, replaced string) string {
	t.Helper()
	text, err := os.ReadFile("../lessons/testdata/course/start/lab-tour.md")
	if err != nil {
		t.Fatal(err)
	}
	beside, err := os.ReadFile("../lessons/testdata/course/start/lab-tour/handler.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte("start/lab-tour"), []byte("ws/door"))
	if !bytes.Contains(text, []byte(old)) {
		t.Fatalf("the lesson has no %q", old)
	}
	text = bytes.Replace(text, []byte(old), []byte(replaced), 1)
	folder := t.TempDir()
	for name, data := range map[string][]byte{"order.txt": []byte("ws: Our workshop\nws/door\n"), "ws/door.md": text, "ws/door/handler.go.txt": beside} {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestLessonsOfOnesOwn: a folder of -lessons is on the map and has its pages; its
// exercise is answered and counted.
func TestLessonsOfOnesOwn(t *testing.T) {
	folder := ownFolder(t, "minutes: 5", "minutes: 6")
	s := start(t, func(c *config) { c.lessons = folder })
	if a := s.look(t, "/learn"); !strings.Contains(a.body, "Our workshop") || !strings.Contains(a.body, `href="/learn/ws/door"`) {
		t.Error("the map has no such track")
	}
	if a := s.look(t, "/learn/ws/door"); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "6 minutes") {
		t.Errorf("the lesson: %d", a.StatusCode)
	}
	if a := s.look(t, "/search?q=knock+on+the+door"); !strings.Contains(a.body, "/learn/ws/door") {
		t.Error("the search does not find it")
	}
}

// TestLessonsFolderMustBeOne: what is no folder of lessons ends the start with the
// flag's name.
func TestLessonsFolderMustBeOne(t *testing.T) {
	for _, folder := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		c := config{addr: "localhost:0", lessons: folder}
		if err := c.validate(); err == nil || !strings.Contains(err.Error(), "-lessons") {
			t.Errorf("%v", err)
		}
	}
	c := config{addr: "localhost:0", lessons: ownFolder(t, "", "")}
	if err := c.validate(); err != nil {
		t.Error(err)
	}
}

// TestCheckProvesOwnLessons: -check runs the exercises of -lessons, and names the
// file of one that is not so.
func TestCheckProvesOwnLessons(t *testing.T) {
	for _, tc := range []struct{ old, replaced, want string }{
		{"minutes: 5", "minutes: 6", ""},
		{"expect=401", "expect=200", "ws/door.md:"},
	} {
		folder := ownFolder(t, tc.old, tc.replaced)
		s := start(t, func(c *config) { c.lessons = folder })
		err := (&checkup{world: s.world, site: s.server}).ownLessons(t.Context())
		switch {
		case tc.want == "" && err != nil:
			t.Errorf("a sound lesson: %v", err)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), filepath.ToSlash(folder)+"/"+tc.want)):
			t.Errorf("an unsound lesson: %v, want %s in it", err, tc.want)
		}
	}
}

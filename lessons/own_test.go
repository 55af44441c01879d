package lessons

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
)

// ownLessons is an instructor's folder: the lesson of testdata in a track of its own,
// with the file beside it and a term.
func ownLessons(t *testing.T) fstest.MapFS {
	t.Helper()
	from := sample(t)
	lesson := bytes.ReplaceAll(from[tour].Data, []byte("start/lab-tour"), []byte("ws/door"))
	lesson = bytes.Replace(lesson, []byte("{{term access token}}"), []byte("{{term doorman}}"), 1)
	return fstest.MapFS{
		"order.txt":              {Data: []byte("# mine\nws: Our workshop\nws/door\n")},
		"ws/door.md":             {Data: lesson},
		"ws/door/handler.go.txt": from["start/lab-tour/handler.go.txt"],
		"glossary.yaml":          {Data: []byte("- {term: doorman, says: Who opens., see: [ws/door]}\n")},
	}
}

// TestOwnLessons: they come after ours, with their terms and files, and are proved
// like ours.
func TestOwnLessons(t *testing.T) {
	c, err := Load(sample(t), Options{Own: ownLessons(t), OwnName: "mine"})
	if err != nil {
		t.Fatal(err)
	}
	l, ok := c.Lesson("ws/door")
	if !ok || l.Number != "1.1" || !l.OfInstructor() || l.Prev == nil || l.Prev.Slug != "start/lab-tour" || l.Prev.OfInstructor() {
		t.Fatalf("%+v", l)
	}
	if len(c.Tracks) != 2 || c.Tracks[1].Title != "Our workshop" {
		t.Errorf("tracks %v", c.Tracks)
	}
	if len(l.Terms) != 1 || l.Terms[0].Name != "doorman" || l.Terms[0].See[0] != l {
		t.Errorf("terms %+v", l.Terms)
	}
	wrong, err := newBench(t).Prove(t.Context(), l)
	if err != nil || len(wrong) > 0 {
		t.Errorf("%v %v", wrong, err)
	}
}

// TestOwnMistakes: a mistake in the instructor's folder is reported with the folder's
// own name, and one in a track of ours is refused.
func TestOwnMistakes(t *testing.T) {
	for _, tc := range []struct{ name, file, old, new, want string }{
		{"front matter", "ws/door.md", "minutes: 5", "minutes: 50", "my/lessons/ws/door.md:5: 50 minutes"},
		{"an unlisted lesson", "order.txt", "ws/door\n", "", "my/lessons/ws/door.md: the lesson is in no order"},
		{"a lesson that is not there", "order.txt", "ws/door\n", "ws/door\nws/gone\n", "my/lessons/ws/gone.md: there is no such file"},
		{"a track of ours", "order.txt", "ws: Our workshop", "start: Mine", `my/lessons/order.txt:2: there is a track "start" already`},
		{"a term of ours", "glossary.yaml", "term: doorman", "term: access token", `my/lessons/glossary.yaml:1: the term "access token" is there twice`},
		{"a term's lesson", "glossary.yaml", "see: [ws/door]", "see: [ws/none]", `my/lessons/glossary.yaml:1: see: no lesson "ws/none"`},
		{"the file beside it", "ws/door.md", "file: handler.go.txt", "file: other.go.txt", "put it into the folder my/lessons/ws/door"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := ownLessons(t)
			text := string(files[tc.file].Data)
			if !strings.Contains(text, tc.old) {
				t.Fatalf("%s has no %q", tc.file, tc.old)
			}
			files[tc.file] = &fstest.MapFile{Data: []byte(strings.Replace(text, tc.old, tc.new, 1))}
			_, err := Load(sample(t), Options{Own: files, OwnName: "my/lessons"})
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), ownPrefix) {
				t.Errorf("got %v, want %q in it", err, tc.want)
			}
		})
	}
}

// TestProveFindsWhatIsNotSo: a lesson that says what does not happen is found out,
// in each of its claims.
func TestProveFindsWhatIsNotSo(t *testing.T) {
	b := newBench(t)
	for _, tc := range []struct{ name, old, new, want string }{
		{"a request's answer", "expect=401", "expect=200", "answered 401"},
		{"a solution", "Authorization: Bearer wrong\n", "\n", "the solution does not solve it"},
		{"a decoy's feedback", "says: may be anything", "says: else", `the decoy's feedback lacks "else". It is: `},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := ownLessons(t)
			text := string(files["ws/door.md"].Data)
			if !strings.Contains(text, tc.old) {
				t.Fatalf("no %q", tc.old)
			}
			files["ws/door.md"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(text, tc.old, tc.new))}
			c, err := Load(sample(t), Options{Own: files, OwnName: "mine"})
			if err != nil {
				t.Fatal(err)
			}
			l, _ := c.Lesson("ws/door")
			wrong, err := b.Prove(t.Context(), l)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(wrong.Error(), tc.want) {
				t.Errorf("got %v, want %q in it", wrong, tc.want)
			}
		})
	}
}

package questions

import (
	"go/format"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTakeHome(t *testing.T) {
	c, err := course()
	if err != nil {
		t.Fatal(err)
	}
	h, err := LoadTakeHome(Content(), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Faults) != 9 || h.Drilled() < 6 || h.Drilled() == 9 {
		t.Errorf("%d faults, %d of them for the drill", len(h.Faults), h.Drilled())
	}
	for _, f := range h.Faults {
		if strings.Contains(h.Solution, f.Code) && f.ID != "aud" && f.ID != "redirect" { // there a line is missing
			t.Errorf("%s: line %d is in the mended program too: %s", f.ID, f.Line, f.Code)
		}
	}
	for name, text := range map[string]string{"client.go.txt": h.Client, "solution.go.txt": h.Solution} {
		if out, err := format.Source([]byte(text)); err != nil || string(out) != text {
			t.Errorf("%s is not formatted: %v", name, err)
		}
	}
	if n := h.Lines(); n < 200 || n > 320 {
		t.Errorf("the program has %d lines", n)
	}
	// The candidate gets the versions that the programs are tested with.
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(h.GoMod) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "go ") || strings.Contains(line, " v") {
			if !strings.Contains(string(mod), line+"\n") {
				t.Errorf("the module itself has another %q", line)
			}
		}
	}
}

func TestTakeHomeReportsWhatIsWrong(t *testing.T) {
	c, err := course()
	if err != nil {
		t.Fatal(err)
	}
	const good = `faults:
  - {id: a, title: A, at: two, wrong: It., why: So., rfc: "6749 10.12", drill: [az_state_wrong], lesson: oauth/state, mend: Do.}
more: [Else.]
`
	with := func(key string) fstest.MapFS {
		return fstest.MapFS{"client.go.txt": {Data: []byte("one\n  two 2\nthree\n")}, "key.yaml": {Data: []byte(key)}}
	}
	h, err := takeHome(with(good), c)
	if err != nil || h.Faults[0].Line != 2 || h.Faults[0].Code != "two 2" || h.Faults[0].Spec.Section != "10.12" || len(h.More) != 1 {
		t.Fatalf("%+v, %v", h, err)
	}
	for _, tc := range []struct{ old, new, says string }{
		{"title: A", `title: ""`, "incomplete"},
		{"mend: Do.", `mend: ""`, "incomplete"},
		{"at: two", "at: four", "does not have"},
		{"at: two", "at: e", "does not have"}, // twice
		{"10.12", "99.99", "cite a section that the index has"},
		{"az_state_wrong", "az_nothing", "the drill has no"},
		{"az_state_wrong", "tok_refresh_rotates", "the drill has no"},
		{"oauth/state", "oauth/nothing", "no lesson"},
		{"why:", "because:", "because"},
	} {
		_, err := takeHome(with(strings.Replace(good, tc.old, tc.new, 1)), c)
		if err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%q for %q: %v", tc.new, tc.old, err)
		}
	}
	if _, err := takeHome(with(strings.Replace(good, "more:", strings.SplitAfter(good, "\n")[1]+"more:", 1)), c); err == nil {
		t.Error("the same id twice was taken")
	}
}

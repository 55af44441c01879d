package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// written is a closed file with a hundred states of alice.
func written(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "progress.db")
	d := mustOpen(t, path)
	all := map[string][]byte{}
	for n := range 100 {
		all["/learn/"+strconv.Itoa(n)] = []byte(keptAs(n))
	}
	if err := d.Save(t.Context(), "alice", all); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRefused: a file that is not whole and ours is told of, and left as it is.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		want  error
		spoil func(b []byte) []byte
	}{
		"no database":   {ErrDamaged, func(b []byte) []byte { return bytes.Repeat([]byte("text"), len(b)/4) }},
		"cut":           {ErrDamaged, func(b []byte) []byte { return b[:len(b)/2] }},
		"a page is new": {ErrDamaged, func(b []byte) []byte { clear(b[3*pageSize : 4*pageSize]); return b }},
		"foreign":       {ErrForeign, func(b []byte) []byte { copy(b[68:], "gpkg"); return b }},
		"unmarked":      {ErrForeign, func(b []byte) []byte { copy(b[68:], "\x00\x00\x00\x00"); return b }},
		"newer":         {ErrNewer, func(b []byte) []byte { copy(b[60:], "\x00\x00\x00\x63"); return b }},
	} {
		t.Run(name, func(t *testing.T) {
			path := written(t)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			b = c.spoil(b)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := open(t, path); !errors.Is(err, c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%v, want %v", err, c.want)
			}
			after, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(after, b) {
				t.Error("the file was changed")
			}
		})
	}
}

// TestNotWritable: no folder can be made, no file, or the file is not ours to write.
func TestNotWritable(t *testing.T) {
	path := written(t)
	for name, path := range map[string]string{
		"below a file": filepath.Join(path, "progress.db"),
		"a folder":     filepath.Dir(path),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := open(t, path); !errors.Is(err, ErrReadOnly) {
				t.Errorf("%v, want %v", err, ErrReadOnly)
			}
		})
	}
}

// TestFull: what finds no room is refused as a whole, what was there stays, and
// when there is room again it goes on.
func TestFull(t *testing.T) {
	d := mustOpen(t, written(t))
	if _, err := d.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil { // no more than there are
		t.Fatal(err)
	}
	before := load(t, d, "alice")
	more := map[string][]byte{"/learn/0": []byte(`{}`), "/learn/more": []byte(`{"draft":"` + strings.Repeat("x", 40*pageSize) + `"}`)}
	if err := d.Save(t.Context(), "alice", more); !errors.Is(err, ErrFull) {
		t.Fatalf("%v, want %v", err, ErrFull)
	}
	if diff := cmp.Diff(before, load(t, d, "alice")); diff != "" {
		t.Errorf("half of it was written: %s", diff)
	}
	if _, err := d.conn.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", maxPages)); err != nil {
		t.Fatal(err)
	}
	if err := d.Save(t.Context(), "alice", more); err != nil || len(load(t, d, "alice")) != 101 {
		t.Errorf("with room again: %v", err)
	}
}

// TestMigrate: a file of the first schema is brought to a later one with what is in
// it; a step that fails changes nothing, and is done at the next start.
func TestMigrate(t *testing.T) {
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	d := mustOpen(t, written(t))
	before := load(t, d, "alice")
	at := int64(len(steps))
	broken := slices.Concat(steps, []string{"CREATE TABLE card (id TEXT) STRICT; UPDATE state SET kept = '{}'; CREATE TABLE card (id TEXT)"})
	if err := d.migrateBy(t.Context(), broken); err == nil {
		t.Fatal("a step that cannot be done is done")
	}
	if n, err := d.number(t.Context(), "PRAGMA user_version"); n != at || err != nil {
		t.Errorf("after it the schema is %d, %v", n, err)
	}
	if diff := cmp.Diff(before, load(t, d, "alice")); diff != "" {
		t.Errorf("half of the step was done: %s", diff)
	}
	mended := slices.Concat(steps, []string{"CREATE TABLE card (id TEXT) STRICT", "ALTER TABLE state ADD COLUMN stars INTEGER NOT NULL DEFAULT 3"})
	for range 2 { // the second time there is nothing to do
		if err := d.migrateBy(t.Context(), mended); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := d.number(t.Context(), "SELECT count(*) FROM state WHERE stars = 3"); n != int64(len(before)) || err != nil {
		t.Errorf("%d states came along, want %d: %v", n, len(before), err)
	}
	if err := d.migrateBy(t.Context(), steps); !errors.Is(err, ErrNewer) {
		t.Errorf("an older program: %v", err)
	}
}

// TestAway: who has been away for longer than a cookie lives goes, and of too many
// the one who has been away longest. Who is here stays.
func TestAway(t *testing.T) {
	d := mustOpen(t, written(t))
	start := d.now()
	at := func(after time.Duration) { d.now = func() time.Time { return start.Add(after) } }
	save(t, d, "bob", "/learn/1", `{}`)
	at(maxAway)
	save(t, d, "bob", "/learn/1", `{"done":true}`)
	at(maxAway + 2*seenEvery)
	save(t, d, "carol", "/learn/1", `{}`)
	if len(load(t, d, "alice")) != 0 || len(load(t, d, "bob")) != 1 {
		t.Error("alice has been away for too long, bob has not")
	}
	if n, err := d.number(t.Context(), "SELECT count(*) FROM state"); n != 2 || err != nil {
		t.Errorf("%d states, want bob's and carol's: %v", n, err)
	}
	if _, err := d.conn.ExecContext(t.Context(), `INSERT INTO learner (id, seen)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT 'learner ' || i, ? FROM n`,
		maxLearners-2, d.now().Unix()); err != nil {
		t.Fatal(err)
	}
	save(t, d, "dave", "/learn/1", `{}`)
	if n, err := d.number(t.Context(), "SELECT count(*) FROM learner"); n != maxLearners || err != nil {
		t.Errorf("%d learners: %v", n, err)
	}
	if len(load(t, d, "bob")) != 0 || len(load(t, d, "carol")) != 1 || len(load(t, d, "dave")) != 1 {
		t.Error("bob has been away longest and goes; carol and dave are here")
	}
}

// TestFullOfOthers: at the file's limit the one who has been away longest goes for
// who is here. A disk that is full costs nobody anything.
func TestFullOfOthers(t *testing.T) {
	d := mustOpen(t, written(t))
	start := d.now()
	long := `{"draft":"` + strings.Repeat("x", 40*pageSize) + `"}`
	for i, who := range []string{"bob", "carol"} {
		d.now = func() time.Time { return start.Add(time.Duration(i+1) * seenEvery) }
		save(t, d, who, "/learn/1", long)
	}
	save(t, d, "alice", "/learn/1", `{}`) // she is here now, and bob was not
	if d.makeRoom(t.Context(), key("dave")) {
		t.Error("far from the file's limit somebody had to go")
	}
	if _, err := d.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil { // no more than there are
		t.Fatal(err)
	}
	d.now = func() time.Time { return start.Add(5 * seenEvery) }
	save(t, d, "dave", "/learn/1", long)
	for who, want := range map[string]int{"alice": 100, "bob": 0, "carol": 1, "dave": 1} {
		if got := len(load(t, d, who)); got != want {
			t.Errorf("%s has %d states, want %d", who, got, want)
		}
	}
}

// TestForget: nothing of who is forgotten is in the files, and everything of others.
func TestForget(t *testing.T) {
	d := mustOpen(t, written(t))
	save(t, d, "bob", "/learn/1", `{"draft":"REMEMBERED"}`)
	save(t, d, "bob", "/learn/1", `{"draft":"AGAIN"}`)
	if err := d.Forget(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	if err := d.Forget(t.Context(), "nobody"); err != nil {
		t.Error(err)
	}
	if len(load(t, d, "bob")) != 0 || len(load(t, d, "alice")) != 100 {
		t.Error("bob is there, or alice is not")
	}
	for _, end := range []string{"", "-wal"} {
		raw, err := os.ReadFile(d.Path() + end)
		if err != nil && end == "" {
			t.Fatal(err)
		}
		for _, word := range []string{"REMEMBERED", "AGAIN", key("bob")} {
			if bytes.Contains(raw, []byte(word)) {
				t.Errorf("progress.db%s has %s", end, word)
			}
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.Forget(t.Context(), "alice"); !errors.Is(err, errClosed) {
		t.Errorf("after Close: %v", err)
	}
}

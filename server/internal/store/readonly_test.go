package store

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// openReading opens the file as one that cannot be written.
func openReading(t *testing.T, path string) (*DB, error) {
	t.Helper()
	return Open(t.Context(), Config{Path: path, ReadOnly: true})
}

// folder is every file of a folder with what is in it.
func folder(t *testing.T, path string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(path, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(b)
	}
	return out
}

// onlyRead tries everything with a database that is only read.
func onlyRead(t *testing.T, d *DB, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, load(t, d, "alice")); diff != "" || !d.ReadOnly() {
		t.Errorf("read-only is %t, and what is read differs: %s", d.ReadOnly(), diff)
	}
	if err := d.Save(t.Context(), "alice", map[string][]byte{"/learn/0": nil}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("saving: %v", err)
	}
	if err := d.Forget(t.Context(), "alice"); !errors.Is(err, ErrReadOnly) {
		t.Errorf("forgetting: %v", err)
	}
	if diff := cmp.Diff(want, load(t, d, "alice")); diff != "" {
		t.Errorf("something was changed: %s", diff)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if _, err := d.Load(t.Context(), "alice"); err == nil {
		t.Error("a closed one is read")
	}
}

// TestReadOnly: what is there is read, nothing is written, and nothing is left beside
// the file.
func TestReadOnly(t *testing.T) {
	path := written(t)
	d := mustOpen(t, path)
	want := load(t, d, "alice")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	before := folder(t, filepath.Dir(path))
	d, err := openReading(t, path)
	if err != nil {
		t.Fatal(err)
	}
	onlyRead(t, d, want)
	if !maps.Equal(before, folder(t, filepath.Dir(path))) {
		t.Error("the folder is not as it was")
	}
}

// TestReadOnlyAfterAKill: what a killed process left in its log is read too.
func TestReadOnlyAfterAKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "progress.db")
	w := startWriter(t, path)
	for range 20 {
		w.line()
	}
	last := w.kill(t, 0)
	before := folder(t, filepath.Dir(path))
	if before["progress.db-wal"] == "" {
		t.Fatal("the killed process left no log")
	}
	d, err := openReading(t, path)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	got := load(t, d, "alice")
	for n := 1; n <= max(last, len(got)); n++ { // one write may have been under way
		want["/learn/"+strconv.Itoa(n)] = keptAs(n)
	}
	onlyRead(t, d, want)
	if !maps.Equal(before, folder(t, filepath.Dir(path))) {
		t.Error("the folder is not as it was")
	}
}

// TestReadOnlyRefused: what cannot be read is refused for its own reason.
func TestReadOnlyRefused(t *testing.T) {
	path := written(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		want  error
		spoil func(b []byte) []byte
	}{
		"damaged": {ErrDamaged, func(b []byte) []byte { return b[:len(b)/2] }},
		"foreign": {ErrForeign, func(b []byte) []byte { copy(b[68:], "gpkg"); return b }},
		"newer":   {ErrNewer, func(b []byte) []byte { copy(b[60:], "\x00\x00\x00\x63"); return b }},
		"older":   {ErrReadOnly, func(b []byte) []byte { copy(b[60:], "\x00\x00\x00\x00"); return b }},
		"empty":   {ErrReadOnly, func([]byte) []byte { return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "progress.db")
			if err := os.WriteFile(path, c.spoil([]byte(string(good))), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := openReading(t, path); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	if _, err := openReading(t, path+".not-there"); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a file that is not there: %v", err)
	}
}

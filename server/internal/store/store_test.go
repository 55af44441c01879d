package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func open(t *testing.T, path string) (*DB, error) {
	t.Helper()
	return Open(t.Context(), Config{Path: path, Now: func() time.Time { return time.Unix(1_767_225_600, 0) }})
}

func mustOpen(t *testing.T, path string) *DB {
	t.Helper()
	d, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func save(t *testing.T, d *DB, who, path, kept string) {
	t.Helper()
	if err := d.Save(t.Context(), who, map[string][]byte{path: []byte(kept)}); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, d *DB, who string) map[string]string {
	t.Helper()
	raw, err := d.Load(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for path, kept := range raw {
		out[path] = string(kept)
	}
	return out
}

// TestKept: what was saved is there after the file was opened again, each
// learner's own.
func TestKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sub folder", "a ?#% name.db")
	d := mustOpen(t, path)
	save(t, d, "alice", "jwt/anatomy/parts", `{"done":true}`)
	save(t, d, "alice", "jwt/anatomy/draft", `{"draft":"1"}`)
	save(t, d, "alice", "jwt/anatomy/draft", `{"draft":"2"}`)
	save(t, d, "bob", "jwt/anatomy/parts", `{"done":false}`)
	if err := d.Save(t.Context(), "bob", map[string][]byte{"jwt/anatomy/parts": nil}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Load(t.Context(), "alice"); !errors.Is(err, errClosed) {
		t.Errorf("Load after Close: %v", err)
	}
	again := mustOpen(t, path)
	want := map[string]string{"jwt/anatomy/parts": `{"done":true}`, "jwt/anatomy/draft": `{"draft":"2"}`}
	if diff := cmp.Diff(want, load(t, again, "alice")); diff != "" {
		t.Error(diff)
	}
	if got := load(t, again, "bob"); len(got) != 0 {
		t.Errorf("bob's forgotten state: %v", got)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read the file: %v", info.Mode())
	}
}

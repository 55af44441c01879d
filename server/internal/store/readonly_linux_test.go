package store

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// asNobody runs it without the rights of root, on a thread that ends with it.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread is gone after it
		if os.Geteuid() == 0 {
			if err := syscall.Setfsuid(65534); err != nil {
				t.Error(err)
				return
			}
		}
		do()
	}()
	<-done
}

// TestWithoutTheRight: a file or a folder that this user may not write is read.
func TestWithoutTheRight(t *testing.T) {
	for name, modes := range map[string]struct{ file, folder os.FileMode }{
		"file":   {0o444, 0o777},
		"folder": {0o444, 0o555},
	} {
		t.Run(name, func(t *testing.T) {
			path := written(t)
			d := mustOpen(t, path)
			want := load(t, d, "alice")
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			for at, mode := range map[string]os.FileMode{path: modes.file, filepath.Dir(path): modes.folder, filepath.Dir(filepath.Dir(path)): 0o755} {
				if err := os.Chmod(at, mode); err != nil {
					t.Fatal(err)
				}
			}
			t.Cleanup(func() { _ = os.Chmod(filepath.Dir(path), 0o700) })
			asNobody(t, func() {
				d, err := open(t, path)
				if err != nil {
					t.Error(err)
					return
				}
				onlyRead(t, d, want)
			})
		})
	}
}

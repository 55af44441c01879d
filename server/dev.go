package main

import (
	"crypto/rand"
	"io"
	"io/fs"
	"os"
	"time"
)

// wallClock and entropy are the outside world. Everything else gets its clock
// and its randomness as a parameter.
func wallClock() time.Time { return time.Now() } //nolint:forbidigo // the one place that reads the clock

func entropy() io.Reader { return rand.Reader }

// webFiles are the files of the pages: from the tree in -dev, else nil, which
// means those in the binary.
func (s *server) webFiles() fs.FS {
	if s.cfg.dev {
		return os.DirFS("web")
	}
	return nil
}

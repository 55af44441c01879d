package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"

	"claimcheck/lessons"
	"claimcheck/server/internal/store"
)

const (
	// keepsNothing is the -data that keeps nothing.
	keepsNothing = "none"
	// keptFile is the database's name in the data directory.
	keptFile = "progress.db"
)

// dataFile is the file that progress is kept in, empty for none: in the folder of
// -data, or else where programs of this user keep their data on this system.
func dataFile(folder, goos string, getenv func(string) string) string {
	switch {
	case folder == keepsNothing:
		return ""
	case folder != "":
		return filepath.Join(folder, keptFile)
	}
	var base string
	switch goos {
	case "windows":
		base = getenv("LocalAppData")
	case "darwin":
		base = under(getenv("HOME"), "Library", "Application Support")
	default: // the XDG Base Directory Specification: a relative one is ignored
		if base = getenv("XDG_DATA_HOME"); !filepath.IsAbs(base) {
			base = under(getenv("HOME"), ".local", "share")
		}
	}
	return under(base, "claimcheck", keptFile)
}

// under is a path below a folder, empty if there is no folder.
func under(folder string, path ...string) string {
	if folder == "" {
		return ""
	}
	return filepath.Join(append([]string{folder}, path...)...)
}

// A keeping is where progress is kept: the database, or, where that cannot be
// opened or written, nowhere; one that can be read alone is read. It says so then, and
// the pages show it. It is a
// [lessons.Keeper].
type keeping struct {
	path string
	log  *slog.Logger
	// opened is closed when db and the first fault are known. The server answers
	// meanwhile; who asks for progress waits.
	opened chan struct{}
	db     *store.DB // nil: in memory only

	mu    sync.Mutex
	fault error
}

var _ lessons.Keeper = (*keeping)(nil)

// startKeeping opens the database beside everything else that happens at the
// start. An empty path keeps nothing.
func startKeeping(ctx context.Context, cfg store.Config, log *slog.Logger) *keeping {
	k := &keeping{path: cfg.Path, log: log, opened: make(chan struct{})}
	if k.path == "" {
		close(k.opened)
		return k
	}
	go func() {
		defer close(k.opened)
		db, err := store.Open(ctx, cfg)
		if err != nil {
			k.note(err)
			return
		}
		k.db = db
		if db.ReadOnly() {
			k.note(store.ErrReadOnly)
		}
	}()
	return k
}

// keeper is nil where nothing is to be kept.
func (k *keeping) keeper() lessons.Keeper {
	if k.path == "" {
		return nil
	}
	return k
}

// Load implements [lessons.Keeper].
func (k *keeping) Load(learner string) (map[string][]byte, error) {
	<-k.opened
	if k.db == nil {
		return map[string][]byte{}, nil
	}
	out, err := k.db.Load(context.Background(), learner)
	if err != nil { // that reading works does not say that writing does
		k.note(err)
	}
	return out, err
}

// Save implements [lessons.Keeper]. A browser that has gone meanwhile does not
// end it: what was answered is kept.
func (k *keeping) Save(learner string, kept map[string][]byte) error {
	<-k.opened
	if k.db == nil {
		return nil
	}
	err := k.db.Save(context.Background(), learner, kept)
	k.note(err)
	return err
}

// Forget implements [lessons.Keeper].
func (k *keeping) Forget(learner string) error {
	<-k.opened
	if k.db == nil {
		return nil
	}
	err := k.db.Forget(context.Background(), learner)
	k.note(err)
	return err
}

// note keeps what went wrong last, nil for nothing, and logs it when it begins.
func (k *keeping) note(err error) {
	k.mu.Lock()
	before := k.fault
	k.fault = err
	k.mu.Unlock()
	switch {
	case err != nil && before == nil && k.db != nil && k.db.ReadOnly():
		k.log.Warn("progress is read, and nothing new is kept", "file", k.path, "fix", faultOf(err).Fix)
	case err != nil && before == nil:
		k.log.Warn("progress is kept in memory only", "file", k.path, "fix", faultOf(err).Fix, "error", err.Error())
	case err == nil && before != nil:
		k.log.Info("progress is kept on the disk again", "file", k.path)
	}
}

// close writes everything into the file and lets go of it.
func (k *keeping) close() error {
	<-k.opened
	if k.db == nil {
		return nil
	}
	return k.db.Close()
}

// A keptView is what pages say about where progress is kept.
type keptView struct {
	// File is the database, empty if there is none or it is not the reader's to know.
	File string
	// Fault says why nothing is written at the moment, empty if nothing is wrong.
	Fault, Fix string
	Memory     bool // nothing outlives the process
	ReadOnly   bool // what was kept is shown, and nothing new outlives the process
}

// kept tells a page where progress is kept. On a network nobody learns the names
// of folders.
func (s *server) kept() keptView {
	<-s.keeping.opened
	s.keeping.mu.Lock()
	defer s.keeping.mu.Unlock()
	db := s.keeping.db
	v := keptView{Memory: db == nil, ReadOnly: db != nil && db.ReadOnly()}
	if s.origin.local {
		v.File = s.keeping.path
	}
	if err := s.keeping.fault; err != nil {
		v.Fault, v.Fix = faultOf(err).Text, faultOf(err).Fix
		if !s.origin.local {
			v.Fix = "Export your progress before you leave."
		}
	}
	return v
}

// A keptFault is a fault of the file in words, and what to do about it.
type keptFault struct{ Text, Fix string }

func faultOf(err error) keptFault {
	const restart = "and start the server again."
	switch {
	case errors.Is(err, store.ErrInUse):
		return keptFault{"Another Claimcheck has the file of your progress open.", "Stop the other one " + restart + " Or give this one a folder of its own with -data."}
	case errors.Is(err, store.ErrDamaged):
		return keptFault{"The file of your progress is damaged. It was left as it is.", "Move it away " + restart + " Then import your last export."}
	case errors.Is(err, store.ErrForeign):
		return keptFault{"The file where your progress should be is another program’s.", "Move it away, or name another folder with -data, " + restart}
	case errors.Is(err, store.ErrNewer):
		return keptFault{"The file of your progress was written by a newer Claimcheck.", "Use that one, or name another folder with -data, " + restart}
	case errors.Is(err, store.ErrReadOnly):
		return keptFault{"The file of your progress cannot be written.", "Give yourself the right to write it, or name another folder with -data, " + restart}
	case errors.Is(err, store.ErrFull):
		return keptFault{"There is no room to keep your progress in.", "Make room on the disk: it is tried again with your next answer."}
	}
	return keptFault{"Your progress could not be written.", "The server’s log says why. It is tried again with your next answer."}
}

package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/lessons/questions"
)

// wallClock and entropy are the outside world. Everything else gets its clock
// and its randomness as a parameter.
func wallClock() time.Time { return time.Now() } //nolint:forbidigo // the one place that reads the clock

func entropy() io.Reader { return rand.Reader }

// webFiles are the files of the pages: from the tree in -dev, else nil, which
// means those in the binary. web itself looks for changes.
func webFiles(cfg config) fs.FS {
	if cfg.dev {
		return os.DirFS("web")
	}
	return nil
}

// lessonFiles are the lessons: from the tree in -dev, else those in the binary.
func lessonFiles(cfg config) fs.FS {
	if cfg.dev {
		return os.DirFS("lessons/content")
	}
	return lessons.Content()
}

// loadCourse reads and renders the lessons, whose tokens are made now. A mistake in one is an error that
// names its file and line.
func loadCourse(cfg config, o origin, now time.Time) (*lessons.Course, error) {
	options := lessons.Options{Origin: o.String(), Now: now}
	if cfg.lessons != "" {
		options.Own, options.OwnName = os.DirFS(cfg.lessons), filepath.ToSlash(cfg.lessons)
	}
	c, err := lessons.Load(lessonFiles(cfg), options)
	if err != nil {
		return nil, fmt.Errorf("lessons: %w", err)
	}
	return c, nil
}

// practiceFiles are the texts of the practice: as lessonFiles.
func practiceFiles(cfg config) fs.FS {
	if cfg.dev {
		return os.DirFS("lessons/questions")
	}
	return questions.Content()
}

// readPractice reads what is practised: the questions, the boards, the take-home. It
// is called once, when the lessons are there. A mistake is an error that names its
// file and line.
func (s *server) readPractice() error {
	files := practiceFiles(s.cfg)
	bank := s.questions
	if bank == nil {
		bank = files
	}
	var errBank, errBoards, errTake error
	s.bank, errBank = questions.Load(bank, s.course)
	s.boards, errBoards = questions.Boards(files, s.course)
	s.takeHome, errTake = questions.LoadTakeHome(files, s.course)
	if err := errors.Join(errBank, errBoards, errTake); err != nil {
		return fmt.Errorf("questions: %w", err)
	}
	return nil
}

// A reloader is the server in -dev: before each request it looks for changed
// lessons and questions, and reads them anew if there are any.
type reloader struct {
	files []fs.FS

	mu      sync.Mutex
	stamp   string
	server  *server
	handler http.Handler
}

// newReloader is called before the texts are read for the first time, so that
// no change is missed.
func newReloader(s *server, h http.Handler) *reloader {
	r := &reloader{files: []fs.FS{lessonFiles(s.cfg), practiceFiles(s.cfg)}, server: s, handler: h}
	if s.cfg.lessons != "" {
		r.files = append(r.files, os.DirFS(s.cfg.lessons))
	}
	r.stamp, _ = fingerprint(r.files...) // a fault shows again at the first request
	return r
}

// ServeHTTP implements [http.Handler].
func (r *reloader) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.current().ServeHTTP(w, req)
}

// current is the handler over the lessons as they stand. While a lesson has a
// mistake, every page of the site says where.
func (r *reloader) current() http.Handler {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.server.read:
	default: // they are being read; a change since then is found at the next request
		return r.handler
	}
	stamp, err := fingerprint(r.files...)
	if err == nil && stamp == r.stamp {
		return r.handler
	}
	_ = r.server.practised() // what is read is complete then, and nobody writes to it any more
	next := *r.server
	next.finder = &finder{}
	if err == nil {
		next.course, err = loadCourse(next.cfg, next.origin, next.world.Main().Now())
	}
	if err == nil {
		err = next.readPractice()
	}
	next.practised = func() error { return nil }
	if err != nil {
		r.stamp = "mistake"
		return r.server.mistake(err)
	}
	r.server.finder.close()
	r.stamp, r.server, r.handler = stamp, &next, next.handler()
	return r.handler
}

// mistake answers everything with what is wrong with a text. The styles and scripts
// of the page that says so are there all the same.
func (s *server) mistake(err error) http.Handler {
	e := gin.New()
	get(e, assetPrefix+"*file", s.number, s.hosts, s.secure, s.handle(s.asset))
	e.NoRoute(s.number, s.hosts, s.secure, s.handle(func(*gin.Context) error { return mistaken(err) }))
	return e
}

// mistaken is the answer where a text has a mistake, which err tells with its place.
func mistaken(err error) problem {
	return problem{
		Status: http.StatusInternalServerError, Title: "A lesson or a question has a mistake.", Detail: err.Error(),
		Fix: "Mend the file and load the page again.", Err: err,
	}
}

// fingerprint changes when a file is added, removed or written.
func fingerprint(all ...fs.FS) (string, error) {
	var b strings.Builder
	for _, files := range all {
		err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			fmt.Fprintln(&b, path, info.Size(), info.ModTime().UnixNano())
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("look for changes: %w", err)
		}
	}
	return b.String(), nil
}

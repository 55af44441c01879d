package main

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"claimcheck/lessons"
	"claimcheck/server/internal/store"
)

// TestProgressReadOnly: progress in a file that cannot be written is shown, goes on
// in memory, and every page says that nothing new is kept.
func TestProgressReadOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), keptFile)
	s := start(t, keepIn(file))
	e := s.solve(t, somebody)
	s.stop()
	<-s.ended

	s = read(t)
	s.keeping = startKeeping(context.Background(), store.Config{Path: file, Now: s.now, ReadOnly: true}, s.server.log)
	s.learners = lessons.NewProgress(s.keeping.keeper())
	for path, want := range map[string][]string{
		"/learn":        {"cannot be written", "nothing new is kept in it", "until the server stops"},
		e.Lesson.Path(): {"nothing new is kept on the disk", `data-status="pass">done<`},
		progressPath:    {"cannot be written", "nothing new is kept in it", "1 exercise done", file},
	} {
		page := s.send(t, http.MethodGet, path, "", as(somebody)).body
		for _, part := range want {
			if !strings.Contains(page, part) {
				t.Errorf("%s is without %q", path, part)
			}
		}
	}
	s.solve(t, other)
	if !strings.Contains(s.export(t, other), e.Path()) {
		t.Error("what is new is not remembered")
	}
	a := s.send(t, http.MethodPost, progressPath+"/delete", "sure=yes", as(somebody))
	if a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(a.body, "could not be deleted") || !strings.Contains(s.export(t, somebody), e.Path()) {
		t.Errorf("deleting: %d", a.StatusCode)
	}
	if log := s.log.String(); strings.Count(log, "nothing new is kept") != 1 {
		t.Errorf("log: %s", log)
	}
}

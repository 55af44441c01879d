package main

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// The task says nothing that only the key may say; the key says it all.
func TestTakeHomePages(t *testing.T) {
	s := start(t)
	page := func(path string) string {
		got := s.send(t, http.MethodGet, path, "")
		if got.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", path, got.StatusCode)
		}
		return got.body
	}
	task, key := page(takeHomePath), page(takeHomePath+"/key")
	for _, want := range []string{s.world.Main().DrillIssuer(), "client.go", "/connect", "/lab/drill", "90 minutes", "golang.org/x/oauth2 v"} {
		if !strings.Contains(task, want) {
			t.Errorf("the task lacks %q", want)
		}
	}
	for _, f := range s.takeHome.Faults {
		if strings.Contains(task, f.Title) || !strings.Contains(key, f.Title) || !strings.Contains(key, "line "+strconv.Itoa(f.Line)+" ") {
			t.Errorf("%s: it is in the task, or not in the key", f.ID)
		}
		for _, d := range f.Drill {
			if strings.Contains(task, d) || !strings.Contains(key, d) {
				t.Errorf("%s: %s is in the task, or not in the key", f.ID, d)
			}
		}
	}
	for name, want := range map[string]string{"client.go": s.takeHome.Client, "solution.go": s.takeHome.Solution} {
		got := s.send(t, http.MethodGet, takeHomePath+"/"+name, "")
		if got.body != want || got.Header.Get("Content-Type") != "text/plain; charset=utf-8" || got.Header.Get("Content-Disposition") != `attachment; filename="`+name+`"` {
			t.Errorf("%s: %d, %v", name, got.StatusCode, got.Header)
		}
	}
}

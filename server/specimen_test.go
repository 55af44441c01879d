package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"claimcheck/mockprovider/lab"
)

// TestSpecimensWorkWherePasted: what stands on the front page is good at AcmeID
// and at StepCloud.
func TestSpecimensWorkWherePasted(t *testing.T) {
	s := start(t)
	sp, err := s.specimens.get(t.Context(), s.world.Main())
	if err != nil {
		t.Fatal(err)
	}
	if home := s.send(t, http.MethodGet, "/", ""); !strings.Contains(home.body, sp.stub.Value) {
		t.Error("the front page does not show the opaque token")
	}
	for _, token := range []string{sp.stub.Value, sp.raw} {
		if info, err := s.world.Main().Provider().Introspect(t.Context(), token); err != nil || !info.Active {
			t.Errorf("AcmeID says of %.12s…: %+v, %v", token, info, err)
		}
		got := s.send(t, http.MethodGet, "/rs/main/"+lab.StepCloud+"/v1/steps", "", header("Authorization", "Bearer "+token))
		if got.StatusCode != http.StatusOK {
			t.Errorf("StepCloud answers %d to %.12s…", got.StatusCode, token)
		}
	}
}

// TestSpecimensAreThereFirst: they are made before the texts are read, so that no
// visitor waits for them.
func TestSpecimensAreThereFirst(t *testing.T) {
	s := start(t)
	var warming sync.WaitGroup
	defer warming.Wait()
	warming.Go(func() {
		if err := s.warm(t.Context()); err != nil {
			t.Error(err)
		}
	})
	<-s.read
	s.specimens.mu.Lock()
	defer s.specimens.mu.Unlock()
	if s.specimens.of(s.world.Main()).last == nil {
		t.Error("there are none yet")
	}
}

// TestSpecimensAreRenewed: after a reset and after their time there are others.
func TestSpecimensAreRenewed(t *testing.T) {
	s := start(t)
	l := s.world.Main()
	get := func() *specimen {
		t.Helper()
		sp, err := s.specimens.get(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		return sp
	}
	first := get()
	if get() != first {
		t.Error("a second one, though the first is good")
	}
	if err := l.Reset(); err != nil {
		t.Fatal(err)
	}
	second := get()
	l.Advance(lab.AccessTokenLifetime + time.Minute)
	third := get()
	if second == first || third == second || !third.Active(t.Context(), l) {
		t.Error("an old one is shown")
	}
}

// TestSpecimensOutliveTheirVisitor: who comes first and leaves spoils it for
// nobody, and however many come at once see one pair.
func TestSpecimensOutliveTheirVisitor(t *testing.T) {
	world, err := lab.New(lab.Config{Origin: "http://localhost:1", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	sps := &specimens{}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := sps.get(gone, world.Main()); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("the visitor who left: %v", err)
	}
	got := make([]*specimen, 8)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i], _ = sps.get(t.Context(), world.Main()) })
	}
	all.Wait()
	for _, sp := range got {
		if sp == nil || sp != got[0] {
			t.Fatalf("several pairs, or none: %v", got)
		}
	}
}

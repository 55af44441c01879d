package main

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/drill"
	"claimcheck/mockprovider/lab"
)

// reviewed is the program of the take-home as a process of its own, registered at
// the lab.
type reviewed struct {
	s           *site
	address, id string

	mu   sync.Mutex
	said bytes.Buffer
}

// runTakeHome compiles a text of the take-home and runs it until the test ends.
func runTakeHome(t *testing.T, s *site, id, source string) *reviewed {
	t.Helper()
	file := filepath.Join(t.TempDir(), "client.go")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(filepath.Dir(file), "client")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const secret = "the secret of the take-home, for tests"
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, binary, "-issuer", s.world.Main().DrillIssuer(), "-client", id, "-listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), "CLIENT_SECRET="+secret)
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	a, read := &reviewed{s: s, id: id}, make(chan struct{})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20) // the faulty one writes whole tokens on a line
	for a.address == "" && lines.Scan() {
		if _, at, ok := strings.Cut(lines.Text(), "open "); ok {
			a.address = strings.TrimSuffix(at, "/login")
		}
	}
	go func() {
		defer close(read)
		for lines.Scan() {
			a.mu.Lock()
			a.said.WriteString(lines.Text() + "\n")
			a.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-read
		_ = cmd.Wait()
	})
	if a.address == "" {
		t.Fatal("it does not say where it listens")
	}
	if err := s.world.Main().Registry().AddClient(mockprovider.Client{ID: id, Secret: secret, RedirectURIs: []string{a.address + "/callback"}, Scopes: []string{"openid", "profile"}}); err != nil {
		t.Fatal(err)
	}
	return a
}

// drill runs the provider's drill against it, all faults where none is named.
func (a *reviewed) drill(t *testing.T, start string, faults ...string) drill.Report {
	t.Helper()
	l := a.s.world.Main()
	if _, err := l.StartDrill(lab.DrillRequest{Client: a.id, Start: a.address + start, SignedIn: a.address + "/me", Faults: faults}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	select {
	case <-l.DrillEnded():
	case <-ctx.Done():
		l.StopDrill()
	}
	r, _ := l.Drill()
	return r
}

// log is what it has written so far.
func (a *reviewed) log() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.said.String()
}

// The drill shows each planted fault that the key says it shows, and nothing that
// the key doesn't know. What is found by reading is there, too.
func TestTakeHomeIsFaulty(t *testing.T) {
	s := start(t)
	page := s.send(t, http.MethodGet, takeHomePath+"/client.go", "") // waits for the texts
	a := runTakeHome(t, s, "faulty", page.body)
	r := a.drill(t, "/login")
	wrong := map[string]bool{}
	for _, at := range r.Attempts {
		wrong[at.Fault] = at.Graded() && !at.Right
	}
	if r.State != drill.Done || len(r.Attempts) != r.Total {
		t.Fatalf("%s after %d of %d: %s", r.State, len(r.Attempts), r.Total, r.Problem)
	}
	for _, f := range s.takeHome.Faults {
		for _, name := range f.Drill {
			if !wrong[name] {
				t.Errorf("%s: the drill does not see %s", f.ID, name)
			}
			delete(wrong, name)
		}
	}
	for name, is := range wrong {
		if is {
			t.Errorf("%s is wrong, and no planted fault is the cause", name)
		}
	}
	if state, challenge := a.begins(t); challenge != oauth2.S256ChallengeFromVerifier(state) {
		t.Error("verifier: it is not the state")
	}
	if !strings.Contains(a.log(), "AccessToken:ey") {
		t.Error("log: no token is in it")
	}
	if r := a.drill(t, "/login?after=https://mallory.example/", "az_extra_params"); !strings.Contains(r.Problem, "an address that a drill does not visit") {
		t.Errorf("redirect: %s %s", r.State, r.Problem)
	}
}

// The mended program passes the whole drill. What stays open is what the documents
// leave to a client.
func TestTakeHomeIsMended(t *testing.T) {
	s := start(t)
	page := s.send(t, http.MethodGet, takeHomePath+"/solution.go", "")
	a := runTakeHome(t, s, "mended", page.body)
	r := a.drill(t, "/login")
	if r.State != drill.Done || len(r.Attempts) != r.Total || r.Right < 60 {
		t.Errorf("%s after %d of %d, %d right: %s", r.State, len(r.Attempts), r.Total, r.Right, r.Problem)
	}
	for _, at := range r.Attempts {
		if !at.Right && at.Lenient == "" {
			t.Errorf("%s: %s. %s", at.Fault, at.Verdict, at.Why)
		}
	}
	if state, challenge := a.begins(t); challenge == "" || challenge == oauth2.S256ChallengeFromVerifier(state) {
		t.Error("the verifier is the state, or there is none")
	}
	if !strings.Contains(a.log(), "alice is logged in") || strings.Contains(a.log(), "eyJ") {
		t.Error("the login is not in the log, or a token is")
	}
	for _, after := range []string{"https://mallory.example/", "//mallory.example/", `/\mallory.example`} {
		if r := a.drill(t, "/login?after="+url.QueryEscape(after), "az_extra_params"); r.State != drill.Done || r.Right != 1 {
			t.Errorf("%s: %s %s", after, r.State, r.Problem)
		}
	}
}

// begins begins a login, and returns the state and the challenge of its request.
func (a *reviewed) begins(t *testing.T) (state, challenge string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.address+"/login", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := a.s.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	to, err := res.Location()
	if err != nil {
		t.Fatal(err)
	}
	return to.Query().Get("state"), to.Query().Get("code_challenge")
}

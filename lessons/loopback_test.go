package lessons

import (
	"bufio"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// The program that the lesson on native apps prints is a native app: it builds, it
// takes a port of its own, and running it solves the exercise.
func TestNativeProgram(t *testing.T) {
	page, err := fs.ReadFile(Content(), "both/native.md")
	if err != nil {
		t.Fatal(err)
	}
	program := regexp.MustCompile("(?s)```go\n(// StepSync.+?)```").FindSubmatch(page)
	if program == nil {
		t.Fatal("the lesson has no program")
	}
	dir := t.TempDir()
	source, binary := filepath.Join(dir, "stepsync.go"), filepath.Join(dir, "stepsync")
	if err := os.WriteFile(source, program[1], 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	b := newBench(t).For(Learner{Local: true, Trail: &Trail{}})
	since := b.Last()
	app := exec.CommandContext(t.Context(), binary, b.lab.Issuer())
	out, err := app.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	app.Stderr = os.Stderr
	if err := app.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "http") {
	}
	run, err := b.lab.NewRun(lab.RunConfig{Guided: true})
	if err != nil {
		t.Fatal(err)
	}
	b.who.Trail.addRun(run.ID())
	door, err := b.browse(t.Context(), run, lines.Text(), "alice", nil)
	if err != nil || door == nil {
		t.Fatalf("%v %v", door, err)
	}
	// Who knocks with another state is not heard.
	forged := *door
	q := forged.Query()
	q.Set("state", "stepsync")
	forged.RawQuery = q.Encode()
	for _, at := range []*url.URL{&forged, door} {
		res, err := http.Get(at.String())
		if err != nil {
			t.Fatal(err)
		}
		said, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || strings.Contains(string(said), "StepSync") != (at == door) {
			t.Errorf("%s: %v %q", at.Query().Get("state"), err, said)
		}
	}
	if !lines.Scan() || !strings.Contains(lines.Text(), "11027") {
		t.Errorf("the program printed %q, and not Alice's steps", lines.Text())
	}
	if err := app.Wait(); err != nil {
		t.Error(err)
	}
	all := exercises(loadContent(t))
	i := slices.IndexFunc(all, func(e *Exercise) bool { return e.Lesson.Slug == "both/native" && e.ID == "loopback" })
	a, err := b.Attempt(url.Values{}, since)
	if err != nil || i < 0 {
		t.Fatalf("exercise %d: %v", i, err)
	}
	expect(t, all[i].Check(a), "done")
}

// A loopback address is the IP literal with a port: nothing else is one.
func TestLoopbackPattern(t *testing.T) {
	entry := func(redirectURI, location string) *trace.Entry {
		e := &trace.Entry{Request: trace.Message{URL: "http://localhost/idp/main/authorize?redirect_uri=" + url.QueryEscape(redirectURI)}}
		e.Response.Header = http.Header{"Location": {location}}
		return e
	}
	for address, want := range map[string]bool{
		"http://127.0.0.1:51004/cb": true, "http://[::1]:61023/cb": true, "http://127.0.0.1/cb": false, "http://localhost:51004/cb": false,
		"https://127.0.0.1:51004/cb": false, "http://192.168.1.20:51004/cb": false, "com.example.stepsync:/cb": false, "": false,
	} {
		if got := loopbackIs(loopbackRequest, entry(address, "")); got != want {
			t.Errorf("request with %s: %v", address, got)
		}
		if got := loopbackIs(loopbackCode, entry("", address+"?code=c")); got != want {
			t.Errorf("code to %s: %v", address, got)
		}
	}
	if loopbackIs(loopbackCode, entry("", "http://127.0.0.1:51004/cb?error=access_denied")) {
		t.Error("an error is a code")
	}
}

// The browser of a script ends where the client's own address begins.
func TestScriptBrowse(t *testing.T) {
	b := newBench(t)
	const ask = "${issuer}/authorize?response_type=code&client_id=fittrack-lite&scope=steps:read&state=x&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
	if _, err := b.Run(t.Context(), []ScriptStep{{Browse: &BrowseStep{URL: ask}}}); err == nil {
		t.Error("an answer to a client of the lab left the lab")
	}
	if _, err := b.Run(t.Context(), []ScriptStep{{Browse: &BrowseStep{URL: "${nothing}"}}}); err == nil {
		t.Error("an address without a value was opened")
	}
}

package snippet

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/providertest"
	"claimcheck/server/internal/browsertest"
)

// world is a provider with the app registered at it, and an API.
func world(t *testing.T, kind Kind) (*providertest.Server, App) {
	t.Helper()
	api := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
			_, _ = io.WriteString(w, "the API is open")
		}
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = api.Serve(listener) }()
	t.Cleanup(func() { _ = api.Close() })
	a := app(kind)
	a.API = "http://" + listener.Addr().String()
	if kind == Web {
		a.RedirectURI = "http://" + free(t) + "/callback"
	}
	idp := providertest.NewServer(t, func(cfg *mockprovider.Config) {
		c := mockprovider.Client{ID: a.ID, Secret: a.Secret, RedirectURIs: []string{a.RedirectURI}, Scopes: []string{"openid", "read"}, Native: kind == Native}
		if kind == Machine {
			c.RedirectURIs, c.GrantTypes = nil, []string{"client_credentials"}
		}
		cfg.Clients = append(cfg.Clients, c)
	})
	a.Issuer, a.Scopes = idp.Issuer(), []string{"openid", "read"}
	if kind == Machine {
		a.Scopes = []string{"read"}
	}
	return idp, a
}

// free is a loopback address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// write puts the text of an app into a file of its own directory.
func write(t *testing.T, a App, id string) string {
	t.Helper()
	all, err := For(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.ID == id {
			file := filepath.Join(t.TempDir(), s.File)
			if err := os.WriteFile(file, []byte(s.Text), 0o600); err != nil {
				t.Fatal(err)
			}
			return file
		}
	}
	t.Fatalf("no text %s for %s", id, a.Kind)
	return ""
}

// tool finds a program, or skips, which CI does not allow.
func tool(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			browsertest.Missing(t, name, "install "+name)
		}
	}
	path, _ := exec.LookPath(names[0])
	return path
}

// start runs a program until the test ends and returns what it prints.
func start(t *testing.T, name string, args ...string) (io.Writer, *bufio.Scanner) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, name, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, pipe := io.Pipe()
	cmd.Stdout, cmd.Stderr = pipe, pipe
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = pipe.CloseWithError(cmd.Wait())
	}()
	t.Cleanup(func() {
		cancel()
		_ = out.Close()
		<-done
	})
	return in, bufio.NewScanner(out)
}

// next is the next line with this text in it.
func next(t *testing.T, lines *bufio.Scanner, want string) string {
	t.Helper()
	var said []string
	for lines.Scan() {
		if strings.Contains(lines.Text(), want) {
			return lines.Text()
		}
		said = append(said, lines.Text())
	}
	t.Fatalf("it never says %q: %q %v", want, said, lines.Err())
	return ""
}

// logIn is a browser at the app: it opens the login, signs in as Alice, and
// brings the answer back.
func logIn(t *testing.T, idp *providertest.Server, login string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	begin := open(t, browser, login)
	to, err := begin.Location()
	if err != nil {
		t.Fatal(err)
	}
	end := open(t, browser, idp.SignIn(t, to.String(), "alice").String())
	body, err := io.ReadAll(end.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func open(t *testing.T, browser *http.Client, address string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// build compiles a Go text with this module's dependencies.
func build(t *testing.T, file string) string {
	t.Helper()
	binary := filepath.Join(filepath.Dir(file), "app")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// The Go texts compile, and log Alice in with x/oauth2 and go-oidc.
func TestGoRuns(t *testing.T) {
	for _, kind := range []Kind{Web, Native} {
		t.Run(string(kind), func(t *testing.T) {
			idp, a := world(t, kind)
			_, lines := start(t, build(t, write(t, a, "go")))
			_, login, _ := strings.Cut(next(t, lines, "open http://"), "open ")
			if got := logIn(t, idp, login); got != "Hello u-alice\n" {
				t.Errorf("it says %q", got)
			}
		})
	}
	t.Run("machine", func(t *testing.T) {
		_, a := world(t, Machine)
		_, lines := start(t, build(t, write(t, a, "go")))
		next(t, lines, "200 OK the API is open")
	})
}

// The curl texts run.
func TestCurlRuns(t *testing.T) {
	bash := tool(t, "bash", "curl", "openssl")
	for _, kind := range []Kind{Web, Native} {
		t.Run(string(kind), func(t *testing.T) {
			idp, a := world(t, kind)
			in, lines := start(t, bash, write(t, a, "curl"))
			callback := idp.SignIn(t, next(t, lines, "http://"), "alice")
			if _, err := io.WriteString(in, callback.String()+"\n"); err != nil {
				t.Fatal(err)
			}
			next(t, lines, `"id_token"`)
		})
	}
	t.Run("machine", func(t *testing.T) {
		_, a := world(t, Machine)
		_, lines := start(t, bash, write(t, a, "curl"))
		next(t, lines, "the API is open")
	})
}

// The Node texts log Alice in with openid-client, which is among the front-end
// checks.
func TestNodeRuns(t *testing.T) {
	node := tool(t, "node")
	modules, err := filepath.Abs("../../../web/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(modules, "openid-client")); err != nil {
		browsertest.Missing(t, "openid-client", "npm ci in web")
	}
	app := func(t *testing.T, a App) string {
		file := write(t, a, "node")
		if err := os.Symlink(modules, filepath.Join(filepath.Dir(file), "node_modules")); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for _, kind := range []Kind{Web, Native} {
		t.Run(string(kind), func(t *testing.T) {
			idp, a := world(t, kind)
			_, lines := start(t, node, app(t, a))
			_, login, _ := strings.Cut(next(t, lines, "open http://"), "open ")
			if got := logIn(t, idp, login); !strings.Contains(got, `"sub":"u-alice"`) {
				t.Errorf("it says %q", got)
			}
			// A signature that is wrong: over http there is no TLS that could stand
			// in for the check.
			idp.Fault(t, "idt_sig_corrupt_rs256")
			if got := logIn(t, idp, login); strings.Contains(got, "u-alice") {
				t.Errorf("with a wrong signature it says %q", got)
			}
		})
	}
	t.Run("machine", func(t *testing.T) {
		_, a := world(t, Machine)
		_, lines := start(t, node, app(t, a))
		next(t, lines, "200 the API is open")
	})
}

// Node finds no mistake in the syntax of its texts.
func TestNodeParses(t *testing.T) {
	node := tool(t, "node")
	for _, kind := range []Kind{Web, Native, Machine} {
		out, err := exec.CommandContext(t.Context(), node, "--check", write(t, app(kind), "node")).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", kind, err, out)
		}
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"claimcheck/lessons"
	"claimcheck/mockprovider/lab"
	"claimcheck/server/internal/crawl"
	"claimcheck/server/internal/visitor"
)

// checkTimeout bounds one built-in check. The longest reads some 3,000 pages, under
// the race detector and on a busy machine too.
const checkTimeout = 15 * time.Minute

// A checkup is what the built-in checks know: a server, seen from outside.
type checkup struct {
	origin string
	client *http.Client
	world  *lab.World
	site   *server
	token  string // the access token that the login check got
}

// check starts a server on a free loopback port, checks it over HTTP as anybody
// could, and writes a line for each check. Its error says how many failed.
func check(ctx context.Context, cfg config, w io.Writer) error {
	cfg.addr, cfg.publicURL, cfg.keep = "localhost:0", "", ""
	ls, err := listen(ctx, cfg.addr)
	if err != nil {
		return err
	}
	o, err := newOrigin(cfg, ls)
	if err != nil {
		return errors.Join(err, ls.Close())
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	var log bytes.Buffer // guarded by slog's handler; read once the server has ended
	s, err := newServer(cfg, o, surroundings{
		log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
		now: wallClock, rand: entropy(), stopping: running.Done(), dial: ls.dial,
	})
	if err != nil {
		return errors.Join(err, ls.Close())
	}
	if err := s.texts(); err != nil { // no page would be there, and every check would say so
		return errors.Join(err, s.keeping.close(), ls.Close())
	}
	ended := make(chan error, 1)
	go func() { ended <- s.run(running, ls, s.warm) }()

	failed := (&checkup{origin: o.String(), client: &http.Client{Transport: &http.Transport{DialContext: ls.dial}}, world: s.world, site: s}).run(ctx, w)
	stop()
	if err := <-ended; err != nil {
		fmt.Fprintf(w, "FAIL  it stops when asked: %v\n", err)
		failed++
	}
	if failed > 0 {
		fmt.Fprintf(w, "\nwhat the server logged:\n%s", log.String())
		return fmt.Errorf("%d checks failed", failed)
	}
	fmt.Fprintln(w, "every check passed")
	return nil
}

// run makes each check and counts those that fail.
func (c *checkup) run(ctx context.Context, w io.Writer) (failed int) {
	for _, one := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"it is alive and ready", c.alive},
		{"the front page shows a token that was really issued", c.front},
		{"every page that a link leads to is there and sound", c.pages},
		{"each request and exercise in the lessons of -lessons does as it says", c.ownLessons},
		{"a foreign Host is refused, a foreign Origin too", c.strangers},
		{"both discovery documents name the issuer", c.discovery},
		{"the metadata is true: each value works, each value that is left out is refused", c.metadata},
		{"Alice signs in: authorization code with PKCE, by golang.org/x/oauth2", c.login},
		{"StepCloud takes the access token, and refuses a changed one", c.api},
		{"the playground verifies the access token", c.playground},
	} {
		limited, cancel := context.WithTimeout(ctx, checkTimeout)
		err := one.run(limited)
		cancel()
		if err != nil {
			failed++
			fmt.Fprintf(w, "FAIL  %s: %v\n", one.name, err)
			continue
		}
		fmt.Fprintf(w, "ok    %s\n", one.name)
	}
	return failed
}

// ask sends one request and reads the answer, which must have the status.
func (c *checkup) ask(ctx context.Context, want int, method, path, body string, header http.Header) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.origin+path, strings.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("ask: %w", err)
	}
	maps.Copy(req.Header, header)
	if h := header.Get("Host"); h != "" {
		req.Host = h
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return "", fmt.Errorf("ask: %w", err)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return "", fmt.Errorf("ask: %w", err)
	}
	if resp.StatusCode != want {
		return "", fmt.Errorf("%s %s answered %s, want %d: %.200s", method, path, resp.Status, want, b)
	}
	return string(b), nil
}

func (c *checkup) alive(ctx context.Context) error {
	_, err := c.ask(ctx, http.StatusOK, http.MethodGet, "/healthz", "", nil)
	_, rerr := c.ask(ctx, http.StatusOK, http.MethodGet, "/readyz", "", nil)
	return errors.Join(err, rerr)
}

func (c *checkup) front(ctx context.Context) error {
	body, err := c.ask(ctx, http.StatusOK, http.MethodGet, "/", "", http.Header{"Accept": {"text/html"}})
	if err == nil && !strings.Contains(body, `class="badge"`) {
		err = errors.New("there is no token on it")
	}
	return err
}

// ownLessons proves the lessons of -lessons; ours are proved by tests.
func (c *checkup) ownLessons(ctx context.Context) error {
	if err := c.site.texts(); err != nil {
		return err
	}
	b := lessons.NewBench(c.world.Main())
	var wrong lessons.LoadError
	for _, l := range c.site.course.Lessons {
		if !l.OfInstructor() {
			continue
		}
		some, err := b.Prove(ctx, l)
		if err != nil {
			return fmt.Errorf("prove %s: %w", l.Slug, err)
		}
		for _, p := range some {
			p.File = filepath.ToSlash(filepath.Join(c.site.cfg.lessons, p.File))
			wrong = append(wrong, p)
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

func (c *checkup) pages(ctx context.Context) error {
	pages, wrong, err := (&crawl.Crawler{Client: c.client, Skip: leaveOut()}).Walk(ctx, c.origin+"/")
	if err != nil {
		return fmt.Errorf("after %d pages: %w", len(pages), err)
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n      "))
	}
	return nil
}

// leaveOut tells the addresses that the crawl does without.
func leaveOut() func(*url.URL) bool {
	seen := map[string]string{}
	return func(u *url.URL) bool { return acts(u) || combines(u) || repeats(u) || again(seen, u) }
}

// again tells the print and the views of a whole flow that were seen from another
// of its steps: a flow has them once, and a link to them from each step. Seen is
// where each was met first.
func again(seen map[string]string, u *url.URL) bool {
	q := u.Query()
	path := strings.Split(u.Path, "/")
	if len(path) < 4 || path[1] != "flows" || !q.Has("print") && !q.Has("view") {
		return false
	}
	key := path[2] + "?" + u.RawQuery
	if seen[key] == "" {
		seen[key] = u.Path
	}
	return seen[key] != u.Path
}

// combines tells the addresses that ask for several ways to see one step at
// once. Each way is looked at by itself; all combinations are thousands of pages.
func combines(u *url.URL) bool {
	q, ways, variant := u.Query(), 0, false
	if q.Has("app") && strings.Count(u.Path, "/") > 2 {
		return true // an own app fills the same pages; the flow's address leads to one
	}
	for name := range q {
		switch name {
		case "tab", "view", "print":
			ways++
		case "run":
		default: // the switches of a flow
			variant = strings.HasPrefix(u.Path, "/flows/")
		}
	}
	return ways > 1 || ways == 1 && variant
}

// repeats tells the ways to see a step of an attack. They are those of a step of
// a flow, by the same code.
func repeats(u *url.URL) bool { return strings.HasPrefix(u.Path, "/attacks/") && u.RawQuery != "" }

// acts tells the addresses that do something when they are asked for: a link
// that sends an authorization request. The lab's parties are not crawled; a
// walkthrough leads to them.
func acts(u *url.URL) bool {
	return strings.HasSuffix(u.Path, "/go") || strings.HasPrefix(u.Path, "/idp/") || strings.HasPrefix(u.Path, "/app/") || strings.HasPrefix(u.Path, "/rs/")
}

func (c *checkup) strangers(ctx context.Context) error {
	_, err := c.ask(ctx, http.StatusMisdirectedRequest, http.MethodGet, "/", "", http.Header{"Host": {"rebound.example"}})
	_, oerr := c.ask(ctx, http.StatusForbidden, http.MethodPost, "/playground", "token=x", http.Header{"Origin": {"https://elsewhere.example"}, "Content-Type": {"application/x-www-form-urlencoded"}})
	return errors.Join(err, oerr)
}

func (c *checkup) discovery(ctx context.Context) error {
	issuer := c.world.Main().Issuer()
	for _, address := range []string{issuer + "/.well-known/openid-configuration", c.origin + "/.well-known/oauth-authorization-server/idp/" + lab.Main} {
		var m visitor.Metadata
		if err := visitor.Get(ctx, c.client, address, &m); err != nil {
			return err
		}
		if m.Issuer != issuer {
			return fmt.Errorf("%s names the issuer %q, want %q", address, m.Issuer, issuer)
		}
		var set struct {
			Keys []json.RawMessage `json:"keys"`
		}
		if err := visitor.Get(ctx, c.client, m.JWKSURI, &set); err != nil {
			return err
		}
		if len(set.Keys) == 0 {
			return fmt.Errorf("%s has no key", m.JWKSURI)
		}
	}
	return nil
}

func (c *checkup) login(ctx context.Context) error {
	l := c.world.Main()
	for _, client := range l.Clients() {
		if client.ID != lab.FitTrackLite {
			continue
		}
		v := visitor.Visitor{Transport: c.client.Transport, Username: "alice", Password: "alice"}
		token, err := v.Login(ctx, visitor.Client{
			Issuer: l.Issuer(), ID: client.ID, Secret: client.Secret, RedirectURI: client.RedirectURIs[0], Scopes: []string{lab.ScopeStepsRead},
		})
		if err != nil {
			return err
		}
		c.token = token.AccessToken
		return nil
	}
	return errors.New("the lab has no public client")
}

func (c *checkup) api(ctx context.Context) error {
	const path = "/rs/" + lab.Main + "/" + lab.StepCloud + "/v1/steps"
	bearer := func(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }
	body, err := c.ask(ctx, http.StatusOK, http.MethodGet, path, "", bearer(c.token))
	if err != nil {
		return err
	}
	if !strings.Contains(body, `"steps"`) {
		return fmt.Errorf("there are no steps in %.100q", body)
	}
	_, err = c.ask(ctx, http.StatusUnauthorized, http.MethodGet, path, "", bearer(changed(c.token)))
	return err
}

// changed is the token with another first character of its signature.
func changed(token string) string {
	i := strings.LastIndexByte(token, '.') + 1
	if i >= len(token) {
		return token + "A"
	}
	other := "A"
	if token[i] == 'A' {
		other = "B"
	}
	return token[:i] + other + token[i+1:]
}

func (c *checkup) playground(ctx context.Context) error {
	var set json.RawMessage
	if err := visitor.Get(ctx, c.client, c.world.Main().Issuer()+"/jwks", &set); err != nil {
		return err
	}
	for token, want := range map[string]string{c.token: "accept", changed(c.token): "reject"} {
		body, err := json.Marshal(map[string]any{
			"token": token, "key": map[string]string{"text": string(set)},
			"policy": map[string]any{"issuer": c.world.Main().Issuer(), "type": "at+jwt"},
		})
		if err != nil {
			return fmt.Errorf("playground: %w", err)
		}
		answer, err := c.ask(ctx, http.StatusOK, http.MethodPost, "/api/playground/verify", string(body), http.Header{"Content-Type": {"application/json"}})
		if err != nil {
			return err
		}
		var result struct {
			Verdict string `json:"verdict"`
		}
		if err := json.Unmarshal([]byte(answer), &result); err != nil || result.Verdict != want {
			return fmt.Errorf("the verdict is %q, want %q: %w", result.Verdict, want, err)
		}
	}
	return nil
}

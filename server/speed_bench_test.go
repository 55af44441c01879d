//go:build unix

package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime/metrics"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"

	"claimcheck/mockprovider"
	"claimcheck/server/internal/visitor"
)

// The benchmarks of speed. Each runs the server as main does, Gin, middleware,
// recording and log included, in a process of its own on one core, and beside it,
// in another such process, the ceiling: what a bare net/http handler does, under
// the same timeouts, that has nothing but the unavoidable work. Requests go to both in turns, over TCP,
// 16 at a time. What is compared is the CPU time of the two processes, so that
// neither this process nor a busy machine counts: "%ceiling" is the ceiling's
// time for a request as a part of ours, and "/core-s" how many requests one core
// answers in a second.
//
//	go test ./server -run '^$' -bench Speed -benchtime 3000x
//
// With CLAIMCHECK_SPEED_PROFILE=FILE each process writes a CPU profile:
// FILE.claimcheck, FILE.static, FILE.signer.
const (
	speedEnv         = "CLAIMCHECK_SPEED"
	speedConcurrency = 16
	speedRound       = 250 // requests to one side before it is the other's turn
	speedSecret      = "a-secret-of-the-speed-benchmarks"
)

// TestMain lets the test binary be the other process.
func TestMain(m *testing.M) {
	if kind := os.Getenv(speedEnv); kind != "" {
		if err := speedServer(kind); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// speedServer serves until its standard input ends. It prints its address, and
// answers each line with the CPU time that it used, in nanoseconds.
func speedServer(kind string) error {
	address, err := speedServe(kind)
	if err != nil {
		return err
	}
	if path := os.Getenv(speedEnv + "_PROFILE"); path != "" {
		name, _, _ := strings.Cut(kind, " ")
		out, err := os.Create(path + "." + name)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(out); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	fmt.Println(address)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var used syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
			return err
		}
		fmt.Println(used.Utime.Nano() + used.Stime.Nano() - idle().Nanoseconds())
	}
	return nil
}

func speedServe(kind string) (address string, err error) {
	if kind == "claimcheck" {
		return speedClaimcheck()
	}
	handler, err := speedCeiling(kind)
	if err != nil {
		return "", err
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "localhost:0")
	if err != nil {
		return "", err
	}
	go func() { _ = patient(handler).Serve(listener) }()
	return "http://" + listener.Addr().String(), nil
}

// speedClaimcheck is serve with clients for the benchmarks.
func speedClaimcheck() (address string, err error) {
	collectLess(os.Getenv)
	ctx := context.Background()
	cfg := config{addr: "localhost:0"}
	if err := cfg.validate(); err != nil {
		return "", err
	}
	ls, err := listen(ctx, cfg.addr)
	if err != nil {
		return "", err
	}
	o, err := newOrigin(cfg, ls)
	if err != nil {
		return "", err
	}
	log, _ := newLog(os.Stderr, slog.LevelInfo)
	s, err := newServer(cfg, o, surroundings{log: log, now: wallClock, rand: rand.Reader, stopping: ctx.Done(), dial: ls.dial})
	if err != nil {
		return "", err
	}
	for _, alg := range []string{"RS256", "ES256"} {
		err := s.world.Main().Registry().AddClient(mockprovider.Client{
			ID: "speed-" + alg, Secret: speedSecret, AccessTokenAlg: alg, IDTokenAlg: alg, Scopes: []string{"openid", "profile", "steps:read"},
			GrantTypes: []string{"client_credentials", "authorization_code"}, RedirectURIs: []string{"http://localhost:1/callback"},
		})
		if err != nil {
			return "", err
		}
	}
	go func() { _ = s.run(ctx, ls, s.warm) }()
	return o.String(), nil
}

// speedCeiling is the handler that does only what can't be left out.
func speedCeiling(kind string) (http.Handler, error) {
	kind, of, _ := strings.Cut(kind, " ")
	switch kind {
	case "signer":
		keys, err := mockprovider.NewKeys(of)
		if err != nil {
			return nil, err
		}
		key, err := keys.Key(of)
		if err != nil {
			return nil, err
		}
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { speedSign(w, key) }), nil
	case "static":
		return speedCopy(of)
	}
	return nil, fmt.Errorf("no ceiling %q", kind)
}

// speedCopy answers with the bytes that are at an address now, body and headers.
func speedCopy(address string) (http.Handler, error) {
	res, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	res.Header.Del("Date") // net/http's own
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), res.Header)
		_, _ = w.Write(body)
	}), err
}

// speedSign answers with a token of the claims that ours has, signed by golang-jwt.
func speedSign(w http.ResponseWriter, key *mockprovider.SigningKey) {
	now := time.Now()
	token := jwt.NewWithClaims(jwt.GetSigningMethod(key.Alg), jwt.MapClaims{
		"iss": "http://localhost:8080/idp/main", "sub": "speed-RS256", "aud": "http://localhost:8080/rs/main/stepcloud", "client_id": "speed-RS256",
		"scope": "steps:read", "iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(), "jti": rand.Text(),
	})
	token.Header["typ"], token.Header["kid"] = "at+jwt", key.KID
	signed, err := token.SignedString(key.Private)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	body, _ := json.Marshal(map[string]any{"access_token": signed, "token_type": "Bearer", "expires_in": 600, "scope": "steps:read"})
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// A speedProcess is a server of the benchmarks in a process of its own.
type speedProcess struct {
	address   string
	questions io.Writer
	answers   *bufio.Scanner
	client    *http.Client
}

// startSpeed starts a process that has everything ready: a server reads its texts
// and makes its keys while it already answers, which is no part of any answer.
func startSpeed(b testing.TB, kind string) *speedProcess {
	b.Helper()
	p := launchSpeed(b, kind)
	if kind == "claimcheck" {
		for _, path := range []string{"/", "/learn", "/practice", "/idp/main/jwks"} {
			if err := fetch(path)(p); err != nil {
				b.Fatal(err)
			}
		}
	}
	for before := time.Duration(-1); ; {
		used := p.cpu(b)
		if used-before < time.Millisecond {
			return p
		}
		before = used
		time.Sleep(100 * time.Millisecond)
	}
}

func launchSpeed(b testing.TB, kind string) *speedProcess {
	b.Helper()
	binary, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(b.Context()), binary) // it ends with its input
	cmd.Env = append(os.Environ(), speedEnv+"="+kind, "GOMAXPROCS=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil { // without standard error: the log goes to the null device
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	p := &speedProcess{questions: in, answers: bufio.NewScanner(out), client: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: speedConcurrency},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if !p.answers.Scan() {
		b.Fatalf("%s does not start", kind)
	}
	p.address = p.answers.Text()
	return p
}

// cpu is the CPU time that the process has used.
func (p *speedProcess) cpu(b testing.TB) (used time.Duration) {
	b.Helper()
	fmt.Fprintln(p.questions, "cpu")
	if !p.answers.Scan() {
		b.Fatal("the server is gone")
	}
	if _, err := fmt.Sscan(p.answers.Text(), (*int64)(&used)); err != nil {
		b.Fatal(err)
	}
	return used
}

// round sends n requests, some at a time, and returns the CPU time that they took.
func (p *speedProcess) round(b testing.TB, n, concurrency int, send func(*speedProcess) error) time.Duration {
	b.Helper()
	before := p.cpu(b)
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	for range concurrency {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if err := send(p); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return p.cpu(b) - before
}

// compare sends b.N requests to each side, in turns, and reports.
func compare(b *testing.B, kind string, concurrency int, send func(*speedProcess) error) {
	b.Helper()
	ours := startSpeed(b, "claimcheck")
	ceiling := startSpeed(b, strings.ReplaceAll(kind, "OURS", ours.address))
	for _, p := range []*speedProcess{ours, ceiling} {
		p.round(b, 2*speedConcurrency, concurrency, send) // keys, connections
	}
	b.ResetTimer()
	var us, them time.Duration
	for done := 0; done < b.N; done += speedRound {
		n := min(speedRound, b.N-done)
		them += ceiling.round(b, n, concurrency, send)
		us += ours.round(b, n, concurrency, send)
	}
	b.ReportMetric(100*float64(them)/float64(us), "%ceiling")
	b.ReportMetric(float64(b.N)/us.Seconds(), "/core-s")
	b.ReportMetric(float64(b.N)/them.Seconds(), "ceiling/core-s")
}

// fetch asks for a document.
func fetch(path string) func(*speedProcess) error {
	return func(p *speedProcess) error {
		return p.read(p.client.Get(p.address + path))
	}
}

func (p *speedProcess) read(res *http.Response, err error) error {
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return err
}

// speedToken asks for a token as the client itself.
func speedToken(alg string) func(*speedProcess) error {
	body := url.Values{"grant_type": {"client_credentials"}, "scope": {"steps:read"}}.Encode()
	return func(p *speedProcess) error {
		r, err := http.NewRequest(http.MethodPost, p.address+"/idp/main/token", strings.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth("speed-"+alg, speedSecret)
		return p.read(p.client.Do(r))
	}
}

// BenchmarkSpeedToken is a token by client credentials, against a handler that
// signs the same claims. To reach: 95 % with RS256, 80 % with ES256.
func BenchmarkSpeedToken(b *testing.B) {
	for _, alg := range []string{"RS256", "ES256"} {
		b.Run(alg, func(b *testing.B) { compare(b, "signer "+alg, speedConcurrency, speedToken(alg)) })
	}
}

// BenchmarkSpeedDocument is a document, against a handler that has nothing but the
// same body and the same headers. To reach: 80 %.
func BenchmarkSpeedDocument(b *testing.B) {
	for name, path := range map[string]string{"discovery": "/idp/main/.well-known/openid-configuration", "jwks": "/idp/main/jwks"} {
		b.Run(name, func(b *testing.B) { compare(b, "static OURS"+path, speedConcurrency, fetch(path)) })
	}
}

// BenchmarkSpeedFlow is a whole login with consent, code, PKCE, tokens and
// UserInfo, by a browser that is new each time, against its two signatures. To
// reach: 85 % with RS256, which is what clients get unless they ask.
func BenchmarkSpeedFlow(b *testing.B) {
	for _, alg := range []string{"RS256", "ES256"} {
		b.Run(alg, func(b *testing.B) {
			ours, ceiling := startSpeed(b, "claimcheck"), startSpeed(b, "signer "+alg)
			flow, sign := speedFlow(alg), speedToken(alg)
			ours.round(b, 4, 4, flow)
			ceiling.round(b, 4, 4, sign)
			b.ResetTimer()
			var us, them time.Duration
			for done := 0; done < b.N; done += 20 {
				n := min(20, b.N-done)
				them += ceiling.round(b, 2*n, speedConcurrency, sign)
				us += ours.round(b, n, speedConcurrency, flow)
			}
			b.ReportMetric(100*float64(them)/float64(us), "%ceiling")
			b.ReportMetric(float64(b.N)/us.Seconds(), "/core-s")
		})
	}
}

func speedFlow(alg string) func(*speedProcess) error {
	const callback = "http://localhost:1/callback"
	return func(p *speedProcess) error {
		ctx := context.WithValue(context.Background(), oauth2.HTTPClient, p.client)
		issuer := p.address + "/idp/main"
		config := oauth2.Config{
			ClientID: "speed-" + alg, ClientSecret: speedSecret, RedirectURL: callback, Scopes: []string{"openid", "profile"},
			Endpoint: oauth2.Endpoint{AuthURL: issuer + "/authorize", TokenURL: issuer + "/token", AuthStyle: oauth2.AuthStyleInHeader},
		}
		verifier := oauth2.GenerateVerifier()
		alice := visitor.Visitor{Transport: p.client.Transport, Username: "alice", Password: "alice"}
		answer, err := alice.Authorize(ctx, config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)), callback)
		if err != nil {
			return err
		}
		token, err := config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(verifier))
		if err != nil {
			return err
		}
		return p.read(config.Client(ctx, token).Get(issuer + "/userinfo"))
	}
}

// idle is the time that the garbage collector used because nobody else wanted it.
func idle() time.Duration {
	sample := []metrics.Sample{{Name: "/cpu/classes/gc/mark/idle:cpu-seconds"}}
	metrics.Read(sample)
	return time.Duration(sample[0].Value.Float64() * float64(time.Second))
}

// BenchmarkSpeedStart is the time from the start of the process to an answered
// discovery request, on one core. To reach: 100 ms. The keys are made meanwhile.
func BenchmarkSpeedStart(b *testing.B) {
	var used time.Duration
	for b.Loop() {
		p := launchSpeed(b, "claimcheck")
		if err := fetch("/idp/main/.well-known/openid-configuration")(p); err != nil {
			b.Fatal(err)
		}
		used += p.cpu(b)
	}
	b.ReportMetric(float64(used.Milliseconds())/float64(b.N), "cpu-ms/op") // on a busy machine
}

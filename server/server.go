package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/lessons/questions"
	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/race"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/server/internal/store"
	"claimcheck/web"
)

// server holds what the handlers need. Nothing in it changes once it serves;
// what does change (labs, runs, limits) is behind a pointer and guards itself.
type server struct {
	cfg    config
	origin origin
	log    *slog.Logger
	now    func() time.Time
	rand   io.Reader

	site  *web.Site
	world *lab.World
	// learners is how each browser stands with the exercises, and keeping where
	// that outlives the process.
	learners *lessons.Progress
	keeping  *keeping

	// course and walks are read while the server already answers, when texts is first
	// called: a handler of theirs stands behind [server.whenRead].
	course *lessons.Course
	walks  *walkthrough.Walks
	texts  func() error
	read   chan struct{} // closed when both are there
	// bank, boards and takeHome are what is practised. They are read after the texts,
	// when practised is first called: a handler of theirs stands behind
	// [server.whenAsked].
	bank      *questions.Bank
	boards    []*questions.Board
	takeHome  *questions.TakeHome
	practised func() error
	// looked is what the error codes and parameters are looked up in.
	looked func() *reference
	finder *finder

	// compress wraps a handler whose answer is whole: pages, JSON, assets.
	compress func(http.Handler) http.HandlerFunc
	// crossOrigin refuses what another site makes a browser send.
	crossOrigin *http.CrossOriginProtection
	// costly limits what takes a noticeable amount of CPU.
	costly    *limiter
	more      func(*server, gin.IRoutes)
	questions fs.FS      // instead of the product's, nil for those
	specimens *specimens // of the front page
	attacks   *attacks
	hurry     *hurry // whether a visitor waits for the texts
	selfTests *selfTests
	races     *race.Races
	begins    *sync.Mutex // held while a mock interview begins
	// streams counts the event streams that are open.
	streams *atomic.Int64
	// stopping is closed when the server begins to stop; streams end then.
	stopping <-chan struct{}
}

// surroundings is what a server gets from outside: everything that a test may
// want to hold in its own hand.
type surroundings struct {
	log      *slog.Logger
	now      func() time.Time
	rand     io.Reader
	stopping <-chan struct{}
	// dial connects to our own listener, whatever the address says.
	dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// questions are another bank than that of the product, if not nil.
	questions fs.FS
	// more adds routes of a test's own. Nil adds none.
	more func(*server, gin.IRoutes)
}

// newServer builds everything that the handlers need, but for the texts, which are
// read when they are wanted.
func newServer(cfg config, o origin, with surroundings) (*server, error) {
	s := &server{
		cfg: cfg, origin: o, log: with.log, now: with.now, rand: with.rand, stopping: with.stopping, more: with.more,
		read: make(chan struct{}), hurry: newHurry(), questions: with.questions,
		specimens: &specimens{}, attacks: &attacks{}, selfTests: &selfTests{}, races: race.NewRaces(), finder: &finder{}, streams: new(atomic.Int64), begins: new(sync.Mutex),
		crossOrigin: http.NewCrossOriginProtection(),
		costly:      newLimiter(with.now),
	}
	s.texts = sync.OnceValue(s.readTexts)
	s.practised = sync.OnceValue(func() error {
		if err := s.texts(); err != nil {
			return err
		}
		return s.readPractice()
	})
	compress, err := newCompressor()
	site, serr := web.New(web.Options{FS: webFiles(cfg), Dev: cfg.dev})
	world, werr := lab.New(lab.Config{Origin: o.String(), Port: o.port, Dial: with.dial, Now: with.now, Seed: cfg.seed, Secret: cfg.labSecret, Labs: cfg.labs, Log: with.log, TracePages: o.String() + tracePages})
	if err := errors.Join(err, serr, werr); err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	s.compress, s.site, s.world = compress, site, world
	s.keeping = startKeeping(context.Background(), store.Config{Path: cfg.keep, Now: with.now}, with.log)
	s.learners = lessons.NewProgress(s.keeping.keeper())
	return s, nil
}

// readTexts reads the lessons and the flows. It is called once. It takes one core, and
// both as soon as a visitor waits.
func (s *server) readTexts() error {
	var course *lessons.Course
	var flows, attacks []*walkthrough.Flow
	err := s.hurry.inTurn(
		func() (err error) {
			course, err = loadCourse(s.cfg, s.origin, s.world.Main().Now())
			return err
		},
		func() (err error) {
			if flows, err = walkthrough.All(); err != nil {
				return fmt.Errorf("flows: %w", err)
			}
			if attacks, err = walkthrough.Attacks(); err != nil {
				return fmt.Errorf("attacks: %w", err)
			}
			return nil
		},
	)
	if err != nil {
		return err
	}
	s.course, s.walks = course, walkthrough.NewWalks(slices.Concat(flows, attacks)...)
	s.looked = sync.OnceValue(func() *reference { return newReference(s.walks) })
	close(s.read)
	return nil
}

// whenRead makes a request wait for the texts, in the first moments.
func (s *server) whenRead(c *gin.Context) {
	s.hurry.up()
	if err := s.texts(); err != nil {
		s.fail(c, mistaken(err))
	}
}

// whenAsked makes a request wait for the questions too.
func (s *server) whenAsked(c *gin.Context) {
	s.hurry.up()
	if err := s.practised(); err != nil {
		s.fail(c, mistaken(err))
	}
}

// warm does what visitors would else wait for, the first one's part first: the
// front page's tokens, the texts, the RSA key. Requests are answered meanwhile.
// Its error is a mistake in the texts.
func (s *server) warm(ctx context.Context) error {
	if _, err := s.specimens.get(ctx, s.world.Main()); err != nil {
		s.log.WarnContext(ctx, "no specimen for the front page", "error", err.Error())
	}
	if err := s.texts(); err != nil {
		return err
	}
	if _, err := s.world.Main().Keys().JWKS(); err != nil {
		s.log.ErrorContext(ctx, "the lab's keys", "error", err.Error())
	}
	return nil
}

// Timeouts of an ordinary connection. A stream lifts its own. An answer that a
// fault holds back has as long for its way as any other.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = mockprovider.LongestWait + 30*time.Second
	idleTimeout   = 2 * time.Minute
	stopTimeout   = 10 * time.Second
	maxHeader     = 64 << 10
)

// patient is an HTTP server that waits as long as these timeouts allow.
func patient(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
	}
}

// serve runs until ctx ends and every open request has its answer. It prints
// the address to open on stdout; the log goes to stderr.
func serve(ctx context.Context, cfg config, stdout, stderr io.Writer) error {
	ls, err := listen(ctx, cfg.addr)
	if err != nil {
		return err
	}
	o, err := newOrigin(cfg, ls)
	if err != nil {
		return errors.Join(err, ls.Close())
	}
	level := slog.LevelInfo
	if cfg.dev {
		level = slog.LevelDebug
	}
	log, flush := newLog(stderr, level)
	defer flush()
	s, err := newServer(cfg, o, surroundings{log: log, now: wallClock, rand: entropy(), stopping: ctx.Done(), dial: ls.dial})
	if err != nil {
		return errors.Join(err, ls.Close())
	}
	fmt.Fprint(stdout, s.greeting(ls))
	return s.run(ctx, ls, func(ctx context.Context) error {
		if err := s.warm(ctx); err != nil {
			return err
		}
		s.prepareSearch(ctx)
		return nil
	})
}

// greeting is what the person who started the server reads.
func (s *server) greeting(ls listeners) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Claimcheck is at %s\n", s.origin)
	b.WriteString("In its stories you are Alice; her password is alice. Ctrl-C stops it; runs, codes and tokens end with it.\n")
	fmt.Fprintf(&b, "Scripts control the lab with this bearer secret: %s\n", s.world.Main().Secret())
	if !ls.loopback() {
		fmt.Fprintf(&b, "It listens on %s: whoever reaches that address gets a lab of their own. The secret above opens the lab main to you, on the page /lab.\n", ls[0].Addr())
	}
	if s.cfg.keep != "" {
		fmt.Fprintf(&b, "Progress is kept in %s\n", s.cfg.keep)
	}
	return b.String()
}

// run serves on every listener until ctx ends, then lets open requests finish. It does
// what is to be done meanwhile, whose error ends it.
func (s *server) run(ctx context.Context, ls listeners, meanwhile func(context.Context) error) (err error) {
	defer func() { err = errors.Join(err, s.keeping.close()) }()
	handler := s.handler()
	if s.cfg.dev {
		handler = newReloader(s, handler)
	}
	hs := patient(handler)
	hs.ErrorLog = slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)
	failed := make(chan error, len(ls)+1)
	for _, l := range ls {
		go func() { failed <- hs.Serve(l) }()
	}
	go func() {
		if err := meanwhile(ctx); err != nil {
			failed <- err
		}
	}()
	select {
	case err := <-failed:
		return errors.Join(err, hs.Close())
	case <-ctx.Done():
	}
	s.log.InfoContext(ctx, "stopping", "wait", stopTimeout)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := hs.Shutdown(end); err != nil {
		return errors.Join(fmt.Errorf("some requests did not finish within %s: %w", stopTimeout, err), hs.Close())
	}
	s.log.InfoContext(ctx, "stopped")
	return nil
}

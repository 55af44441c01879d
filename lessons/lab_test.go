package lessons

import (
	"context"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"claimcheck/mockprovider/lab"
)

// newBench starts a lab on a port of its own.
func newBench(t testing.TB) *Bench {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	origin := "http://localhost:" + port(t, srv.Listener.Addr())
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, srv.Listener.Addr().String())
	}
	w, err := lab.New(lab.Config{Origin: origin, Dial: dial, Now: time.Now, Seed: "lessons"})
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = w
	srv.Start()
	t.Cleanup(srv.Close)
	return NewBench(w.Main())
}

func port(t testing.TB, a net.Addr) string {
	t.Helper()
	_, p, err := net.SplitHostPort(a.String())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func exercises(c *Course) []*Exercise {
	var out []*Exercise
	for _, l := range c.Lessons {
		out = append(out, l.Exercises...)
	}
	return out
}

// TestContentExercises proves each exercise: nothing done is not done, the
// solution is, each decoy is not and gets its own feedback, and after a reset
// nothing is done again.
func TestContentExercises(t *testing.T) { prove(t, loadContent(t)) }

// TestSampleExercises is the same for the course of testdata.
func TestSampleExercises(t *testing.T) {
	c, err := Load(sample(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	prove(t, c)
}

func prove(t *testing.T, c *Course) {
	t.Helper()
	b := newBench(t)
	for _, e := range exercises(c) {
		t.Run(e.Lesson.Slug+"/"+e.ID, func(t *testing.T) {
			wrong, err := b.ProveExercise(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range wrong {
				t.Error(w)
			}
		})
	}
}

// TestContentSamples runs each request that a lesson shows.
func TestContentSamples(t *testing.T) {
	b := newBench(t)
	for _, l := range loadContent(t).Lessons {
		for _, s := range l.Body {
			if s.Sample == nil {
				continue
			}
			t.Run(l.Slug+"/"+s.Sample.ID, func(t *testing.T) {
				vars := b.Vars()
				if err := b.Fill(t.Context(), s.Sample.Request, vars); err != nil {
					t.Fatal(err)
				}
				r, err := b.Send(t.Context(), s.Sample.Request, vars)
				if err != nil {
					t.Fatal(err)
				}
				if why := s.Sample.Differs(r); why != "" {
					t.Errorf("%s:%d: %s\n%s", l.file, s.Sample.line, why, r.Answer)
				}
			})
		}
	}
}

// TestRequestsAreTheLearners proves that the log names the learner as sender of
// what an exercise's box sends, and that the reply points to its entry.
func TestRequestsAreTheLearners(t *testing.T) {
	b := newBench(t)
	r, err := b.Send(t.Context(), "GET /rs/main/stepcloud/v1/steps HTTP/1.1\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	e, ok := b.lab.Log().Entry(r.Seq)
	if !ok || e.From != lab.Learner() || r.Rule != "credentials_present" {
		t.Errorf("entry %d of %d is from %+v; refused by %q", r.Seq, b.Last(), e, r.Rule)
	}
}

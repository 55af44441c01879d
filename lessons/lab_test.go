package lessons

import (
	"context"
	"net"
	"net/http/httptest"
	"strings"
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

// judge runs a proof against the bench's lab and returns the verdict.
func judge(t *testing.T, b *Bench, e *Exercise, p *Proof, since int64) Verdict {
	t.Helper()
	vars, err := b.Run(t.Context(), p.Script)
	if err != nil {
		t.Fatalf("%s.md:%d: %v", e.Lesson.Slug, p.line, err)
	}
	answers, err := p.answers(vars)
	if err != nil {
		t.Fatalf("%s.md:%d: %v", e.Lesson.Slug, p.line, err)
	}
	a, err := b.Attempt(answers, since)
	if err != nil {
		t.Fatal(err)
	}
	if a.Outcomes, err = b.Probe(t.Context(), e, b.Vars()); err != nil {
		t.Fatalf("%s.md:%d: %v", e.Lesson.Slug, p.line, err)
	}
	for i := range e.Probes { // a prediction of what really happens is right
		id := e.Probes[i].ID
		if name := "card." + id; answers.Get(name) == "" {
			answers.Set(name, "refused")
			if a.Outcomes[id].Accepted() {
				answers.Set(name, "accepted")
			}
		}
	}
	v := e.Check(a)
	again := e.Check(a)
	if v.Done != again.Done {
		t.Errorf("%s.md:%d: the check is not pure", e.Lesson.Slug, p.line)
	}
	return v
}

// feedback is all that a learner reads of a verdict.
func feedback(v Verdict) string {
	var b strings.Builder
	b.WriteString(PlainText(v.NearMiss) + "\n" + PlainText(v.Score) + "\n")
	for _, m := range v.Missing {
		b.WriteString(PlainText(m) + "\n")
	}
	for _, r := range v.Rungs {
		b.WriteString(PlainText(r.Title) + ": " + PlainText(r.Why) + "\n")
	}
	return b.String()
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
			start := b.Last()
			if e.UsesWire || len(e.Probes) == 0 {
				empty := Proof{line: e.line}
				if v := judge(t, b, e, &empty, start); v.Done && len(e.Probes) == 0 {
					t.Errorf("%s.md:%d: done before anything was done", e.Lesson.Slug, e.line)
				}
			}
			if v := judge(t, b, e, &e.Solution, b.Last()); !v.Done {
				t.Errorf("%s.md:%d: the solution does not solve it:\n%s", e.Lesson.Slug, e.Solution.line, feedback(v))
			}
			for i := range e.Decoys {
				d := &e.Decoys[i]
				v := judge(t, b, e, d, b.Last())
				if v.Done {
					t.Errorf("%s.md:%d: the decoy solves it", e.Lesson.Slug, d.line)
				}
				if !strings.Contains(feedback(v), strings.ReplaceAll(d.Says, "`", "")) {
					t.Errorf("%s.md:%d: the decoy's feedback lacks %q:\n%s", e.Lesson.Slug, d.line, d.Says, feedback(v))
				}
			}
			if e.UsesWire {
				a, err := b.Attempt(nil, b.Last())
				if err != nil {
					t.Fatal(err)
				}
				if e.Check(a).Done {
					t.Error("done after a reset")
				}
			}
			b.lab.ResetClock()
			if err := b.lab.SwitchTo(nil, b.lab.Off()); err != nil {
				t.Fatal(err)
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

package lessons

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Prove tries what a lesson says against the bench's lab, and returns what is not
// so: each request that it shows is answered as it says; an exercise is not done
// before anything was done, its solution does it, a decoy does not and gets the
// feedback that it names, and after a reset nothing is done again. It leaves the
// lab's clock and rules as they are by default. The error is one of the lab, and
// not of the lesson.
func (b *Bench) Prove(ctx context.Context, l *Lesson) (LoadError, error) {
	p := &prover{b: b, file: strings.TrimPrefix(l.file, ownPrefix)}
	for _, s := range l.Body {
		if s.Sample != nil {
			p.sample(ctx, s.Sample)
		}
		if s.Exercise != nil {
			if err := p.exercise(ctx, s.Exercise); err != nil {
				return nil, err
			}
		}
	}
	return p.wrong.all, nil
}

// ProveExercise is [Bench.Prove] for one exercise.
func (b *Bench) ProveExercise(ctx context.Context, e *Exercise) (LoadError, error) {
	p := &prover{b: b, file: strings.TrimPrefix(e.Lesson.file, ownPrefix)}
	if err := p.exercise(ctx, e); err != nil {
		return nil, err
	}
	return p.wrong.all, nil
}

// A prover collects what is wrong with one lesson.
type prover struct {
	b     *Bench
	file  string
	wrong problems
}

func (p *prover) says(line int, do, format string, args ...any) {
	p.wrong.add(p.file, line, do, format, args...)
}

func (p *prover) sample(ctx context.Context, s *Sample) {
	vars := p.b.Vars()
	err := p.b.Fill(ctx, s.Request, vars)
	if err == nil {
		var r *Reply
		if r, err = p.b.Send(ctx, s.Request, vars); err == nil {
			if why := s.Differs(r); why != "" {
				p.says(s.line, "mend the request or what it expects", "%s: %s", why, r.Answer)
			}
			return
		}
	}
	p.says(s.line, "mend the request", "%v", err)
}

func (p *prover) exercise(ctx context.Context, e *Exercise) error {
	if e.UsesWire || len(e.Probes) == 0 {
		if v, ok := p.judge(ctx, e, &Proof{line: e.line}); ok && v.Done && len(e.Probes) == 0 {
			p.says(e.line, "let its check ask for more", "exercise %q is done before anything was done", e.ID)
		}
	}
	if v, ok := p.judge(ctx, e, &e.Solution); ok && !v.Done {
		p.says(e.Solution.line, "mend the solution or the check", "the solution does not solve it: %s", feedback(v))
	}
	for i := range e.Decoys {
		d := &e.Decoys[i]
		v, ok := p.judge(ctx, e, d)
		if ok && v.Done {
			p.says(d.line, "let its check ask for more", "the decoy solves it")
		}
		if ok && !strings.Contains(feedback(v), strings.ReplaceAll(d.Says, "`", "")) {
			p.says(d.line, "mend the decoy's words or the feedback", "the decoy's feedback lacks %q. It is: %s", d.Says, feedback(v))
		}
	}
	if e.UsesWire {
		a, err := p.b.Attempt(nil, p.b.Last())
		if err != nil {
			return err
		}
		if e.Check(a).Done {
			p.says(e.line, "let its check look only at what came since", "exercise %q is done after a reset", e.ID)
		}
	}
	p.b.lab.ResetClock()
	if err := p.b.lab.SwitchTo(nil, p.b.lab.Off()); err != nil {
		return fmt.Errorf("put the lab's rules back: %w", err)
	}
	return nil
}

// judge runs a solution or decoy and returns the verdict; ok is false where it
// could not be run, which is reported.
func (p *prover) judge(ctx context.Context, e *Exercise, proof *Proof) (v Verdict, ok bool) {
	since := p.b.Last()
	fail := func(err error) (Verdict, bool) {
		p.says(proof.line, "mend the script or the answers", "%v", err)
		return Verdict{}, false
	}
	vars, err := p.b.Run(ctx, proof.Script)
	if err != nil {
		return fail(err)
	}
	answers, err := proof.answers(vars)
	if err != nil {
		return fail(err)
	}
	a, err := p.b.Attempt(answers, since)
	if err != nil {
		return fail(err)
	}
	if a.Outcomes, err = p.b.Probe(ctx, e, p.b.Vars()); err != nil {
		return fail(err)
	}
	predict(e, answers, a.Outcomes)
	v = e.Check(a)
	if again := e.Check(a); v.Done != again.Done {
		p.says(proof.line, "", "the check of %q says two things about one attempt", e.ID)
	}
	return v, true
}

// predict fills in the predictions that a proof leaves open: what really happens
// is right.
func predict(e *Exercise, answers url.Values, outcomes map[string]Outcome) {
	for i := range e.Probes {
		id := e.Probes[i].ID
		if name := "card." + id; answers.Get(name) == "" {
			answers.Set(name, "refused")
			if outcomes[id].Accepted() {
				answers.Set(name, "accepted")
			}
		}
	}
}

// feedback is all that a learner reads of a verdict, on one line.
func feedback(v Verdict) string {
	parts := []string{PlainText(v.NearMiss), PlainText(v.Score)}
	for _, m := range v.Missing {
		parts = append(parts, PlainText(m))
	}
	for _, r := range v.Rungs {
		parts = append(parts, strings.TrimSuffix(PlainText(r.Title)+": "+PlainText(r.Why), ": "))
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " / ")
}

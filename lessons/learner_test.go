package lessons

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"claimcheck/mockprovider/lab"
)

// flowExercise is done by one flow from end to end, tokenExercise by a token.
func flowExercise(t *testing.T) *Exercise {
	return build(t, "kind: do\ncheck: flow_done\nwith: {pkce: true}")
}

func tokenExercise(t *testing.T) *Exercise {
	return build(t, "kind: do\nfields: [{id: a, label: t}]\ncheck: token_of_lab\nwith: {field: a, kind: access}")
}

// walk walks a flow to its end, in a run that nobody told the bench of.
func walk(t *testing.T, b *Bench) *lab.Run {
	t.Helper()
	run, err := b.lab.NewRun(lab.RunConfig{PKCE: true, Guided: true})
	if err != nil {
		t.Fatal(err)
	}
	app := b.lab.Origin() + "/app/" + b.lab.ID() + "/" + lab.FitTrack
	if _, err := b.browse(t.Context(), run, app+"/connect", "alice", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Redeem(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := run.CallAPI(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return run
}

func attempt(t *testing.T, b *Bench, since int64, token string) *Attempt {
	t.Helper()
	a, err := b.Attempt(map[string][]string{"a": {token}}, since)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestLearnersRunIsTheirs has two learners: what one walks is done for that one
// alone, and is taken back with the run's reset.
func TestLearnersRunIsTheirs(t *testing.T) {
	b := newBench(t)
	run := walk(t, b)
	walker, other := b.For(Learner{Runs: []string{run.ID()}, Local: true}), b.For(Learner{Local: true, Trail: &Trail{}})
	flow, pasted, token := flowExercise(t), tokenExercise(t), run.Session().Tokens.AccessToken
	expect(t, flow.Check(attempt(t, walker, 0, "")), "done")
	expect(t, flow.Check(attempt(t, other, 0, "")), "send the authorization request")
	expect(t, pasted.Check(attempt(t, walker, 0, token)), "done")
	expect(t, pasted.Check(attempt(t, other, 0, token)), "in no run of this browser")
	if err := run.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect(t, flow.Check(attempt(t, walker, 0, "")), "send the authorization request")
	expect(t, pasted.Check(attempt(t, walker, 0, token)), "was undone")
}

// TestLearnersBoxIsTheirs has two learners with the same request box.
func TestLearnersBoxIsTheirs(t *testing.T) {
	b := newBench(t)
	one, other := b.For(Learner{Local: true, Trail: &Trail{}}), b.For(Learner{Local: true, Trail: &Trail{}})
	e := build(t, "kind: do\ncheck: wire\nwith:\n  events:\n    - {is: refused, missing: send it, to: rs, status: 401}")
	if _, err := one.Send(t.Context(), "GET /rs/main/stepcloud/v1/steps HTTP/1.1\n", nil); err != nil {
		t.Fatal(err)
	}
	expect(t, e.Check(attempt(t, one, 0, "")), "done")
	expect(t, e.Check(attempt(t, other, 0, "")), "send it")
}

// TestOutsideCountsOnThisMachine has a request that no run made: it is the
// learner's own where nobody else reaches the lab.
func TestOutsideCountsOnThisMachine(t *testing.T) {
	b := newBench(t)
	e := build(t, "kind: do\ncheck: wire\nwith:\n  events:\n    - {is: refused, missing: send it, to: rs, status: 401}")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.lab.Origin()+"/rs/main/stepcloud/v1/steps", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	expect(t, e.Check(attempt(t, b.For(Learner{Local: true}), 0, "")), "done")
	expect(t, e.Check(attempt(t, b.For(Learner{}), 0, "")), "send it")
}

// TestForgeryIsOfNobodysToken has a learner who sends the real token of another
// one: it is no forgery.
func TestForgeryIsOfNobodysToken(t *testing.T) {
	b := newBench(t)
	token := walk(t, b).Session().Tokens.AccessToken
	e := build(t, "kind: forge\ncheck: forged_token\nwith: {outcome: accepted}")
	one := b.For(Learner{Trail: &Trail{}})
	if _, err := one.Send(t.Context(), "GET /rs/main/stepcloud/v1/steps HTTP/1.1\nAuthorization: Bearer "+token+"\n", nil); err != nil {
		t.Fatal(err)
	}
	expect(t, e.Check(attempt(t, one, 0, "")), "That token is real")
}

func TestTrailIsBounded(t *testing.T) {
	trail := &Trail{}
	for i := range int64(2 * maxTrailSent) {
		trail.addSent(i)
		trail.addRun(string(bytes.Repeat([]byte{'r'}, int(i%9))))
	}
	if len(trail.seqs) != maxTrailSent || len(trail.runs) != maxTrailRuns || trail.sent(0) || !trail.sent(2*maxTrailSent-1) {
		t.Errorf("%d positions, %d runs", len(trail.seqs), len(trail.runs))
	}
}

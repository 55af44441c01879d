package walkthrough

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"claimcheck/mockprovider/trace"
)

func status(e *trace.Entry) string { return strconv.Itoa(e.Response.Status) }

// arm notes that the step's message is about to go out, and returns it. The
// point before it becomes the one that an undo goes back to.
func (w *Walk) arm(ctx context.Context, step string) (*Draft, *plan, error) {
	generated, out, err := w.Preview(ctx, step)
	if err != nil {
		return nil, nil, err
	}
	at := w.run.Checkpoint()
	if ready := w.script.actions[step].ready; ready != nil {
		if err := ready(ctx, w); err != nil {
			return nil, nil, err
		}
	}
	if f := out.URL.EscapedFragment(); f != "" { // the address has it, the message does not
		if err := w.run.KeepFragment(ctx, f); err != nil {
			return nil, nil, err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.drafts[step]
	s := &sending{at: at}
	s.before = s.at
	if p != nil {
		s.fault, s.changes = p.fault, out.Changes(generated)
		if p.before != nil {
			s.before = *p.before
		}
		delete(w.drafts, step)
	}
	w.armed[step] = w.run.SetStep(step)
	if len(w.sendings) < 1024 {
		w.sendings[sendingKey{step, w.armed[step]}] = s
	}
	return out, p, nil
}

// Go is for a step that the browser sends: it returns where the browser has to
// go. The browser itself then sends the message.
func (w *Walk) Go(ctx context.Context, step string) (string, error) {
	if w.Back(step) {
		return "", fmt.Errorf("step %d is sent by %s, not by the browser", w.number(step), w.v.App())
	}
	out, _, err := w.arm(ctx, step)
	if err != nil {
		return "", err
	}
	return out.URL.String(), nil
}

// InPage says whether the step's message is one that a script in the client's
// page sends by itself.
func (w *Walk) InPage(step string) bool {
	s, ok := w.v.Step(step)
	return ok && w.Back(step) && s.Via == ViaPage && !w.script.actions[step].stead
}

// Arm is for a step that the client's page sends: it returns the message, which
// the page then sends from the browser. What arrives is in the log, and the lab
// hands the answer to the client.
func (w *Walk) Arm(ctx context.Context, step string) (*Draft, error) {
	if !w.InPage(step) {
		return nil, fmt.Errorf("step %d is not sent by a script in a page", w.number(step))
	}
	out, _, err := w.arm(ctx, step)
	return out, err
}

// Arrived says whether the message that Arm returned last has arrived.
func (w *Walk) Arrived(step string) bool {
	w.mu.Lock()
	n := w.armed[step]
	w.mu.Unlock()
	return slices.ContainsFunc(w.read().entries, func(e *trace.Entry) bool { return e.Step == step && e.Attempt == n })
}

// Send sends a step's message from the server: the client's own messages, and
// in the browser's stead those that it would send.
func (w *Walk) Send(ctx context.Context, step string) (*trace.Entry, error) {
	a := w.script.actions[step]
	out, p, err := w.arm(ctx, step)
	if err != nil {
		return nil, err
	}
	if p != nil && w.script.misbehaves[step+"/"+p.fault] != "" {
		stop, err := w.run.Misbehave(w.script.misbehaves[step+"/"+p.fault])
		if err != nil {
			return nil, err
		}
		defer stop()
	}
	switch {
	case a.back != nil && p != nil:
		r, err := out.request(ctx)
		if err != nil {
			return nil, err
		}
		return a.back(ctx, w, r)
	case a.back != nil:
		return a.back(ctx, w, nil)
	}
	e, err := w.run.Browse(ctx, out.Method, out.URL.String(), nil)
	if err == nil && a.person != nil {
		fill := a.person
		if p != nil && w.script.people[step+"/"+p.fault] != nil {
			fill = w.script.people[step+"/"+p.fault]
		}
		e, err = fill(ctx, w, e)
	}
	return e, err
}

func (d *Draft) request(ctx context.Context) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, d.Method, d.URL.String(), strings.NewReader(d.Body))
	if err != nil {
		return nil, err
	}
	r.Header = d.Header.Clone()
	return r, nil
}

// errStuck is returned when a step did not lead on and nothing more can be done
// for the learner.
var errStuck = errors.New("walkthrough: stuck")

// Do does everything up to and including the step in the learner's stead, over
// the same wires, as the log then says. It stops at the first step that does
// not lead on and returns its ID; a step that the run's variant can't pass is
// no error.
func (w *Walk) Do(ctx context.Context, step string) (string, error) {
	target := w.number(w.source(step))
	for _, s := range w.Steps() {
		if s.N > target {
			break
		}
		if !w.Sends(s.ID) || w.Passed(s.ID) {
			continue
		}
		w.mu.Lock()
		delete(w.drafts, s.ID) // in the learner's stead means: as generated
		w.mu.Unlock()
		if _, err := w.Send(ctx, s.ID); err != nil {
			return s.ID, err
		}
		if !w.Passed(s.ID) {
			return s.ID, nil
		}
	}
	return step, nil
}

// resolve makes a form's action an absolute URL.
func resolve(base, ref string) (string, error) {
	b, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	u, err := b.Parse(ref)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

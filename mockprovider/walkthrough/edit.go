package walkthrough

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Edit keeps an edited request for the step: the fields by name (an empty value
// takes the parameter out), or the raw text if it is not empty. Nothing is sent.
// The error is a sentence for the learner.
func (w *Walk) Edit(ctx context.Context, step string, fields []Field, raw string) error {
	generated, out, err := w.Preview(ctx, step)
	if err != nil {
		return err
	}
	if w.Person(step) {
		return errors.New("in this step a person fills in a page; edit what you like there")
	}
	d := out.clone()
	if raw != "" {
		if d, err = generated.withRaw(raw); err != nil {
			return err
		}
	} else {
		size := 0
		for _, f := range fields {
			if size += len(f.Name) + len(f.Value); size > maxDraft {
				return fmt.Errorf("the request is longer than %d bytes", maxDraft)
			}
			d.Set(f.Name, f.Value)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(d.Changes(generated)) == 0 {
		delete(w.drafts, step)
		return nil
	}
	p := &plan{draft: d, from: generated.Raw()}
	if old := w.drafts[step]; old != nil {
		p.before = old.before
	}
	w.drafts[step] = p
	return nil
}

// Discard drops the step's edit and takes back what preparing it did.
func (w *Walk) Discard(ctx context.Context, step string) error {
	w.mu.Lock()
	p := w.drafts[step]
	delete(w.drafts, step)
	w.mu.Unlock()
	if p != nil && p.before != nil {
		return w.run.Restore(ctx, *p.before)
	}
	return nil
}

// Guess keeps a prediction: the step's own, or for one of its faults. Options
// count from 1. It changes no prediction that was made before.
func (w *Walk) Guess(step, fault string, option int) error {
	s, ok := w.v.Step(step)
	if !ok {
		return fmt.Errorf("there is no step %q", step)
	}
	q := s.Predict
	if i := slices.IndexFunc(s.Wrong, func(x Wrong) bool { return x.Fault == fault }); fault != "" && i >= 0 {
		q = &s.Wrong[i].Ask
	}
	if q == nil || option < 1 || option > len(q.Options) {
		return errors.New("this step has no such prediction")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, done := w.guesses[step+"/"+fault]; !done {
		w.guesses[step+"/"+fault] = option
	}
	return nil
}

// Guessed is the option that was predicted, 0 if none.
func (w *Walk) Guessed(step, fault string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.guesses[step+"/"+fault]
}

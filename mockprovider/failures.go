package mockprovider

import (
	"context"
	"errors"
	"time"
)

// Wrong passwords and secrets are counted (RFC 6749 §2.3.1, §10.10): after
// maxFailures in a window of failureWindow, nothing more is compared until the
// window ends. Successful requests cost nothing.
const (
	maxFailures   = 10
	failureWindow = 5 * time.Minute
)

type failureRecord struct {
	Count int       `json:"count"`
	Until time.Time `json:"until"`
}

// failures is the number of failures of name in the current window.
func (p *Provider) failures(ctx context.Context, what, name string) (int, error) {
	rec, _, err := load[failureRecord](ctx, p.store, kindFailures, what+":"+name)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if !p.now().Before(rec.Until) {
		return 0, nil
	}
	return rec.Count, nil
}

// countFailure adds one. Of parallel failures each is counted.
func (p *Provider) countFailure(ctx context.Context, what, name string) error {
	for range maxFailures {
		rec, raw, err := load[failureRecord](ctx, p.store, kindFailures, what+":"+name)
		if errors.Is(err, ErrNotFound) {
			rec, raw, err = &failureRecord{}, nil, nil
		}
		if err != nil {
			return err
		}
		if now := p.now(); !now.Before(rec.Until) {
			rec.Count, rec.Until = 0, now.Add(failureWindow)
		}
		rec.Count++
		ok, err := replace(ctx, p.store, kindFailures, what+":"+name, raw, rec, failureWindow)
		if ok || err != nil {
			return err
		}
	}
	return nil // others counted as often as the limit
}

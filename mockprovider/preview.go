package mockprovider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"claimcheck/playground"
)

// ErrNoPreview says that a request is for no endpoint that Preview knows.
var ErrNoPreview = errors.New("not a request to the authorization, the pushed authorization request or the token endpoint")

// ErrKeysNotHeld says that the provider would have to fetch a client's keys before
// it could judge a request. A preview asks nobody.
var ErrKeysNotHeld = errors.New("the client's keys are not at hand, and a preview fetches none")

// Preview says how the provider would judge a request under a policy: the rows
// that it would report, without doing anything. No code is spent, nothing is
// stored, counted or fetched, no page is made. The policy counts for every client, also
// for one with a policy of its own; rules that are switched off stay so.
//
// The request is one to the authorization endpoint, the pushed authorization
// request endpoint or the token endpoint, with the URL path, the form body, the
// cookies and the headers that it would arrive with. Its body can be read again
// afterwards, so that one request can be previewed under each policy. A body over
// 64 KiB has no rows.
//
// With the error ErrKeysNotHeld come the rows up to the one that needs the keys of
// the client; that one and those after it are skipped.
//
// The error is else ErrNoPreview for another endpoint or method, or says that there is
// no such policy, that the body could not be read, or that the storage failed.
func (p *Provider) Preview(ctx context.Context, policy Policy, r *http.Request) ([]playground.Finding, error) {
	if _, err := policy.values(); err != nil {
		return nil, err
	}
	request, err := replay(ctx, r)
	if err != nil {
		return nil, err
	}
	j, err := p.rehearsal(policy).judgeRequest(request)
	if err != nil {
		return nil, err
	}
	if errors.Is(j.err, ErrKeysNotHeld) {
		for i := range j.rows {
			if o := &j.rows[i].Outcome; o.Why == playground.WhyOwnFailure {
				o.Why = "not reached: " + ErrKeysNotHeld.Error()
			}
		}
	}
	return j.rows, j.err
}

// judgeRequest runs the rules of the endpoint that the request is for.
func (p *Provider) judgeRequest(r *http.Request) (*judgement, error) {
	post := r.Method == http.MethodPost
	switch path := r.URL.Path; {
	case path == p.issuer.Path+"/authorize" && (post || r.Method == http.MethodGet):
		_, j := p.judgeAuthorization(r)
		return j, nil
	case path == p.issuer.Path+"/par" && post:
		s := p.read(r, pushParams())
		defer s.turn.end()
		if s.params.tooLarge {
			return &judgement{}, nil
		}
		_, j := s.judgePush()
		return j, nil
	case path == p.issuer.Path+"/token" && post:
		s := p.read(r, tokenParams())
		defer s.turn.end()
		if s.params.tooLarge {
			return &judgement{}, nil
		}
		return s.judgeToken(), nil
	}
	return nil, ErrNoPreview
}

// replay is a copy of the request, and leaves the body of the original readable.
func replay(ctx context.Context, r *http.Request) (*http.Request, error) {
	again := r.Clone(ctx)
	if r.Body == nil {
		again.Body = http.NoBody
		return again, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	again.Body = http.MaxBytesReader(nil, io.NopCloser(bytes.NewReader(body)), maxBody)
	return again, nil
}

// rehearsal is a provider with the same parties, keys and state, under another
// policy. What it writes stays with it.
func (p *Provider) rehearsal(policy Policy) *Provider {
	twin := &Provider{
		cfg: p.cfg, store: &draftStore{under: p.store}, keys: p.keys, log: p.log,
		registry: p.registry, fetched: p.fetched, heldOnly: true, resolver: p.resolver, trusted: p.trusted, issuer: p.issuer, nonceKey: p.nonceKey, pages: p.pages,
	}
	twin.grace.Store(p.grace.Load())
	twin.mode.Store(&mode{policy: policy, off: p.mode.Load().off, alone: true})
	return twin
}

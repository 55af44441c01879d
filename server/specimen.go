package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
	"claimcheck/web"
)

// specimenTimeout bounds the issuing of two tokens, which takes milliseconds.
const specimenTimeout = 10 * time.Second

// A specimen is the pair of access tokens on the front page.
type specimen struct {
	lab.Specimen
	stub  web.Stub
	badge web.JWT
	raw   string    // the JWT
	until time.Time // its exp
}

// maxSpecimens bounds the labs whose pair is kept: the one that was asked for
// longest ago makes room. A visitor's next pair takes milliseconds.
const maxSpecimens = 64

// specimens keeps the pair of a lab as long as it is good.
type specimens struct {
	mu    sync.Mutex
	pairs map[string]*specimenOf // by the lab's ID
	turn  uint64
}

// specimenOf is what there is of one lab: the last pair, and the making of the
// next.
type specimenOf struct {
	last   *specimen
	flight *flight
	asked  uint64 // the turn in which it was asked for last
}

// A flight is the making of a pair, for all who wait for it.
type flight struct {
	done chan struct{} // closed when sp and err are there
	sp   *specimen
	err  error
}

// get returns the lab's pair, and makes a new one when AcmeID does not stand by
// the last one any more. One is made at a time, and whoever comes meanwhile waits
// for that one; a visitor who leaves takes nobody's with them.
func (s *specimens) get(ctx context.Context, l *lab.Lab) (*specimen, error) {
	s.mu.Lock()
	last := s.of(l).last
	s.mu.Unlock()
	if last != nil && last.Active(ctx, l) {
		return last, nil
	}
	f := s.join(last, l)
	select {
	case <-f.done:
		return f.sp, f.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// of is what there is of the lab. The caller holds the lock.
func (s *specimens) of(l *lab.Lab) *specimenOf {
	s.turn++
	one := s.pairs[l.ID()]
	if one == nil {
		if len(s.pairs) >= maxSpecimens {
			s.makeRoom()
		}
		if s.pairs == nil {
			s.pairs = make(map[string]*specimenOf)
		}
		one = &specimenOf{}
		s.pairs[l.ID()] = one
	}
	one.asked = s.turn
	return one
}

// makeRoom forgets the pair that was asked for longest ago. A flight goes on for
// those who wait for it.
func (s *specimens) makeRoom() {
	oldest := ""
	for id, one := range s.pairs {
		if oldest == "" || one.asked < s.pairs[oldest].asked {
			oldest = id
		}
	}
	delete(s.pairs, oldest)
}

// join returns the flight that is under way, or starts one. Old is the pair that
// the caller found wanting: if there is another by now, nothing has to be made.
func (s *specimens) join(old *specimen, l *lab.Lab) *flight {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.of(l)
	if one.flight != nil {
		return one.flight
	}
	f := &flight{done: make(chan struct{})}
	if one.last != nil && one.last != old {
		f.sp = one.last
		close(f.done)
		return f
	}
	one.flight = f
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), specimenTimeout)
		defer cancel()
		f.sp, f.err = newSpecimen(ctx, l)
		s.mu.Lock()
		if f.err == nil {
			one.last = f.sp
		}
		one.flight = nil
		s.mu.Unlock()
		close(f.done)
	}()
	return f
}

// newSpecimen has the lab issue the pair, and reads it.
func newSpecimen(ctx context.Context, l *lab.Lab) (*specimen, error) {
	pair, err := l.Specimen(ctx)
	if err != nil {
		return nil, fmt.Errorf("specimen: %w", err)
	}
	view, until, err := readBadge(l, pair.JWT)
	if err != nil {
		return nil, err
	}
	return &specimen{
		Specimen: pair, badge: view, raw: pair.JWT, until: until,
		stub: web.Stub{
			Edge: "STEPCLOUD · ADMIT ONE APP", Title: "Access token, opaque", Value: pair.Opaque,
			Note: "Good for " + lab.ScopeStepsRead + " until " + until.Format("15:04 MST"),
		},
	}, nil
}

// readBadge decodes the token and checks its signature with the lab's keys.
func readBadge(l *lab.Lab, token string) (web.JWT, time.Time, error) {
	key, err := l.Keys().Key("ES256")
	if err != nil {
		return web.JWT{}, time.Time{}, fmt.Errorf("specimen: %w", err)
	}
	keys := playground.NewKeySet("AcmeID", playground.NewKey(key.Private.Public(), key.KID, "ES256"))
	verdict := playground.Verify(token, keys, playground.Policy{
		Algorithms: []string{"ES256"}, Issuer: l.Issuer(), Type: "at+jwt", Now: l.Now(), Require: []string{"exp"},
	})
	if !verdict.Accepted() {
		return web.JWT{}, time.Time{}, fmt.Errorf("specimen: the lab's own token is refused: %s", verdict.Verdict)
	}
	t := verdict.Token
	exp, err := strconv.ParseInt(t.Payload().Object().Get("exp").Text, 10, 64)
	if err != nil {
		return web.JWT{}, time.Time{}, fmt.Errorf("specimen: exp: %w", err)
	}
	until := time.Unix(exp, 0).In(l.Now().Location())
	means := map[string]string{
		"aud": "for whom", "sub": "about whom", "scope": "what it allows", "exp": "good until " + until.Format("15:04:05 MST"),
	}
	return web.JWT{
		Title: "Access token, JWT", Note: "issued by AcmeID, for StepCloud", Brief: true, Sealed: true, Seal: [2]string{"ACME", "ID"},
		Header:    segment(t.Header(), nil),
		Payload:   segment(t.Payload(), means),
		Signature: segment(t.Signature(), nil),
	}, until, nil
}

// segment is a part of a token with those of its members that have a meaning.
func segment(p *playground.Part, means map[string]string) web.Segment {
	s := web.Segment{Raw: p.Encoded}
	o := p.Object()
	if o == nil {
		return s
	}
	for _, m := range o.Members {
		if text, ok := means[m.Name]; ok {
			s.Claims = append(s.Claims, web.Claim{Name: m.Name, Value: string(p.Bytes[m.Value.Start:m.Value.End]), Text: text})
		}
	}
	return s
}

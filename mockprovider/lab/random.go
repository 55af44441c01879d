package lab

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"

	"claimcheck/mockprovider/trace"
)

// random returns n bytes for a value of this kind. With a seed they are
// HKDF(seed, run, kind, count): each value stands for itself, so that one more
// value of another kind shifts none of the others.
func (l *Lab) random(ctx context.Context, kind string, n int) []byte {
	if l.Seed() == "" {
		b := make([]byte, n)
		_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
		return b
	}
	run := trace.RunID(ctx)
	return derive(l.Seed(), n, l.id, run, kind, strconv.FormatUint(l.count(run, kind), 10))
}

// value is random text of n bytes, base64url encoded.
func (l *Lab) value(ctx context.Context, kind string, n int) string {
	return string(base64.RawURLEncoding.AppendEncode(make([]byte, 0, 64), l.random(ctx, kind, n)))
}

// traceID names an exchange for whoever got its answer. It can't be guessed
// and says nothing.
func (l *Lab) traceID(ctx context.Context) string { return l.value(ctx, "trace", 12) }

// count numbers the values of one kind of one run, from 0.
func (l *Lab) count(run, kind string) uint64 {
	if r, ok := l.Run(run); ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.counters == nil {
			r.counters = map[string]uint64{}
		}
		r.counters[kind]++
		return r.counters[kind] - 1
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counters[kind]++
	return l.counters[kind] - 1
}

// derive is HKDF with SHA-256 (RFC 5869): n bytes, at most 8160, that depend on
// the seed and every part of the name.
func derive(seed string, n int, name ...string) []byte {
	var info []byte
	for _, part := range name { // lengths keep "ab","c" apart from "a","bc"
		info = append(strconv.AppendInt(info, int64(len(part)), 10), ':')
		info = append(info, part...)
	}
	b, err := hkdf.Key(sha256.New, []byte(seed), nil, string(info), n)
	if err != nil {
		return make([]byte, n) // only for lengths that nobody asks for
	}
	return b
}

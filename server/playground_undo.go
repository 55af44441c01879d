package main

import "net/url"

// The bench remembers in the page itself: what stood in the fields when it was
// rendered, and before that. Nothing of it is kept here, so undo works without
// a script, and closing the page forgets it.
const (
	// maxPast is how many earlier states of the fields a page carries.
	maxPast = 12
	// maxPastBytes is how long they may be together: a page has to stay light.
	maxPastBytes = 24 << 10
)

// state is what stands in the fields, in one text.
func (f *benchForm) state() string {
	v := url.Values{
		"token": {f.Token}, "key_from": {f.KeyFrom}, "key": {f.Key}, "encoding": {f.Encoding}, "iss": {f.Issuer}, "aud": {f.Audience}, "typ": {f.Typ},
		"leeway": {f.Leeway}, "require": {f.Require}, "now": {f.Now}, "header": {f.Header}, "payload": {f.Payload}, "sign_key": {f.SignKey},
		"sign_encoding": {f.SignEncoding}, "key_alg": {f.KeyAlgorithm}, "key_bits": {f.KeyBits}, "public_key": {f.PublicKey}, "alg": f.Algorithms,
	}
	if f.Strict {
		v.Set("strict", "on")
	}
	if f.RequireExp {
		v.Set("require_exp", "on")
	}
	for name := range v {
		if v.Get(name) == "" {
			v.Del(name)
		}
	}
	return v.Encode()
}

// push remembers a state; of too many the oldest are forgotten.
func (f *benchForm) push(state string) {
	if state == "" || len(state) > maxPastBytes/2 || len(f.Past) > 0 && f.Past[len(f.Past)-1] == state {
		return
	}
	f.Past = append(f.Past, state)
	for size(f.Past) > maxPastBytes || len(f.Past) > maxPast {
		f.Past = f.Past[1:]
	}
}

func size(texts []string) (n int) {
	for _, t := range texts {
		n += len(t)
	}
	return n
}

// undo puts back what stood in the fields before the last change: what was
// typed since the page was rendered, or else what the last button did.
func (f *benchForm) undo() {
	back := ""
	switch n := len(f.Past); {
	case f.was != "" && f.was != f.state():
		back = f.was
	case n > 0:
		back, f.Past = f.Past[n-1], f.Past[:n-1]
	}
	v, err := url.ParseQuery(back)
	if back == "" || err != nil {
		f.Said = "There is nothing to undo: this is how the page began."
		return
	}
	past, sent, present := f.Past, f.Sent, f.Present
	*f = readBench(v)
	f.Past, f.Sent, f.Present, f.Said = past, sent, present, "Undone. The fields hold what stood there before."
}

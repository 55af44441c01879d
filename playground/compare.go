package playground

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// A Change says how two tokens differ in one place.
type Change string

// The changes.
const (
	Same    Change = "same"
	Changed Change = "changed"
	Added   Change = "added"   // only the second has it
	Removed Change = "removed" // only the first has it
)

// A Difference is one place of two tokens side by side.
type Difference struct {
	// Part is "header", "payload", "signature" or another part's name.
	Part string `json:"part"`
	// Name is the member, empty for the part as a whole.
	Name   string `json:"name,omitempty"`
	Change Change `json:"change"`
	// First and Second are what stands there: JSON for a member, the encoded
	// text for a part; empty where there is nothing.
	First  string `json:"first,omitempty"`
	Second string `json:"second,omitempty"`
	// Note says what the difference means: "10 min later".
	Note string `json:"note,omitempty"`
}

// A Comparison is two tokens side by side.
type Comparison struct {
	First, Second *Token
	Rows          []Difference
	Sentence      string
}

// Compare lays two tokens side by side, member by member in the order of the
// first. It verifies nothing and never fails.
func Compare(first, second string) *Comparison {
	c := &Comparison{First: Decode(first, false), Second: Decode(second, false)}
	n := max(len(c.First.Parts), len(c.Second.Parts))
	for i := range n {
		var a, b *Part
		if i < len(c.First.Parts) {
			a = &c.First.Parts[i]
		}
		if i < len(c.Second.Parts) {
			b = &c.Second.Parts[i]
		}
		c.parts(a, b)
	}
	c.tell()
	return c
}

// parts compares one part of each; one of them may be nil.
func (c *Comparison) parts(a, b *Part) {
	switch {
	case a == nil:
		c.Rows = append(c.Rows, Difference{Part: b.Name, Change: Added, Second: b.Encoded})
		return
	case b == nil:
		c.Rows = append(c.Rows, Difference{Part: a.Name, Change: Removed, First: a.Encoded})
		return
	case a.Object() == nil || b.Object() == nil:
		d := Difference{Part: a.Name, Change: Changed, First: a.Encoded, Second: b.Encoded}
		if a.Encoded == b.Encoded {
			d.Change = Same
		} else if bytes.Equal(a.Bytes, b.Bytes) {
			d.Note = "other characters, the same bytes"
		}
		c.Rows = append(c.Rows, d)
		return
	}
	from := len(c.Rows)
	c.members(a, b)
	if a.Encoded != b.Encoded && !slices.ContainsFunc(c.Rows[from:], func(d Difference) bool { return d.Change != Same }) {
		c.Rows = append(c.Rows, Difference{Part: a.Name, Change: Changed, First: a.Encoded, Second: b.Encoded, Note: "the same members, written differently: order, spaces or duplicates"})
	}
}

// members compares the objects of two parts by name; of duplicates the last counts.
func (c *Comparison) members(a, b *Part) {
	text := func(p *Part, v *Value) string { return string(p.Bytes[v.Start:v.End]) }
	seen := map[string]bool{}
	for _, m := range slices.Concat(a.Object().Members, b.Object().Members) {
		if seen[m.Name] {
			continue
		}
		seen[m.Name] = true
		d := Difference{Part: a.Name, Name: m.Name}
		va, vb := a.Object().Get(m.Name), b.Object().Get(m.Name)
		switch {
		case va == nil:
			d.Change, d.Second = Added, text(b, vb)
		case vb == nil:
			d.Change, d.First = Removed, text(a, va)
		default:
			d.First, d.Second = text(a, va), text(b, vb)
			if d.Change = Changed; d.First == d.Second {
				d.Change = Same
			} else {
				d.Note = changeNote(m.Name, va, vb)
			}
		}
		c.Rows = append(c.Rows, d)
	}
}

// changeNote says what a change of two values means.
func changeNote(name string, a, b *Value) string {
	var from, to int64
	switch {
	case a.Kind != b.Kind:
		return fmt.Sprintf("%s became %s", a.Kind, b.Kind)
	case name == "exp" || name == "nbf" || name == "iat" || name == "auth_time":
		const calendar = 1 << 33
		if json.Unmarshal([]byte(a.Text), &from) != nil || json.Unmarshal([]byte(b.Text), &to) != nil || from < 0 || to < 0 || from > calendar || to > calendar {
			return ""
		}
		if to < from {
			return Length(from-to) + " earlier"
		}
		return Length(to-from) + " later"
	case a.Kind == KindString && a.Text == b.Text:
		return "the same text, written differently"
	}
	return ""
}

func (c *Comparison) tell() {
	changed := map[string]bool{}
	for _, d := range c.Rows {
		if d.Change != Same {
			changed[d.Part] = true
		}
	}
	input := changed[PartHeader] || changed[PartPayload]
	switch {
	case c.First.Text == c.Second.Text:
		c.Sentence = "The two are the same, character by character."
	case c.First.Kind != c.Second.Kind:
		c.Sentence = "The two are of different kinds."
	case c.First.Kind == JWS && !input && changed[PartSignature]:
		c.Sentence = "The same statements, signed twice, or one of the two signatures was changed."
	case c.First.Kind == JWS && input && !changed[PartSignature]:
		c.Sentence = "What is signed differs, and the signature is the same: at least one of the two does not verify."
	default:
		c.Sentence = "Two tokens; " + count(len(changed), "part differs.", "parts differ.")
	}
}

// MarshalJSON writes the comparison in the shape of the JSON interface.
func (c *Comparison) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Same        bool         `json:"same"`
		Sentence    string       `json:"sentence"`
		Differences []Difference `json:"differences"`
	}{c.First.Text == c.Second.Text, c.Sentence, append([]Difference{}, c.Rows...)})
}

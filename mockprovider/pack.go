package mockprovider

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A record is what the store keeps. Its fields are packed in the order in which its
// pack names them, and read back by the same method, so that writing and reading can't
// differ. A login writes and reads records eighteen times; as JSON that was a third of
// our own work in it.
type record interface{ pack(p *packer) }

// recordFormat begins every packed record. Whoever changes what a record has in it,
// or the order, raises it.
const recordFormat = 1

var errRecord = errors.New("these are not the bytes of a record of this version")

// packRecord returns the record's bytes.
func packRecord(r record) ([]byte, error) {
	p := packer{raw: append(make([]byte, 0, 512), recordFormat)}
	r.pack(&p)
	return p.raw, p.err
}

// unpackRecord fills an empty record from its bytes. The error is about the bytes.
func unpackRecord(raw []byte, r record) error {
	if len(raw) == 0 || raw[0] != recordFormat {
		return errRecord
	}
	p := packer{raw: raw, all: string(raw), at: 1, reading: true}
	if r.pack(&p); p.err == nil && p.at != len(raw) {
		p.err = errRecord
	}
	return p.err
}

// A packer goes through the fields of a record and writes them, or reads them. After
// an error it does nothing more.
type packer struct {
	raw     []byte
	err     error
	reading bool
	all     string // raw, for texts to be parts of
	at      int    // where the next field begins
}

// number is an unsigned number (a varint of encoding/binary).
func (p *packer) number(n *uint64) {
	switch {
	case p.err != nil:
	case p.reading:
		v, size := binary.Uvarint(p.raw[p.at:])
		if size <= 0 {
			p.err = errRecord
			return
		}
		*n, p.at = v, p.at+size
	default:
		p.raw = binary.AppendUvarint(p.raw, *n)
	}
}

// length is how many of something follow, each of at least one byte.
func (p *packer) length(n int) int {
	v := uint64(n) //nolint:gosec // a length
	p.number(&v)
	if p.err == nil && p.reading && v > uint64(len(p.raw)-p.at) { //nolint:gosec // not negative
		p.err = errRecord
	}
	if p.err != nil {
		return 0
	}
	return int(v) //nolint:gosec // at most the length of raw
}

func (p *packer) text(fields ...*string) {
	for _, field := range fields {
		n := p.length(len(*field))
		switch {
		case p.err != nil:
			return
		case p.reading:
			*field = p.all[p.at : p.at+n]
			p.at += n
		default:
			p.raw = append(p.raw, *field...)
		}
	}
}

// packAll is a list of anything. An empty one is nil when it is read.
func packAll[T any](p *packer, list *[]T, one func(*T)) {
	n := p.length(len(*list))
	if p.reading && n > 0 {
		*list = make([]T, n)
	}
	for i := range *list {
		one(&(*list)[i])
	}
}

func (p *packer) texts(fields ...*[]string) {
	for _, field := range fields {
		packAll(p, field, func(s *string) { p.text(s) })
	}
}

// details are JSON already.
func (p *packer) details(field *authorizationDetails) {
	packAll(p, (*[]json.RawMessage)(field), func(one *json.RawMessage) {
		s := string(*one)
		if p.text(&s); p.reading {
			*one = json.RawMessage(s)
		}
	})
}

func (p *packer) flag(fields ...*bool) {
	for _, field := range fields {
		var n uint64
		if *field {
			n = 1
		}
		if p.number(&n); p.reading {
			*field = n == 1
		}
	}
}

// count is a small number that is not negative.
func (p *packer) count(fields ...*int) {
	for _, field := range fields {
		n := uint64(*field) //nolint:gosec // not negative
		if p.number(&n); p.reading {
			*field = int(n) //nolint:gosec // it was one
		}
	}
}

// time is a moment, to the nanosecond. The place that it was read at is not kept.
func (p *packer) time(fields ...*time.Time) {
	for _, field := range fields {
		seconds, nanos := uint64(field.Unix()), uint64(field.Nanosecond()) //nolint:gosec // and back
		p.number(&seconds)
		p.number(&nanos)
		if p.reading && p.err == nil {
			*field = time.Unix(int64(seconds), int64(nanos)).UTC() //nolint:gosec // see above
		}
	}
}

// packJSON is for what records rarely have, and what is a tree.
func packJSON[T any](p *packer, there bool, field *T) {
	var text string
	if there && !p.reading {
		raw, err := json.Marshal(field)
		if err != nil && p.err == nil {
			p.err = fmt.Errorf("pack %T: %w", field, err)
		}
		text = string(raw)
	}
	if p.text(&text); !p.reading || text == "" || p.err != nil {
		return
	}
	if err := json.Unmarshal([]byte(text), field); err != nil {
		p.err = fmt.Errorf("%w: %w", errRecord, err)
	}
}

package lessons

import (
	"reflect"
	"runtime"
	"testing"

	"github.com/yuin/goldmark/util"
)

// goldmark writes to it without a buffer of its own.
var _ util.BufWriter = (*rendered)(nil)

// allocated is how many bytes one call of f takes.
func allocated(f func()) uint64 {
	const times = 200
	f()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range times {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / times
}

// The course is thousands of sentences and of YAML fields, all read while somebody
// may wait for the first page: what each of them takes is kept small.
func TestLoadIsFrugal(t *testing.T) {
	m := newMarkdown(&problems{}, nil)
	m.at("text", 0)
	if n := allocated(func() { m.inline("A sentence with `code`.") }); n >= 4096 {
		t.Errorf("to render a sentence takes %d bytes, want less than a buffer of 4096", n)
	}
	if n := allocated(func() { say("A verdict on %s.", "x") }); n >= 1024 {
		t.Errorf("to say a verdict takes %d bytes, want less than 1024", n)
	}
	ps := &problems{}
	if n := allocated(func() { ps.fieldsOf(reflect.TypeFor[exerciseYAML]()) }); n >= 64 {
		t.Errorf("to know the fields of a type takes %d bytes each time, want them once", n)
	}
}

package trace

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// MaxHeader is how many bytes of a message's headers are kept. Receivers see all
// of them.
const MaxHeader = 16 << 10

// What keeping one thing costs beside its texts, in bytes, roughly.
const (
	entryCost   = 1024
	markCost    = 256
	headerCost  = 64
	findingCost = 256
	keptCost    = 16 // of a finding without any text
)

// keepHeader keeps the headers, which nobody may change any more, or a copy of as
// many of them as cost at most MaxHeader bytes. Short values are kept first: a
// huge one is cut and does not push out the rest.
func (m *Message) keepHeader(h http.Header) {
	m.Header, m.headerSize = h, headerSize(h)
	if m.headerSize > MaxHeader {
		m.Header, m.HeaderCut = shortHeader(h), true
		m.headerSize = headerSize(m.Header)
	}
}

// shortHeader is as much of the headers as is kept.
func shortHeader(h http.Header) http.Header {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	cost := func(name string) int { return headerSize(http.Header{name: h[name]}) }
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cost(a)-cost(b), strings.Compare(a, b)) })
	kept := http.Header{}
	left := MaxHeader
	for _, name := range names {
		for _, v := range h[name] {
			left -= len(name) + headerCost
			if left <= 0 {
				return kept
			}
			if len(v) > left {
				v = strings.Clone(v[:left]) // a part would keep the whole
			}
			left -= len(v)
			kept[name] = append(kept[name], v)
		}
	}
	return kept
}

func headerSize(h http.Header) int {
	n := 0
	for name, values := range h {
		for _, v := range values {
			n += len(name) + len(v) + headerCost
		}
	}
	return n
}

// size is what keeping the item costs, in bytes, roughly and rather too much.
func (i Item) size() int {
	if m := i.Mark; m != nil {
		n := markCost + len(m.Kind) + len(m.Run) + len(m.Step) + len(m.Text)
		for name, v := range m.Data {
			n += headerCost + len(name) + len(v)
		}
		return n
	}
	e := i.Entry
	return entryCost + len(e.Run) + len(e.Step) + len(e.From.ID) + len(e.From.Name) +
		e.Request.size() + e.Response.size() + e.RequestFindings.size() + e.ResponseFindings.size()
}

func (m *Message) size() int {
	header := m.headerSize
	if header == 0 {
		header = headerSize(m.Header)
	}
	return len(m.Method) + len(m.URL) + header + cap(m.Body)
}

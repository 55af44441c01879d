package trace

import (
	"encoding/json"
	"mime"
	"net/url"
	"slices"
	"strings"

	"claimcheck/playground"
)

// Entries returns the entries among items, in order.
func Entries(items []Item) []*Entry {
	out := make([]*Entry, 0, len(items))
	for _, it := range items {
		if it.Entry != nil {
			out = append(out, it.Entry)
		}
	}
	return out
}

// Marks returns the marks of one kind among items, in order.
func Marks(items []Item, kind string) []*Mark {
	var out []*Mark
	for _, it := range items {
		if it.Mark != nil && it.Mark.Kind == kind {
			out = append(out, it.Mark)
		}
	}
	return out
}

// Current drops what an undo or a reset of the same run took back: entries, and
// for a reset also earlier marks. The marks of undo and reset themselves stay,
// so that a reader can say that it happened.
func Current(items []Item) []Item {
	type reach struct {
		from, to int64 // exclusive
		marks    bool
	}
	back := map[string]reach{}
	out := make([]Item, 0, len(items))
	for _, it := range slices.Backward(items) {
		r, ok := back[it.Run()]
		if ok && it.Seq > r.from && it.Seq < r.to && (it.Entry != nil || r.marks) {
			continue
		}
		// An earlier mark only matters where it reaches further back.
		if m := it.Mark; m != nil && (m.Kind == MarkUndone || m.Kind == MarkReset) && (!ok || m.After < r.from) {
			back[m.Run] = reach{from: m.After, to: it.Seq, marks: m.Kind == MarkReset}
		}
		out = append(out, it)
	}
	slices.Reverse(out)
	return out
}

// To returns the entries that a party of this role received with this method
// at a path that ends in path ("/token"). An empty argument matches anything.
func To(entries []*Entry, role Role, method, path string) []*Entry {
	var out []*Entry
	for _, e := range entries {
		if (role == "" || e.To.Role == role) && (method == "" || e.Request.Method == method) &&
			(path == "" || strings.HasSuffix(e.Path(), path)) {
			out = append(out, e)
		}
	}
	return out
}

// Accepted returns those of [To] that the receiver accepted.
func Accepted(entries []*Entry, role Role, method, path string) []*Entry {
	return slices.DeleteFunc(To(entries, role, method, path), func(e *Entry) bool { return !e.Accepted() })
}

// Refused returns the entries that the rule or finding of this id refused.
func Refused(entries []*Entry, id string) []*Entry {
	var out []*Entry
	for _, e := range entries {
		if f := e.Refusal(); f != nil && (f.ID == id || f.FindingID() == id) {
			out = append(out, e)
		}
	}
	return out
}

// Accepted says whether the receiver took the message: no rule of it failed and
// the answer is no error.
func (e *Entry) Accepted() bool {
	return e.Refusal() == nil && e.Response.Status < 400 && e.Failure == ""
}

// Refusal is the rule at which the receiver refused the message, or nil.
func (e *Entry) Refusal() *playground.Finding { return e.RequestFindings.failed() }

// AnswerRefusal is the rule at which the sender refused the answer, or nil.
func (e *Entry) AnswerRefusal() *playground.Finding { return e.ResponseFindings.failed() }

// Finding returns the receiver's finding whose rule or own id is id, or nil.
func (e *Entry) Finding(id string) *playground.Finding { return e.RequestFindings.named(id) }

// Path is the path of the request's URL.
func (e *Entry) Path() string {
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		return ""
	}
	return u.Path
}

// Host is the host of a request's URL, with its port.
func (e *Entry) Host() string {
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Query is the query of a request's URL. What cannot be parsed is left out.
func (m *Message) Query() url.Values {
	u, err := url.Parse(m.URL)
	if err != nil {
		return url.Values{}
	}
	return u.Query()
}

// Form is the form in a request's body, empty if there is none.
func (m *Message) Form() url.Values {
	if !isForm(m) {
		return url.Values{}
	}
	v, _ := url.ParseQuery(string(m.Body)) // what parses is what we want
	return v
}

// isForm tells whether the body is a form.
func isForm(m *Message) bool {
	const form = "application/x-www-form-urlencoded"
	sent := m.Header.Get("Content-Type")
	if sent == form {
		return true
	}
	ct, _, _ := mime.ParseMediaType(sent)
	return ct == form
}

// Param is the first value of a parameter, from the form or else the query.
func (m *Message) Param(name string) string {
	if v := m.Form().Get(name); v != "" {
		return v
	}
	return m.Query().Get(name)
}

// JSON decodes the body into v and reports whether it is JSON of that shape.
func (m *Message) JSON(v any) bool { return json.Unmarshal(m.Body, v) == nil }

// Location is where an answer redirects to, nil if nowhere.
func (m *Message) Location() *url.URL {
	u, err := url.Parse(m.Header.Get("Location"))
	if err != nil || m.Header.Get("Location") == "" {
		return nil
	}
	return u
}

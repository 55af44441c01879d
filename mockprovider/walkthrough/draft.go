package walkthrough

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxDraft bounds what an edit may hold, in bytes.
const maxDraft = 16 << 10

// A Draft is a request that is about to go out.
type Draft struct {
	Method string
	URL    *url.URL
	Header http.Header
	Body   string
}

// draftOf copies a request. Its body is read and put back.
func draftOf(r *http.Request) (*Draft, error) {
	d := &Draft{Method: r.Method, URL: r.URL, Header: r.Header.Clone()}
	if r.Body == nil {
		return d, nil
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, maxDraft))
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	d.Body = string(b)
	return d, nil
}

// get is the draft of a page that a browser opens.
func get(rawURL string) (*Draft, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	return &Draft{Method: http.MethodGet, URL: u, Header: http.Header{}}, nil
}

func (d *Draft) clone() *Draft {
	u := *d.URL
	return &Draft{Method: d.Method, URL: &u, Header: d.Header.Clone(), Body: d.Body}
}

// A Field is a parameter or header field that can be edited.
type Field struct{ Name, Value string }

// inBody says whether the parameters travel as a form in the body.
func (d *Draft) inBody() bool { return d.Method == http.MethodPost }

// Fields are the parameters in the order in which they are sent.
func (d *Draft) Fields() []Field {
	raw := d.URL.RawQuery
	if d.inBody() {
		raw = d.Body
	}
	return fieldsOf(raw)
}

func fieldsOf(raw string) []Field {
	var fs []Field
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		k, v, _ := strings.Cut(pair, "=")
		fs = append(fs, Field{unescape(k), unescape(v)})
	}
	return fs
}

func unescape(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

// Get is the first value of a parameter, else of a header field.
func (d *Draft) Get(name string) string {
	for _, f := range d.Fields() {
		if f.Name == name {
			return f.Value
		}
	}
	return d.Header.Get(name)
}

// Set gives a parameter a value, in its place. An empty value takes it out: by
// RFC 6749 §3.1 and §3.2 that means the same. A name that is a header field of
// the request changes that.
func (d *Draft) Set(name, value string) {
	fs := d.Fields()
	at := slices.IndexFunc(fs, func(f Field) bool { return f.Name == name })
	_, header := d.Header[http.CanonicalHeaderKey(name)]
	switch {
	case at < 0 && (header || name == "Authorization"):
		if value == "" {
			d.Header.Del(name)
		} else {
			d.Header.Set(name, value)
		}
		return
	case at < 0 && value == "":
		return
	case at < 0:
		fs = append(fs, Field{name, value})
	case value == "":
		fs = slices.Delete(fs, at, at+1)
	case fs[at].Value == value:
		return // leave its spelling alone
	default:
		fs[at].Value = value
	}
	d.setFields(fs)
}

func (d *Draft) setFields(fs []Field) {
	parts := make([]string, len(fs))
	for i, f := range fs {
		parts[i] = url.QueryEscape(f.Name) + "=" + url.QueryEscape(f.Value)
	}
	raw := strings.Join(parts, "&")
	if d.inBody() {
		d.Body = raw
		return
	}
	d.URL.RawQuery = raw
}

// Raw is the request as text, for the raw editor.
func (d *Draft) Raw() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\nHost: %s\n", d.Method, d.URL.RequestURI(), d.URL.Host)
	for _, k := range sortedKeys(d.Header) {
		for _, v := range d.Header[k] {
			fmt.Fprintf(&b, "%s: %s\n", k, v)
		}
	}
	b.WriteString("\n" + d.Body)
	return b.String()
}

func sortedKeys(h http.Header) []string {
	keys := make([]string, 0, len(h))
	for k := range h {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// errRaw explains what can't be read.
var errRaw = errors.New("this is not an HTTP request: it needs a request line like “POST /path HTTP/1.1”, header fields, an empty line, and the body")

// withRaw reads the raw editor's text as a change of the draft d. Method, host
// and path stay: the request goes to the party that the step names.
func (d *Draft) withRaw(text string) (*Draft, error) {
	if len(text) > maxDraft {
		return nil, fmt.Errorf("the request is longer than %d bytes", maxDraft)
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	head, body, _ := strings.Cut(text, "\n\n")
	// The body's length is counted again when it is sent.
	req, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.ReplaceAll(strings.TrimSpace(head), "\n", "\r\n") + "\r\n\r\n")))
	if err != nil {
		return nil, errRaw
	}
	if req.Method != d.Method || req.URL.Path != d.URL.Path || (req.Host != "" && req.Host != d.URL.Host) {
		return nil, fmt.Errorf("this step sends %s %s to %s: method, path and host stay as they are", d.Method, d.URL.Path, d.URL.Host)
	}
	n := d.clone()
	n.URL.RawQuery, n.Header, n.Body = req.URL.RawQuery, req.Header, strings.TrimRight(body, "\n")
	n.Header.Del("Content-Length")
	return n, nil
}

// Changes lists, in a few words each, what differs between the request that was
// generated and d.
func (d *Draft) Changes(from *Draft) []Change {
	var cs []Change
	was, is := from.Fields(), d.Fields()
	if d.inBody() {
		was, is = append(was, fieldsOf(from.URL.RawQuery)...), append(is, fieldsOf(d.URL.RawQuery)...)
	}
	was, is = append(was, fieldsOf(from.URL.EscapedFragment())...), append(is, fieldsOf(d.URL.EscapedFragment())...)
	for _, f := range was {
		i := slices.IndexFunc(is, func(g Field) bool { return g.Name == f.Name })
		switch {
		case i < 0:
			cs = append(cs, Change{Name: f.Name, Was: f.Value, Kind: "removed"})
		case is[i].Value != f.Value:
			cs = append(cs, Change{Name: f.Name, Was: f.Value, Is: is[i].Value, Kind: "changed"})
		}
	}
	for _, f := range is {
		if !slices.ContainsFunc(was, func(g Field) bool { return g.Name == f.Name }) {
			cs = append(cs, Change{Name: f.Name, Is: f.Value, Kind: "added"})
		}
	}
	for _, k := range sortedKeys(from.Header) {
		if now := d.Header.Get(k); now == "" {
			cs = append(cs, Change{Name: k, Was: from.Header.Get(k), Kind: "removed"})
		} else if now != from.Header.Get(k) {
			cs = append(cs, Change{Name: k, Was: from.Header.Get(k), Is: now, Kind: "changed"})
		}
	}
	for _, k := range sortedKeys(d.Header) {
		if from.Header.Get(k) == "" {
			cs = append(cs, Change{Name: k, Is: d.Header.Get(k), Kind: "added"})
		}
	}
	if len(cs) == 0 && (d.Body != from.Body || d.URL.RawQuery != from.URL.RawQuery) {
		cs = append(cs, Change{Name: "the spelling or the order", Kind: "changed"})
	}
	return cs
}

// A Change is one difference between a generated and an edited request.
type Change struct{ Name, Was, Is, Kind string }

// Claims says what differs in the payloads of two JWTs, "sub: alice → bob", empty
// where the change is not one between two JWTs.
func (c Change) Claims() string {
	was, is := payloadOf(c.Was), payloadOf(c.Is)
	if was == nil || is == nil {
		return ""
	}
	var says []string
	for _, name := range slices.Sorted(maps.Keys(was)) {
		now, there := is[name]
		switch a, b := fmt.Sprint(was[name]), fmt.Sprint(now); {
		case !there:
			says = append(says, name+" left out")
		case a != b:
			says = append(says, name+": "+a+" → "+b)
		}
	}
	return strings.Join(says, ", ")
}

// payloadOf are the claims of the JWT at the end of a value, nil if there is none.
func payloadOf(value string) map[string]any {
	parts := strings.Split(value, ".")
	if len(parts) != 3 {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claims map[string]any
	if json.Unmarshal(b, &claims) != nil {
		return nil
	}
	return claims
}

// String is the change in words: "changed: state".
func (c Change) String() string { return c.Kind + ": " + c.Name }

package trace

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
)

// An exchange is a message and its answer while the receiver works on them. It
// is the ctx that the receiver works in, which knows the sender and takes the
// findings. All of it is one piece of memory, of which the log keeps nothing.
type exchange struct {
	context.Context //nolint:containedctx // it is one, as context.WithValue makes them

	sender Sender
	report report
	body   replay
	answer answer
}

// Value implements context.Context.
func (x *exchange) Value(key any) any {
	switch key {
	case keyReport:
		return &x.report
	case keySender:
		return &x.sender
	default:
		return x.Context.Value(key)
	}
}

// keepBody reads what is kept of the body and puts it back, so that the
// receiver's own limits still decide about the rest.
func (x *exchange) keepBody(r *http.Request) []byte {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	read, err := readSome(r.Body, r.ContentLength)
	x.body = replay{read: read, rest: r.Body, err: err}
	r.Body = &x.body
	if len(read) > MaxBody {
		x.body.cut = true
		return bytes.Clone(read[:MaxBody])
	}
	return read
}

// readSome reads up to one byte more than is kept. How much is announced is a
// hint, and no reason to hold much memory before it comes.
func readSome(r io.Reader, announced int64) ([]byte, error) {
	const usual = 512
	b := make([]byte, 0, min(max(announced+1, usual), 8*usual)) // one more to see the end
	for len(b) <= MaxBody {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):min(cap(b), MaxBody+1)])
		b = b[:len(b)+n]
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return b, err //nolint:wrapcheck // the receiver gets it as it is
		}
	}
	return b, nil
}

// replay is a body of which the first part was read already. The receiver also
// gets the error that reading met.
type replay struct {
	read []byte // and not yet given to the receiver
	rest io.ReadCloser
	err  error
	cut  bool // more came than is kept
}

// Read implements io.Reader.
func (b *replay) Read(p []byte) (int, error) {
	switch {
	case len(b.read) > 0:
		n := copy(p, b.read)
		b.read = b.read[n:]
		return n, nil
	case b.err != nil:
		return 0, b.err
	default:
		return b.rest.Read(p) //nolint:wrapcheck // the receiver gets it as it is
	}
}

// Close implements io.Closer.
func (b *replay) Close() error { return b.rest.Close() } //nolint:wrapcheck // the receiver gets it as it is

// maxAnswer is the largest answer that a party of ours may give.
const maxAnswer = 12 << 20

var errAnswerTooLong = errors.New("trace: answer longer than 12 MiB")

// usualFields is how many header fields most answers have at most.
const usualFields = 8

// answer is the response writer of an exchange: it holds the answer until it is
// recorded.
type answer struct {
	// header is a map of our own, because the log keeps it: whoever stands around
	// the recorder may write to the one that goes out at any time. It is made when
	// it is first asked for. While there is a document, it is the document's, which
	// nobody changes.
	header http.Header
	status int
	// document is the whole answer where that was given, and nil once it is changed.
	document *Document
	// given is the whole body where it came by [Write], body what else came.
	given []byte
	body  bytes.Buffer

	report *report // see [PageOf]
}

// Header implements http.ResponseWriter. A document's own header stays as it is.
func (a *answer) Header() http.Header {
	switch {
	case a.document != nil:
		a.header, a.document = a.header.Clone(), nil
		delete(a.header, "Content-Length") // it may become longer; net/http counts
	case a.header == nil:
		a.header = make(http.Header, usualFields)
	}
	return a.header
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 { // 1xx is no answer yet
		a.status = status
	}
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	a.begin()
	if a.document != nil {
		a.Header() // of its own
	}
	if a.len()+len(p) > maxAnswer {
		return 0, errAnswerTooLong
	}
	if a.given != nil {
		a.body.Write(a.given)
		a.given = nil
	}
	return a.body.Write(p)
}

func (a *answer) begin() {
	if a.status == 0 {
		a.status = http.StatusOK
	}
}

func (a *answer) len() int { return len(a.given) + a.body.Len() }

func (a *answer) bytes() []byte {
	if a.given != nil {
		return a.given
	}
	return a.body.Bytes()
}

// finish adds what net/http would add, so that the log shows it too.
func (a *answer) finish(r *http.Request) {
	a.begin()
	if a.len() > 0 && len(a.header["Content-Type"]) == 0 {
		a.Header().Set("Content-Type", http.DetectContentType(a.bytes()))
	}
	if r.Method == http.MethodHead {
		a.given = nil
		a.body.Reset()
	}
}

// kept is what the log keeps of the body. Nobody writes to the answer any more,
// so a body that is kept whole is not copied.
func (a *answer) kept() []byte {
	if b := a.bytes(); len(b) <= MaxBody {
		return b
	}
	return bytes.Clone(a.bytes()[:MaxBody])
}

// moveHeader puts the receiver's headers among those that go out, once end had
// its way with them. What stands there already belongs to the site and stays. If
// end returns an address, the receiver's headers are held too.
func (a *answer) moveHeader(out http.Header, end func(http.Header) (hold string)) (hold string) {
	site := out["Set-Cookie"]
	delete(out, "Set-Cookie")
	maps.Copy(out, a.header)
	if hold = end(out); hold != "" {
		maps.DeleteFunc(out, func(name string, _ []string) bool { return a.header[name] != nil })
		delete(out, "Set-Cookie")
	}
	if len(site) > 0 {
		out["Set-Cookie"] = slices.Concat(site, out["Set-Cookie"])
	}
	return hold
}

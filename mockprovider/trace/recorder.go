package trace

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"
)

// MaxBody is how many bytes of a body are kept. Handlers see all of it.
const MaxBody = 64 << 10

// longRequest is from how many bytes on a request's findings get texts of their own.
const longRequest = 4 << 10

// A Recorder writes one entry for each message that arrives at the parties
// behind it. The entry is in the log before the first byte of the answer goes
// out, so a sender that has its answer finds the entry.
type Recorder struct {
	// Log takes the entries.
	Log *Log
	// Origin is what the URL of an entry starts with: "http://localhost:8080".
	Origin string
	// Wire knows the messages that the lab's own parties send. May be nil.
	Wire *Wire
	// Now is the lab's clock, Wall the wall clock.
	Now, Wall func() time.Time
	// ID makes the id of an exchange with the provider or an API. Nil gives none.
	// Pages is what the address of the page about an exchange begins with; the id
	// follows. Empty where there are no such pages.
	ID    func(ctx context.Context) string
	Pages string
	// Sender says who sent a message that no [Call] stands for. It gets what is
	// kept of the body, because the request's own may be read only once.
	Sender func(r *http.Request, body []byte) Sender
	// Begin may change the request before the receiver sees it and before it is
	// recorded (the cookies of a run). Answer takes the headers that belong to
	// the site and not to the receiver; they are not recorded. May be nil.
	Begin func(s Sender, r *http.Request, answer http.Header)
	// End is called with the recorded entry and the headers that are about to
	// go out, and may change those. If it returns an address, the sender is
	// sent there and the answer is kept from it. May be nil.
	End func(Sender, *Entry, http.Header) (hold string)
}

// Handler returns next with its messages recorded, as received by the party to.
func (rec *Recorder) Handler(to Party, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec.serve(to, next, w, r)
	})
}

func (rec *Recorder) serve(to Party, next http.Handler, w http.ResponseWriter, r *http.Request) {
	start := rec.Wall()
	body := keepBody(r)
	call := rec.Wire.from(r.RemoteAddr)
	var sender Sender
	if call != nil {
		sender = call.Sender
	} else {
		sender = rec.Sender(r, body.kept)
	}
	if rec.Begin != nil {
		rec.Begin(sender, r, w.Header())
	}
	e := &Entry{
		At: rec.Now(), Run: sender.Run, Step: sender.Step, Attempt: sender.Attempt,
		From: sender.From, To: to, Channel: sender.Channel, Via: sender.Via,
		Request: Message{
			Method: r.Method, URL: rec.Origin + r.URL.RequestURI(), Proto: r.Proto,
			Body: body.kept, Cut: body.cut,
		},
	}
	e.Request.Header, e.Request.HeaderCut = keepHeader(r.Header)
	rep := &report{pages: rec.Pages, recorder: rec, party: to}
	ctx := context.WithValue(WithSender(r.Context(), sender), keyReport, rep)
	buf := &buffer{header: http.Header{}}
	if rec.ID != nil && explained(to) {
		rep.id = rec.ID(ctx)
		e.Trace = rep.id
		buf.header.Set(HeaderTrace, rep.id)
	}
	next.ServeHTTP(buf, r.WithContext(ctx))

	buf.finish(r)
	e.Response = Message{
		Proto: r.Proto, Status: buf.status,
		Body: buf.kept(), Cut: buf.body.Len() > MaxBody,
	}
	e.Response.Header, e.Response.HeaderCut = keepHeader(buf.header)
	e.RequestFindings = rep.findings()
	if len(e.Request.URL)+len(e.Request.Body)+headerSize(r.Header) > longRequest {
		own(e.RequestFindings)
	}
	e.Took = rec.Wall().Sub(start)
	mask(e)
	rec.Log.Append(e)
	if call != nil {
		call.recorded(rec.Log, e)
	}
	if rec.End != nil {
		if hold := rec.End(sender, e, buf.header); hold != "" {
			rec.Log.held(e.Seq)
			redirect(w, hold)
			return
		}
	}
	buf.copyTo(w)
}

// redirect sends the browser to a page of ours. 303 makes it a GET.
func redirect(w http.ResponseWriter, location string) {
	h := w.Header()
	h.Set("Location", location)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the URL that we leave may hold a code
	w.WriteHeader(http.StatusSeeOther)
}

type keptBody struct {
	kept []byte
	cut  bool
}

// keepBody reads what is kept of the body and puts it back, so that the
// receiver's own limits still decide about the rest.
func keepBody(r *http.Request) keptBody {
	if r.Body == nil || r.Body == http.NoBody {
		return keptBody{}
	}
	kept, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	rest := r.Body
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(kept), failingReader{rest, err}), rest}
	if len(kept) > MaxBody {
		return keptBody{kept: bytes.Clone(kept[:MaxBody]), cut: true}
	}
	return keptBody{kept: kept}
}

// failingReader gives the receiver the error that reading the body met.
type failingReader struct {
	r   io.Reader
	err error
}

func (f failingReader) Read(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return f.r.Read(p)
}

// maxAnswer is the largest answer that a party of ours may give.
const maxAnswer = 12 << 20

var errAnswerTooLong = errors.New("trace: answer longer than 12 MiB")

// buffer holds an answer until it is recorded.
type buffer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (b *buffer) Header() http.Header { return b.header }

func (b *buffer) WriteHeader(status int) {
	if b.status == 0 && status >= 200 { // 1xx is no answer yet
		b.status = status
	}
}

func (b *buffer) Write(p []byte) (int, error) {
	if b.status == 0 {
		b.status = http.StatusOK
	}
	if b.body.Len()+len(p) > maxAnswer {
		return 0, errAnswerTooLong
	}
	return b.body.Write(p)
}

// finish adds what net/http would add, so that the log shows it too.
func (b *buffer) finish(r *http.Request) {
	if b.status == 0 {
		b.status = http.StatusOK
	}
	if b.body.Len() > 0 && b.header.Get("Content-Type") == "" {
		b.header.Set("Content-Type", http.DetectContentType(b.body.Bytes()))
	}
	if r.Method == http.MethodHead {
		b.body.Reset()
	}
}

// kept is what the log keeps of the body. Nobody writes to the buffer any more, so
// a body that is kept whole is not copied.
func (b *buffer) kept() []byte {
	if b.body.Len() > MaxBody {
		return bytes.Clone(b.body.Bytes()[:MaxBody])
	}
	return b.body.Bytes()
}

func (b *buffer) copyTo(w http.ResponseWriter) {
	h := w.Header()
	site := h["Set-Cookie"] // what Begin has set stays
	maps.Copy(h, b.header)
	if len(site) > 0 {
		h["Set-Cookie"] = slices.Concat(site, b.header["Set-Cookie"])
	}
	w.WriteHeader(b.status)
	_, _ = w.Write(b.body.Bytes()) // the receiver may be gone; it is recorded
}

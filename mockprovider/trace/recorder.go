package trace

import (
	"context"
	"net/http"
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
	// End is called for the messages of a run and for those that came through a
	// browser, with the recorded entry and the headers that are about to go out,
	// and may change those, but not their values in place. If it returns an address, the sender is sent there and the answer
	// is kept from it. May be nil.
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
	x := &exchange{Context: r.Context()}
	body := x.keepBody(r)
	call := rec.Wire.from(r.RemoteAddr)
	if call != nil {
		x.sender = call.Sender
	} else {
		x.sender = rec.Sender(r, body)
	}
	sender := &x.sender
	if rec.Begin != nil {
		rec.Begin(*sender, r, w.Header())
	}
	e := &Entry{
		At: rec.Now(), Run: sender.Run, Step: sender.Step, Attempt: sender.Attempt,
		From: sender.From, To: to, Channel: sender.Channel, Via: sender.Via,
		Request: Message{
			Method: r.Method, URL: rec.Origin + r.URL.RequestURI(), Proto: r.Proto,
			Body: body, Cut: x.body.cut,
		},
	}
	e.Request.keepHeader(r.Header)
	ends := rec.End != nil && (sender.Run != "" || sender.Channel == Front)
	x.report = report{pages: rec.Pages, recorder: rec, party: to}
	x.answer.report = &x.report
	if rec.ID != nil && explained(to) {
		e.Trace = rec.ID(x)
		x.report.id = e.Trace
	}
	next.ServeHTTP(&x.answer, r.WithContext(x))

	x.answer.finish(r)
	e.Response = Message{Proto: r.Proto, Status: x.answer.status, Body: x.answer.kept(), Cut: x.answer.len() > MaxBody}
	if d := x.answer.document; d != nil {
		e.Response.Header, e.Response.headerSize = d.header, d.size
	} else {
		e.Response.keepHeader(x.answer.header)
	}
	e.RequestFindings = x.report.findings()
	if e.Request.HeaderCut || len(e.Request.URL)+len(e.Request.Body)+e.Request.headerSize > longRequest {
		e.RequestFindings.own()
	}
	e.Took = rec.Wall().Sub(start)
	mask(e)
	rec.Log.Append(e)
	if call != nil {
		call.recorded(rec.Log, e)
	}
	if hold := x.answer.moveHeader(w.Header(), func(h http.Header) string {
		if !ends {
			return ""
		}
		return rec.End(*sender, e, h)
	}); hold != "" {
		rec.Log.held(e.Seq)
		redirect(w, hold)
		return
	}
	if e.Trace != "" {
		w.Header()[HeaderTrace] = []string{e.Trace}
	}
	w.WriteHeader(x.answer.status)
	_, _ = w.Write(x.answer.bytes()) // the receiver may be gone; it is recorded
}

// redirect sends the browser to a page of ours. 303 makes it a GET.
func redirect(w http.ResponseWriter, location string) {
	h := w.Header()
	h.Set("Location", location)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the URL that we leave may hold a code
	w.WriteHeader(http.StatusSeeOther)
}

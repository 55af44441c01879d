package trace_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"claimcheck/mockprovider/trace"
)

func greeting() *trace.Document {
	return trace.NewDocument(http.Header{"Content-Type": {"text/plain"}, "Content-Length": {"5"}, "Etag": {`"1"`}}, []byte("hello"))
}

// What a receiver adds to one sending is in that answer and in its entry, and in no
// other.
func TestDocumentStaysAsItIs(t *testing.T) {
	d := greeting()
	h := newHouse(t, func(w http.ResponseWriter, r *http.Request) {
		d.Send(w)
		if r.URL.Path == "/more" {
			w.Header().Set("X-More", "yes")
		}
		if r.URL.Path != "/" {
			_, _ = io.WriteString(w, ", Alice")
		}
	}, nil)
	for _, c := range []struct{ path, body, more string }{{"/", "hello", ""}, {"/more", "hello, Alice", "yes"}, {"/longer", "hello, Alice", ""}, {"/", "hello", ""}} {
		res, err := http.Get(h.URL + c.path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		e := h.last(t)
		if string(body) != c.body || string(e.Response.Body) != c.body {
			t.Errorf("%s: answered %q, recorded %q", c.path, body, e.Response.Body)
		}
		if res.Header.Get("X-More") != c.more || e.Response.Header.Get("X-More") != c.more || e.Response.Header.Get("Etag") != `"1"` {
			t.Errorf("%s: answered %v, recorded %v", c.path, res.Header, e.Response.Header)
		}
	}
}

// A document comes after headers that are there already, and without a recorder.
func TestDocumentAmongOtherHeaders(t *testing.T) {
	d := greeting()
	party := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-First", "yes")
		d.Send(w)
	}
	plain := httptest.NewRecorder()
	party(plain, nil)
	h := newHouse(t, party, nil)
	res, err := http.Get(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	for name, got := range map[string]http.Header{"plain": plain.Header(), "recorded": res.Header, "log": h.last(t).Response.Header} {
		if got.Get("X-First") != "yes" || got.Get("Etag") != `"1"` {
			t.Errorf("%s: %v", name, got)
		}
	}
	if plain.Body.String() != "hello" || string(body) != "hello" {
		t.Errorf("%q and %q", plain.Body, body)
	}
}

// A long document is recorded as any long answer is: cut, and sent whole.
func TestDocumentThatIsLong(t *testing.T) {
	long := trace.NewDocument(http.Header{"Content-Type": {"text/plain"}}, []byte(strings.Repeat("x", trace.MaxBody+1)))
	h := newHouse(t, func(w http.ResponseWriter, _ *http.Request) { long.Send(w) }, nil)
	res, err := http.Get(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	if e := h.last(t); len(body) != trace.MaxBody+1 || len(e.Response.Body) != trace.MaxBody || !e.Response.Cut {
		t.Errorf("sent %d, kept %d bytes, cut %v", len(body), len(e.Response.Body), e.Response.Cut)
	}
}

// The id of an exchange stands in what goes out, and not among the headers that the
// receiver gave. An answer that is kept from the browser does not give it away.
func TestTraceHeaderIsTheRecorders(t *testing.T) {
	d, hold := greeting(), ""
	h := newHouse(t, func(w http.ResponseWriter, _ *http.Request) { d.Send(w) }, func(rec *trace.Recorder) {
		rec.ID = func(context.Context) string { return "tr-1" }
		rec.Sender = func(*http.Request, []byte) trace.Sender { return trace.Sender{Channel: trace.Front} }
		rec.End = func(trace.Sender, *trace.Entry, http.Header) string { return hold }
	})
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, hold = range []string{"", "/flows/code/here"} {
		res, err := client.Get(h.URL)
		if err != nil {
			t.Fatal(err)
		}
		e := h.last(t)
		want := "tr-1"
		if hold != "" {
			want = ""
		}
		if got := res.Header.Get(trace.HeaderTrace); got != want || e.Trace != "tr-1" || len(e.Response.Header[trace.HeaderTrace]) > 0 {
			t.Errorf("hold %q: the answer has %q; recorded %q and %v", hold, got, e.Trace, e.Response.Header)
		}
		if hold != "" && (res.Header.Get("Etag") != "" || res.Header.Get("Location") != hold) {
			t.Errorf("held, and yet %v", res.Header)
		}
	}
}

// A status that stands already stays.
func TestDocumentAfterAStatus(t *testing.T) {
	d := greeting()
	h := newHouse(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		d.Send(w)
	}, nil)
	res, err := http.Get(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	if e := h.last(t); res.StatusCode != http.StatusNotFound || e.Response.Status != http.StatusNotFound {
		t.Errorf("answered %d, recorded %d", res.StatusCode, e.Response.Status)
	}
}

package trace_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// kept is what the items hold in texts, counted here once more.
func kept(items []trace.Item) int {
	n := 0
	for _, e := range trace.Entries(items) {
		for _, m := range []*trace.Message{&e.Request, &e.Response} {
			n += len(m.URL) + len(m.Body)
			for name, values := range m.Header {
				n += len(name) + len(strings.Join(values, ""))
			}
		}
		for _, f := range append(e.RequestFindings.All(), e.ResponseFindings.All()...) {
			n += len(f.Got)
		}
	}
	for _, it := range items {
		if it.Mark != nil {
			n += len(it.Mark.Text) + len(it.Mark.Data["v"])
		}
	}
	return n
}

// TestLogCountsEverything proves that the cap holds whatever the bytes are in.
func TestLogCountsEverything(t *testing.T) {
	const limit = 1 << 20
	long := strings.Repeat("x", 10<<10)
	for name, add := range map[string]func(*trace.Log){
		"header": func(l *trace.Log) {
			l.Append(&trace.Entry{Request: trace.Message{Header: http.Header{"A": {long}}}})
		},
		"answer_header": func(l *trace.Log) {
			l.Append(&trace.Entry{Response: trace.Message{Header: http.Header{"A": {long}}}})
		},
		"finding": func(l *trace.Log) {
			l.Append(&trace.Entry{RequestFindings: trace.Keep([]playground.Finding{{Outcome: playground.Outcome{Got: long}}})})
		},
		"finding_of_the_answer": func(l *trace.Log) {
			e := l.Append(&trace.Entry{})
			l.Answered(e.Seq, []playground.Finding{{Outcome: playground.Outcome{Got: long}}})
		},
		"mark": func(l *trace.Log) { l.Mark(trace.Mark{Data: map[string]string{"v": long}}) },
	} {
		t.Run(name, func(t *testing.T) {
			l := trace.NewLog(0, limit)
			for range 300 {
				add(l)
			}
			items, _ := l.After(0)
			if got := kept(items); got > limit || got < limit/2 {
				t.Errorf("%d bytes are kept, the cap is %d", got, limit)
			}
		})
	}
}

func TestRecorderCutsHeadersTheHandlerSeesWhole(t *testing.T) {
	const size = 50 << 10
	h := newHouse(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("y", size))
		fmt.Fprint(w, len(r.Header.Get("A-Long")))
	}, nil)
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL, http.NoBody)
	req.Header.Set("A-Long", strings.Repeat("x", size)) // first by its name, and cut all the same
	req.Header.Set("B-Short", "b")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	if string(body) != strconv.Itoa(size) || len(res.Header.Get("X-Long")) != size {
		t.Errorf("the party read %s bytes, the sender %d", body, len(res.Header.Get("X-Long")))
	}
	e := h.last(t)
	if n := len(e.Request.Header.Get("A-Long")); n > trace.MaxHeader || n < trace.MaxHeader/2 || !e.Request.HeaderCut || e.Request.Header.Get("B-Short") != "b" {
		t.Errorf("kept %d bytes of the request's header, cut %v, short one %q", n, e.Request.HeaderCut, e.Request.Header.Get("B-Short"))
	}
	if n := len(e.Response.Header.Get("X-Long")); n > trace.MaxHeader || !e.Response.HeaderCut || e.Response.Header.Get("Content-Length") != "" {
		t.Errorf("kept %d bytes of the answer's header, cut %v", n, e.Response.HeaderCut)
	}
	har, err := trace.HAR([]*trace.Entry{e})
	if err != nil || strings.Count(string(har), "the headers were longer than what is kept") != 2 {
		t.Errorf("the HAR does not say that headers were cut: %v", err)
	}
}

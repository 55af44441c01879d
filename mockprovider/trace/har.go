package trace

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"claimcheck/playground"
)

// HAR returns the entries as an HTTP Archive, version 1.2. What is ours and not
// HAR's stands in fields that begin with an underscore, as HAR asks.
func HAR(entries []*Entry) ([]byte, error) {
	doc := harDoc{Log: harLog{
		Version: "1.2",
		Creator: harCreator{Name: "claimcheck", Version: "1"},
		Entries: make([]*HAREntry, 0, len(entries)),
	}}
	for _, e := range entries {
		doc.Log.Entries = append(doc.Log.Entries, e.HAR())
	}
	return json.MarshalIndent(doc, "", "  ")
}

type harDoc struct {
	Log harLog `json:"log"`
}

type harLog struct {
	Version string      `json:"version"`
	Creator harCreator  `json:"creator"`
	Entries []*HAREntry `json:"entries"`
}

type harCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// A HAREntry is an [Entry] in the form of HAR 1.2. It is also the form of an
// entry in this product's JSON.
type HAREntry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"` // ms
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`

	Seq              int64        `json:"_seq"`
	From             Party        `json:"_from"`
	To               Party        `json:"_to"`
	Channel          Channel      `json:"_channel"`
	Via              string       `json:"_via,omitempty"`
	Run              string       `json:"_run,omitempty"`
	Step             string       `json:"_step,omitempty"`
	Attempt          int          `json:"_attempt,omitempty"`
	Held             bool         `json:"_held,omitempty"`
	Trace            string       `json:"_trace,omitempty"`
	Failure          string       `json:"_failure,omitempty"`
	RequestFindings  []harFinding `json:"_request_findings,omitempty"`
	ResponseFindings []harFinding `json:"_response_findings,omitempty"`
}

type harNV struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harRequest struct {
	Method      string   `json:"method"`
	URL         string   `json:"url"`
	HTTPVersion string   `json:"httpVersion"`
	Cookies     []harNV  `json:"cookies"`
	Headers     []harNV  `json:"headers"`
	QueryString []harNV  `json:"queryString"`
	PostData    *harPost `json:"postData,omitempty"`
	HeadersSize int      `json:"headersSize"`
	BodySize    int      `json:"bodySize"`
	Comment     string   `json:"comment,omitempty"`
}

type harPost struct {
	MimeType string  `json:"mimeType"`
	Params   []harNV `json:"params"`
	Text     string  `json:"text"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []harNV    `json:"cookies"`
	Headers     []harNV    `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
	Comment     string     `json:"comment,omitempty"`
}

type harContent struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
}

type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type harFinding struct {
	Rule     string            `json:"rule"`
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Spec     string            `json:"spec"`
	Status   playground.Status `json:"status"`
	Message  string            `json:"message,omitempty"`
	Expected string            `json:"expected,omitempty"`
	Got      string            `json:"got,omitempty"`
	Why      string            `json:"why,omitempty"`
	Fix      string            `json:"fix,omitempty"`
}

// HAR is the entry in the form of HAR 1.2.
func (e *Entry) HAR() *HAREntry {
	ms := float64(e.Took) / float64(time.Millisecond)
	h := &HAREntry{
		Started: e.At.Format(time.RFC3339Nano), Time: ms,
		Timings: harTimings{Wait: ms},
		Seq:     e.Seq, From: e.From, To: e.To, Channel: e.Channel, Via: e.Via,
		Run: e.Run, Step: e.Step, Attempt: e.Attempt, Held: e.Held, Trace: e.Trace, Failure: e.Failure,
		RequestFindings: harFindings(e.RequestFindings.All()), ResponseFindings: harFindings(e.ResponseFindings.All()),
	}
	req, res := &e.Request, &e.Response
	h.Request = harRequest{
		Method: req.Method, URL: req.URL, HTTPVersion: req.Proto,
		Cookies: requestCookies(req.Header), Headers: append([]harNV{{"Host", hostLine(req.URL)}}, headers(req.Header)...),
		QueryString: values(req.Query()), HeadersSize: -1, BodySize: len(req.Body), Comment: req.comment(),
	}
	if len(req.Body) > 0 {
		h.Request.PostData = &harPost{MimeType: req.Header.Get("Content-Type"), Params: values(req.Form()), Text: string(req.Body)}
	}
	h.Response = harResponse{
		Status: res.Status, StatusText: http.StatusText(res.Status), HTTPVersion: res.Proto,
		Cookies: responseCookies(res.Header), Headers: headers(res.Header),
		Content: content(res), RedirectURL: res.Header.Get("Location"), HeadersSize: -1, BodySize: len(res.Body), Comment: res.comment(),
	}
	if e.Failure != "" && h.Response.Comment == "" {
		h.Response.Comment = e.Failure
	}
	return h
}

func content(m *Message) harContent {
	c := harContent{Size: len(m.Body), MimeType: m.Header.Get("Content-Type")}
	if utf8.Valid(m.Body) {
		c.Text = string(m.Body)
	} else {
		c.Text, c.Encoding = base64.StdEncoding.EncodeToString(m.Body), "base64"
	}
	return c
}

// comment says what is not kept of a message.
func (m *Message) comment() string {
	switch {
	case m.Cut && m.HeaderCut:
		return "the headers and the body were longer than what is kept"
	case m.HeaderCut:
		return "the headers were longer than what is kept"
	case m.Cut:
		return "the body was longer than what is kept"
	default:
		return ""
	}
}

func headers(h http.Header) []harNV {
	out := make([]harNV, 0, len(h))
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			out = append(out, harNV{name, v})
		}
	}
	return out
}

func values(v url.Values) []harNV { return headers(http.Header(v)) }

func requestCookies(h http.Header) []harNV {
	out := []harNV{}
	for _, line := range h["Cookie"] {
		for p := range strings.SplitSeq(line, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
			out = append(out, harNV{name, value})
		}
	}
	return out
}

func responseCookies(h http.Header) []harNV {
	out := []harNV{}
	for _, line := range h["Set-Cookie"] {
		pair, _, _ := strings.Cut(line, ";")
		name, value, _ := strings.Cut(pair, "=")
		out = append(out, harNV{name, value})
	}
	return out
}

func harFindings(rows []playground.Finding) []harFinding {
	out := make([]harFinding, 0, len(rows))
	for i := range rows {
		f := &rows[i]
		out = append(out, harFinding{
			Rule: f.ID, ID: f.FindingID(), Title: f.Title, Spec: f.Spec.String(), Status: f.Status,
			Message: f.Message, Expected: f.Expected, Got: f.Got, Why: f.Why, Fix: f.Fix,
		})
	}
	return out
}

package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/web"
)

// A wireView is one half of an exchange on the page.
type wireView struct {
	Title, Note string
	Wire        web.Wire
	CopyAs      []copyAs // the request, for other programs
	Entry       int64    // its place in the log, once it was sent
	Hidden      []string // header fields that say nothing about the flow
	JWT         string   // a token to open in the playground
}

// A copyAs is a request in the words of a program.
type copyAs struct{ ID, Name, Text string }

func copiesOf(m *trace.Message) []copyAs {
	return []copyAs{
		{"curl", "curl", m.Curl()},
		{"go", "Go, net/http", m.Go()},
		{"httpie", "HTTPie", m.HTTPie()},
		{"raw", "raw", m.Raw()},
	}
}

// wires are the messages of the step: the preview before it is sent, and after
// that the half that the step is about, with the other one below it.
func (view *flowView) wires(c *gin.Context, w *walkthrough.Walk, st *walkthrough.Step, e *trace.Entry) []wireView {
	if w == nil || (w.HalfOf(st.ID) == walkthrough.HalfMemory && view.Tab != "message") {
		return nil
	}
	var out []wireView
	if w.Sends(st.ID) && (e == nil || len(view.Act.Changes) > 0 || view.Act.Fault != nil) {
		if generated, d, err := w.Preview(c.Request.Context(), st.ID); err == nil {
			m := messageOf(d)
			if !w.Back(st.ID) {
				if cookies := w.Run().Cookies(d.URL.EscapedPath()); cookies != "" {
					m.Header.Set("Cookie", cookies)
				}
			}
			x := requestView(&m, "On the wire, exactly as it will go out", st.From.Role)
			if !w.Back(st.ID) {
				x.Note = "The browser adds fields of its own, such as User-Agent."
			}
			if w.Person(st.ID) {
				x.Title = "On the wire: the page that will be opened"
				x.Note = "Alice’s browser then sends the form that the page holds."
			}
			markChanges(&x.Wire, d.Changes(generated))
			out = append(out, x)
		}
	}
	if e == nil {
		return out
	}
	req := requestView(&e.Request, "The request, as it was sent", e.From.Role)
	res := responseView(&e.Response, "The answer", e.To.Role)
	req.Entry, res.Entry = e.Seq, e.Seq
	if e.Held {
		res.Note = "held for you"
	}
	if half := w.HalfOf(st.ID); half == walkthrough.HalfResponse || half == walkthrough.HalfVerdict {
		return append(out, res, req)
	}
	return append(out, req, res)
}

func messageOf(d *walkthrough.Draft) trace.Message {
	m := trace.Message{Method: d.Method, URL: d.URL.String(), Proto: "HTTP/1.1", Header: d.Header.Clone(), Body: []byte(d.Body)}
	if m.Header == nil {
		m.Header = http.Header{}
	}
	return m
}

func requestView(m *trace.Message, title string, from trace.Role) wireView {
	x := wireView{Title: title, CopyAs: copiesOf(m)}
	x.Wire = web.Wire{Role: string(from), Label: title}
	u, err := url.Parse(m.URL)
	if err != nil {
		u = &url.URL{Path: m.URL}
	}
	line := m.Method + " " + u.EscapedPath()
	if line == m.Method+" " {
		line += "/"
	}
	x.Wire.Lines = append(x.Wire.Lines, web.Line{Text: line + broken("?", u.RawQuery) + " " + m.Proto, Strong: true, Hit: u.RawQuery != ""})
	x.Wire.Lines = append(x.Wire.Lines, web.Line{Text: "Host: " + u.Host})
	x.headers(m.Header)
	x.body(m)
	return x
}

func responseView(m *trace.Message, title string, from trace.Role) wireView {
	x := wireView{Title: title}
	x.Wire = web.Wire{Role: string(from), Label: title}
	x.Wire.Lines = append(x.Wire.Lines, web.Line{Text: m.Proto + " " + strconv.Itoa(m.Status) + " " + http.StatusText(m.Status), Strong: true})
	x.headers(m.Header)
	x.body(m)
	return x
}

// plainHeader says whether a field stands in every message and says nothing
// about the flow. Such fields are named below the message.
func plainHeader(name string) bool {
	for _, prefix := range []string{"Accept", "Sec-", "Cross-Origin-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return slices.Contains([]string{
		"User-Agent", "Upgrade-Insecure-Requests", "Dnt", "Priority", "Connection", "Date", "Vary", "Pragma",
		"X-Content-Type-Options", "Content-Security-Policy", "Permissions-Policy", "X-Frame-Options",
	}, name)
}

func (x *wireView) headers(h http.Header) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			if plainHeader(name) {
				x.Hidden = append(x.Hidden, name+": "+v)
				continue
			}
			l := web.Line{Text: name + ": " + v}
			if name == "Location" {
				l.Hit = true
				if at, q, ok := strings.Cut(v, "?"); ok {
					l.Text = name + ": " + at + broken("?", q)
				}
			}
			if name == "Authorization" {
				l.Hit = true
				if t, ok := strings.CutPrefix(v, "Bearer "); ok && strings.Count(t, ".") == 2 {
					x.JWT = t
				}
			}
			x.Wire.Lines = append(x.Wire.Lines, l)
		}
	}
}

// body breaks a form and JSON for reading; a page is told by its size.
func (x *wireView) body(m *trace.Message) {
	if len(m.Body) == 0 {
		return
	}
	x.Wire.Lines = append(x.Wire.Lines, web.Line{Text: " "})
	kind := m.Header.Get("Content-Type")
	switch {
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		x.Wire.Lines = append(x.Wire.Lines, web.Line{Text: strings.ReplaceAll(string(m.Body), "&", "\n&"), Hit: true})
	case strings.HasPrefix(kind, "application/json"):
		var b bytes.Buffer
		text := string(m.Body)
		if json.Indent(&b, m.Body, "", "  ") == nil {
			text = strings.TrimSpace(b.String())
		}
		var claims map[string]any
		if json.Unmarshal(m.Body, &claims) == nil {
			if t, ok := claims["access_token"].(string); ok && strings.Count(t, ".") == 2 {
				x.JWT = t
			}
		}
		x.Wire.Lines = append(x.Wire.Lines, web.Line{Text: text, Hit: true})
	case strings.HasPrefix(kind, "text/html"):
		x.Wire.Lines = append(x.Wire.Lines, web.Line{Text: "(a page of " + strconv.Itoa(len(m.Body)) + " bytes)"})
	default:
		x.Wire.Lines = append(x.Wire.Lines, web.Line{Text: cutText(string(m.Body), 2000)})
	}
}

// broken puts every parameter of a query on a line of its own.
func broken(lead, q string) string {
	if q == "" {
		return ""
	}
	return "\n" + lead + strings.ReplaceAll(q, "&", "\n&")
}

// markChanges says on each changed line what was changed. A line that was broken
// for reading becomes several, so that the mark stands where the change is.
func markChanges(w *web.Wire, changes []walkthrough.Change) {
	if len(changes) == 0 {
		return
	}
	var lines []web.Line
	for _, l := range w.Lines {
		for i, part := range strings.Split(l.Text, "\n") {
			x := web.Line{Text: part, Strong: l.Strong && i == 0}
			for _, ch := range changes {
				if strings.HasPrefix(strings.TrimLeft(part, " ?&"), ch.Name+"=") || strings.HasPrefix(part, ch.Name+": ") {
					x.Hit, x.Note = true, ch.String()
				}
			}
			lines = append(lines, x)
		}
	}
	for _, ch := range changes {
		if ch.Kind == "removed" {
			lines[0].Hit = true
			lines[0].Note = strings.TrimPrefix(lines[0].Note+"; "+ch.String(), "; ")
		}
	}
	w.Lines = lines
}

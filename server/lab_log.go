package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
	"claimcheck/web"
)

// logShown is how many lines the page has at first; the stream adds to them.
const logShown = 100

// newLogView is the log as a page shows it, and how many lines it leaves out.
// With a client it has the lines of that own app alone.
func newLogView(l *lab.Lab, client string) (v web.Log, hidden int) {
	items, _ := l.Log().After(0)
	items = ofClient(items, client)
	if n := len(items) - logShown; n > 0 {
		hidden, items = n, items[n:]
	}
	v = web.Log{Label: "Log of lab " + l.ID(), Src: "/events/" + l.ID(), Last: l.Log().Last()}
	if client != "" {
		v.Label, v.Src = "Requests of "+client, v.Src+"?client="+url.QueryEscape(client)
	}
	for _, it := range items {
		v.Rows = append(v.Rows, newLogRow(it))
		v.Last = it.Seq
	}
	return v, hidden
}

// newLogRow is one line of the log.
func newLogRow(it trace.Item) web.LogRow {
	if m := it.Mark; m != nil {
		return web.LogRow{
			Seq: it.Seq, Time: clockTime(m.At), Stamp: m.At.UTC().Format(time.RFC3339),
			Text: m.Text, Status: string(playground.StatusInfo), Outcome: strings.ReplaceAll(m.Kind, "_", " "),
		}
	}
	e := it.Entry
	row := web.LogRow{
		Seq: it.Seq, Time: clockTime(e.At), Stamp: e.At.UTC().Format(time.RFC3339),
		From: web.LogParty{Kind: string(e.From.Role), Name: e.From.Name}, To: web.LogParty{Kind: string(e.To.Role), Name: e.To.Name},
		Channel: string(e.Channel), Text: e.Request.Method + " " + shortTarget(e),
		Status: string(playground.StatusPass), Href: "/lab/log/" + strconv.FormatInt(it.Seq, 10),
	}
	row.Outcome = outcome(e)
	if !e.Accepted() {
		row.Status = string(playground.StatusFail)
	}
	return row
}

func clockTime(t time.Time) string { return t.UTC().Format(time.TimeOnly) }

// shortTarget is the path with the names of the query's first parameters. Their
// values, codes and tokens among them, are on the message's own page.
func shortTarget(e *trace.Entry) string {
	_, query, _ := strings.Cut(e.Request.URL, "?")
	if query == "" {
		return e.Path()
	}
	var names []string
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
		if len(names) == 3 {
			break
		}
	}
	if strings.Count(query, "&") >= 3 {
		names = append(names, "…")
	}
	return e.Path() + "?" + limit(strings.Join(names, "&"), 60)
}

func limit(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// outcome says how a message ended, in a few words.
func outcome(e *trace.Entry) string {
	out := strconv.Itoa(e.Response.Status)
	switch {
	case e.Failure != "" && e.Response.Status == 0:
		return "no answer: " + e.Failure
	case e.Failure != "":
		return out + ": " + e.Failure
	}
	if f := e.Refusal(); f != nil {
		out += ", refused by " + f.Named()
	} else if n := decided(e.RequestFindings.All()); n > 0 {
		out += fmt.Sprintf(", %s held", counted(n, "rule"))
	}
	if f := e.AnswerRefusal(); f != nil {
		out += "; " + e.From.Name + " refused it by " + f.Named()
	}
	if faults := e.Faults(); len(faults) > 0 {
		out += "; wrong on purpose: " + strings.Join(faults, ", ")
	}
	if e.Held {
		out += "; held for you"
	}
	return out
}

func decided(rows []playground.Finding) (n int) {
	for i := range rows {
		if rows[i].Status == playground.StatusPass {
			n++
		}
	}
	return n
}

func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}

// labEntry is the page of one message.
func (s *server) labEntry(c *gin.Context) error {
	l := s.labOf(c)
	if !s.visits(c, l) {
		return notOwner(c, s.origin, l)
	}
	seq, err := strconv.ParseInt(c.Param("seq"), 10, 64)
	e, ok := l.Log().Entry(seq)
	if err != nil || !ok {
		return problem{
			Status: http.StatusNotFound, Title: "This message is not in the log.",
			Detail: "The log keeps a bounded number of messages, and loses all when the server stops.",
			Fix:    "Look at what there is at /lab.",
		}
	}
	return s.entryPage(c, l, e)
}

// entryPage shows one message of the lab to its owner.
func (s *server) entryPage(c *gin.Context, l *lab.Lab, e *trace.Entry) error {
	seq := e.Seq
	row := newLogRow(trace.Item{Seq: seq, Entry: e})
	row.Text = e.Request.Method + " " + e.Path()
	view := web.LabEntry{
		Row: row, Run: e.Run, Step: e.Step, Note: entryNote(e),
		Request:  messageWire(&e.Request, e.From, fmt.Sprintf("Request from %s to %s", e.From.Name, e.To.Name)),
		Response: messageWire(&e.Response, e.To, "Answer of "+e.To.Name),
		Checks:   findingRows("req-", e.RequestFindings.All()), AnswerChecks: findingRows("ans-", e.ResponseFindings.All()),
		Curl: e.Request.Curl(),
	}
	if e.Failure != "" && e.Response.Status == 0 {
		view.Response.Lines = []web.Line{{Text: "none", Note: e.Failure}}
	}
	view.Prev, view.Next = neighbours(l, seq)
	return s.page(c, http.StatusOK, "labentry", web.Page{
		Title: "Message " + strconv.FormatInt(seq, 10), Nav: "lab", Mark: labName(l), Data: view,
	})
}

func entryNote(e *trace.Entry) string {
	switch {
	case e.Failure != "" && e.Response.Status == 0:
		return "No answer came: " + e.Failure + "."
	case e.Failure != "":
		return "The answer could not be used: " + e.Failure + "."
	case e.Via == "server":
		return "The server sent this in the stead of " + e.From.Name + "."
	case e.Held:
		return "The run is guided: the browser did not get this answer at once. It waits on the step's page."
	case e.Request.Cut || e.Response.Cut:
		return fmt.Sprintf("Only the first %d KiB of a body are kept.", trace.MaxBody>>10)
	case e.Request.HeaderCut || e.Response.HeaderCut:
		return fmt.Sprintf("Only %d KiB of a message’s headers are kept; the longest were cut.", trace.MaxHeader>>10)
	default:
		return ""
	}
}

// neighbours are the addresses of the messages before and after.
func neighbours(l *lab.Lab, seq int64) (prev, next string) {
	items, _ := l.Log().After(0)
	for _, it := range items {
		if it.Entry == nil || it.Seq == seq {
			continue
		}
		href := "/lab/log/" + strconv.FormatInt(it.Seq, 10)
		if it.Seq > seq {
			return prev, href
		}
		prev = href
	}
	return prev, ""
}

// messageWire is one half of an entry, line by line.
func messageWire(m *trace.Message, from trace.Party, label string) web.Wire {
	w := web.Wire{Role: string(from.Role), Label: label}
	for i, line := range m.Lines() {
		if line == "" {
			line = " " // a line of its own, in the picture too
		}
		out := web.Line{Text: line, Strong: i == 0}
		if strings.Contains(line, trace.Masked) {
			out.Note = "masked"
		}
		w.Lines = append(w.Lines, out)
	}
	return w
}

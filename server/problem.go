package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/web"
)

// A problem is an answer that is no success, in words for the person who gets
// it: an error page for a browser, RFC 9457 problem details for a program.
// A handler returns it as its error.
type problem struct {
	Status int
	// Title says what happened, in one sentence.
	Title string
	// Detail says more: what we got, which limit it passed.
	Detail string
	// Fix says what to do about it.
	Fix string
	// RetryAfter is after how many seconds it is worth another try, 0 if that
	// is not known. Each 429 says at least one.
	RetryAfter int
	// Err is for the operator's log and is never shown.
	Err error
}

// Error is the operator's text.
func (p problem) Error() string {
	if p.Err != nil {
		return fmt.Sprintf("%d %s: %v", p.Status, p.Title, p.Err)
	}
	return fmt.Sprintf("%d %s", p.Status, p.Title)
}

func (p problem) Unwrap() error { return p.Err }

func (p problem) retryAfter() int {
	if p.Status == http.StatusTooManyRequests {
		return max(p.RetryAfter, 1)
	}
	return p.RetryAfter
}

// asProblem finds the words for an error. What we did not foresee is our fault
// and is told without its details.
func asProblem(err error) problem {
	var p problem
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &tooLarge):
		return bodyTooLarge(tooLarge.Limit)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return problem{
			Status: http.StatusServiceUnavailable, Title: "The request ended before the answer was ready.",
			Fix: "Send it again. If the server was being stopped, start it first.", Err: err,
		}
	default:
		return problem{
			Status: http.StatusInternalServerError, Title: "Something went wrong on our side.",
			Detail: "The request was understood; the fault is in Claimcheck.",
			Fix:    "Try again. If it happens twice, the log of the server names the request by its number.", Err: err,
		}
	}
}

// fail answers the request with the error's problem.
func (s *server) fail(c *gin.Context, err error) {
	p := asProblem(err)
	id := s.requestID(c)
	if p.Status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		s.log.ErrorContext(c.Request.Context(), "request failed", "id", id, "method", c.Request.Method,
			"path", c.Request.URL.Path, "error", p.Error())
	}
	c.Abort()
	if c.Writer.Written() {
		return // half an answer is out; there is no taking it back
	}
	c.Header("Vary", "Accept")
	if after := p.retryAfter(); after > 0 && c.Writer.Header().Get("Retry-After") == "" {
		c.Header("Retry-After", strconv.Itoa(after))
	}
	if wantsJSON(c.Request) {
		s.problemJSON(c, p, id)
		return
	}
	view := web.Problem{
		Status: p.Status, StatusText: http.StatusText(p.Status),
		Title: p.Title, Detail: p.Detail, Fix: p.Fix, RequestID: id,
	}
	var b bytes.Buffer
	if rerr := s.site.Render(&b, "problem", web.Page{Title: p.Title, Data: view}); rerr != nil {
		s.log.ErrorContext(c.Request.Context(), "error page failed", "id", id, "error", rerr.Error())
		s.write(c, p.Status, "text/plain; charset=utf-8", fmt.Appendf(nil, "%d %s\n%s\n%s\n", p.Status, p.Title, p.Detail, p.Fix), noStore)
		return
	}
	s.write(c, p.Status, htmlType, b.Bytes(), noStore)
}

// problemJSON writes problem details (RFC 9457 §3): type is absent, which
// means about:blank, and fix and request_id are our extension members (§3.2).
func (s *server) problemJSON(c *gin.Context, p problem, id string) {
	body, err := json.Marshal(struct {
		Title     string `json:"title"`
		Status    int    `json:"status"`
		Detail    string `json:"detail,omitempty"`
		Fix       string `json:"fix,omitempty"`
		RequestID string `json:"request_id,omitempty"`
	}{p.Title, p.Status, p.Detail, p.Fix, id})
	if err != nil { // strings and an int: can't be
		body = []byte(`{"title":"error"}`)
	}
	s.write(c, p.Status, "application/problem+json", append(body, '\n'), noStore)
}

// wantsJSON tells a program from a browser: by Accept where it names one of
// the two, else by the path.
func wantsJSON(r *http.Request) bool {
	accept := strings.ToLower(r.Header.Get("Accept"))
	html := strings.Index(accept, "text/html")
	for _, t := range []string{"application/problem+json", "application/json"} {
		if i := strings.Index(accept, t); i >= 0 && (html < 0 || i < html) {
			return true
		}
	}
	return html < 0 && strings.HasPrefix(r.URL.Path, "/api/")
}

func bodyTooLarge(limit int64) problem {
	if limit > maxBody {
		return problem{
			Status: http.StatusRequestEntityTooLarge, Title: "That is no export of ours.",
			Detail: fmt.Sprintf("The file is larger than %d MiB; the answers to a whole course are a tenth of that.", lessons.MaxTransfer>>20),
			Fix:    "Go back and choose the file that “Export” wrote. Nothing was changed.",
		}
	}
	return problem{
		Status: http.StatusRequestEntityTooLarge, Title: "That is more than we read.",
		Detail: fmt.Sprintf("A request here may carry %d KiB.", limit>>10),
		Fix:    "Send less. A token that is longer than 64 KiB is not one that a server would accept in a header either.",
	}
}

func notFound(what string) problem {
	return problem{
		Status: http.StatusNotFound, Title: "There is no page at this address.", Detail: what,
		Fix: "Check the address, or start from the home page: every page is linked from there.",
	}
}

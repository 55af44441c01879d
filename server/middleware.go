package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/trace"
)

const headerRequestID = "X-Request-Id"

// line writes one line of log about each request once it is answered. It has
// the path and never the query: there may be a code in it.
func (s *server) line(c *gin.Context) {
	start := s.now()
	c.Next()
	level := slog.LevelInfo
	if p := c.Request.URL.Path; strings.HasPrefix(p, assetPrefix) || p == "/healthz" || p == "/readyz" {
		level = slog.LevelDebug
	}
	ctx, log := c.Request.Context(), s.log.Handler()
	if !log.Enabled(ctx, level) {
		return
	}
	end := s.now()
	id := answeredID(c)
	if id == "" { // the answer is out, and a header would come too late
		id = s.newID(c)
	}
	line := requestLine{
		at: end, level: level, id: id, method: c.Request.Method, path: c.Request.URL.Path,
		status: c.Writer.Status(), bytes: c.Writer.Size(), took: end.Sub(start),
	}
	line.write(ctx, log)
}

// number gives the request its number at once, for answers that nobody else
// numbers.
func (s *server) number(c *gin.Context) { s.requestID(c) }

// requestID is the number of the request, which stands in the answer, in the log
// and on the error page: the one by which a lab's party calls the exchange, or
// else one of ours, which is made when it is first asked for. It sets a header,
// so it is for those who still answer.
func (s *server) requestID(c *gin.Context) string {
	id := answeredID(c)
	if id == "" {
		id = s.newID(c)
		c.Writer.Header()[headerRequestID] = []string{id}
	}
	return id
}

// answeredID is the number that the answer carries, empty if it has none.
func answeredID(c *gin.Context) string {
	h := c.Writer.Header()
	for _, name := range [...]string{headerRequestID, trace.HeaderTrace} {
		if id := h[name]; len(id) > 0 {
			return id[0]
		}
	}
	return ""
}

// newID makes a number for a request.
func (s *server) newID(c *gin.Context) string {
	var raw [6]byte
	if _, err := io.ReadFull(s.rand, raw[:]); err != nil {
		s.log.ErrorContext(c.Request.Context(), "no entropy for a request number", "error", err.Error())
	}
	return hex.EncodeToString(raw[:])
}

// recover answers a panic with the error page. The stack goes to the log.
func (s *server) recover(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler { //nolint:errorlint // the documented way is to compare it
			panic(v)
		}
		s.log.ErrorContext(c.Request.Context(), "panic", "id", s.requestID(c), "value", fmt.Sprint(v), "stack", string(debug.Stack()))
		s.fail(c, fmt.Errorf("panic: %v", v))
	}()
	c.Next()
}

// hosts refuses a Host that is not ours: a page elsewhere whose name resolves
// to this machine (DNS rebinding) would else read every answer as its own.
func (s *server) hosts(c *gin.Context) {
	if s.origin.allowed(c.Request.Host, c.Request.URL.Path) {
		return
	}
	s.secure(c)
	s.fail(c, problem{
		Status: http.StatusMisdirectedRequest, Title: "This server does not answer to that name.",
		Detail: fmt.Sprintf("The request asked for %q. A name that is not on the list may belong to a page that wants to read your lab through your browser.", c.Request.Host),
		Fix: "Open " + s.origin.String() + " instead. If another container or machine calls the server by a name of its own, start it with -host NAME; " +
			"if browsers reach it by another address, or by another port, with -public-url.",
	})
}

// spelling sends a site page that was asked for under another loopback
// spelling to the canonical one. The lab's mounts are not concerned: Mallory
// lives on 127.0.0.1, which is another site than localhost.
func (s *server) spelling(c *gin.Context) {
	if s.origin.canonical(c.Request.Host) || !s.origin.loopbackName(c.Request.Host) {
		return
	}
	_ = s.redirectAs(c, http.StatusTemporaryRedirect, s.origin.String()+c.Request.URL.RequestURI()) // never fails
}

// sameOrigin refuses what another site makes the browser send.
func (s *server) sameOrigin(c *gin.Context) {
	if err := s.crossOrigin.Check(c.Request); err != nil {
		s.fail(c, problem{
			Status: http.StatusForbidden, Title: "Another site sent this request through your browser.",
			Detail: "The site takes changes from its own pages only; that is how it keeps other pages from acting in your name (cross-site request forgery).",
			Fix:    "Do it from a page of " + s.origin.String() + ". A script that is no browser is not concerned, as long as it sends no Origin header.",
			Err:    err,
		})
	}
}

// contentPolicy lets a page load from its own origin and nothing else, and
// lets scripts write markup through the one named policy only.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types claimcheck"

// secure sets the headers that every answer of the site has. The lab's parties
// set their own: a login page's form may lead to a client elsewhere.
func (s *server) secure(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
	if s.origin.secure() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

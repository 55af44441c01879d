package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/web"
)

const (
	htmlType = "text/html; charset=utf-8"
	jsonType = "application/json; charset=utf-8"
)

// caching says who may keep an answer. The zero value lets nobody.
type caching int

const (
	// noStore is for whatever shows a lab or a learner.
	noStore caching = iota
	// cachePublic is for what is the same for everybody: kept, and asked for
	// again with its ETag.
	cachePublic
)

// handle adapts a handler that returns its error.
func (s *server) handle(h func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			s.fail(c, err)
		}
	}
}

// page renders the named page of web/pages to a buffer and then answers with
// it. Without cachePublic nobody keeps the answer.
func (s *server) page(c *gin.Context, status int, name string, p web.Page, k ...caching) error {
	if showsTraffic(name) {
		p.Off = s.labOf(c).Off()
	}
	var b bytes.Buffer
	if err := s.site.Render(&b, name, p); err != nil {
		return fmt.Errorf("render page %s: %w", name, err)
	}
	s.write(c, status, htmlType, b.Bytes(), k...)
	return nil
}

// showsTraffic names the pages on which one sees what the lab's rules have done.
func showsTraffic(page string) bool {
	switch page {
	case "attackmap", "attackrun", "lab", "labentry", "labrules", "flow", "flowpaper", "flowtext", "lesson":
		return true
	default:
		return false
	}
}

// json answers with v. Nobody keeps the answer.
func (s *server) json(c *gin.Context, status int, v any) error { //nolint:unparam // as page takes it
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	s.write(c, status, jsonType, b.Bytes())
	return nil
}

// redirect answers 303: look there now, with GET (RFC 9110 §15.4.4).
func (s *server) redirect(c *gin.Context, location string) error {
	return s.redirectAs(c, http.StatusSeeOther, location)
}

// redirectAs answers with another status than 303. Nobody keeps the answer.
func (s *server) redirectAs(c *gin.Context, status int, location string) error {
	c.Header("Cache-Control", "no-store")
	c.Redirect(status, location) //nolint:forbidigo // the one place
	c.Abort()
	return nil
}

// write sends the whole body, compressed if the client takes that, or 304 if it
// has it already.
func (s *server) write(c *gin.Context, status int, contentType string, body []byte, k ...caching) {
	h := c.Writer.Header()
	h.Set("Content-Type", contentType)
	if len(k) > 0 && k[0] == cachePublic && status == http.StatusOK {
		tag := etag(body)
		h.Set("Etag", tag)
		h.Set("Cache-Control", "no-cache")
		if matches(c.GetHeader("If-None-Match"), tag) {
			h.Del("Content-Type")
			c.Status(http.StatusNotModified)
			c.Writer.WriteHeaderNow()
			return
		}
	} else {
		h.Set("Cache-Control", "no-store")
	}
	s.compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			// A failed write is a client that went away: nobody is left to tell.
			_, _ = w.Write(body)
		}
	})).ServeHTTP(c.Writer, c.Request)
}

// etag is weak, because the same page goes out compressed and plain (RFC 9110
// §8.8.1).
func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// matches compares weakly, as If-None-Match wants it (RFC 9110 §13.1.2).
func matches(ifNoneMatch, tag string) bool {
	for t := range strings.SplitSeq(ifNoneMatch, ",") {
		t = strings.TrimSpace(t)
		if t == "*" || strings.TrimPrefix(t, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// form reads an urlencoded or multipart form body. The values are the body's
// alone, not the query's. An oversized or broken body is a problem.
func (s *server) form(c *gin.Context) (url.Values, error) {
	r := c.Request
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	if kind == "multipart/form-data" {
		err = r.ParseMultipartForm(maxImport) // all of it in memory: the body is limited already
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return nil, err
		}
		return nil, problem{
			Status: http.StatusBadRequest, Title: "The form could not be read.", Detail: "Its encoding is broken.",
			Fix: "Send it again from the page. A script sends application/x-www-form-urlencoded with %-escapes.", Err: err,
		}
	}
	return r.PostForm, nil
}

// bind reads one JSON value from the body into dst. Unknown members, a second
// value and another content type are problems.
func (s *server) bind(c *gin.Context, dst any) error {
	kind, _, _ := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if kind != "application/json" {
		return problem{
			Status: http.StatusUnsupportedMediaType, Title: "This address takes JSON.",
			Detail: fmt.Sprintf("The request came as %q.", kind), Fix: "Send it with Content-Type: application/json.",
		}
	}
	d := json.NewDecoder(c.Request.Body)
	d.DisallowUnknownFields()
	err := d.Decode(dst)
	if err == nil {
		if _, end := d.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("more than one JSON value")
		}
	}
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case err == nil:
		return nil
	case tooLarge:
		return err
	default:
		return problem{
			Status: http.StatusBadRequest, Title: "The body is not the JSON that this address takes.",
			Detail: jsonDetail(err), Fix: "/api/openapi.json lists the members of each request.", Err: err,
		}
	}
}

// jsonDetail is what encoding/json found, in words that name no type of ours.
func jsonDetail(err error) string {
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && kind.Field != "" {
		return fmt.Sprintf("%q is of the wrong type: it cannot be a JSON %s.", kind.Field, kind.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// stream starts an answer that stays open: server-sent events. The timeouts of
// ordinary requests are lifted, and nothing on the way keeps lines back. The
// handler writes until either channel of the request's context or s.stopping
// is closed.
func (s *server) stream(c *gin.Context) error {
	var noDeadline time.Time
	rc := http.NewResponseController(c.Writer)
	if err := errors.Join(rc.SetWriteDeadline(noDeadline), rc.SetReadDeadline(noDeadline)); err != nil {
		return fmt.Errorf("lift the deadlines: %w", err)
	}
	c.Header("Content-Type", "text/event-stream")
	c.Header("Cache-Control", "no-store")
	c.Header("X-Accel-Buffering", "no")
	c.Status(http.StatusOK)
	c.Writer.WriteHeaderNow()
	c.Writer.Flush()
	return nil
}

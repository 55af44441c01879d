package main

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
)

func TestETag(t *testing.T) {
	s := start(t)
	first := s.send(t, http.MethodGet, "/test/public", "")
	tag := first.Header.Get("Etag")
	if first.StatusCode != http.StatusOK || tag == "" || first.Header.Get("Cache-Control") != "no-cache" {
		t.Fatalf("%d, ETag %q, %q", first.StatusCode, tag, first.Header.Get("Cache-Control"))
	}
	again := s.send(t, http.MethodGet, "/test/public", "", header("If-None-Match", `"other", `+tag))
	if again.StatusCode != http.StatusNotModified || again.body != "" {
		t.Errorf("with the tag: %d, %d bytes", again.StatusCode, len(again.body))
	}
	private := s.send(t, http.MethodGet, "/test/private", "", header("If-None-Match", "*"))
	if private.StatusCode != http.StatusOK || private.Header.Get("Etag") != "" || private.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a page with lab data: %d, %v", private.StatusCode, private.Header)
	}
}

func TestHead(t *testing.T) {
	s := start(t)
	got := s.send(t, http.MethodHead, "/", "")
	if got.StatusCode != http.StatusOK || got.body != "" {
		t.Errorf("%d, %d bytes", got.StatusCode, len(got.body))
	}
}

func TestCompression(t *testing.T) {
	s := start(t)
	for _, path := range []string{"/", s.site.AssetPath("site.css")} {
		got := s.send(t, http.MethodGet, path, "", header("Accept-Encoding", "gzip"))
		if got.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(got.Header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("%s: %v", path, got.Header)
			continue
		}
		z, err := gzip.NewReader(strings.NewReader(got.body))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := io.ReadAll(z); err != nil || len(plain) <= len(got.body) {
			t.Errorf("%s: %d bytes from %d, %v", path, len(plain), len(got.body), err)
		}
	}
}

func TestAssetsAreImmutable(t *testing.T) {
	s := start(t)
	got := s.send(t, http.MethodGet, s.site.AssetPath("site.css"), "")
	if got.StatusCode != http.StatusOK || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/css") {
		t.Errorf("%d %v", got.StatusCode, got.Header)
	}
	if got := s.send(t, http.MethodGet, assetPrefix+"x/../../go.mod", ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("a path out of the assets: %d", got.StatusCode)
	}
}

func TestStream(t *testing.T) {
	s := start(t)
	resp, err := s.client.Get(s.origin.String() + "/test/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Header.Get("Content-Type") != "text/event-stream" || resp.Header.Get("Content-Encoding") != "" {
		t.Errorf("%v", resp.Header)
	}
	s.stop() // the stream ends, so that reading it to its end does not hang
	if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "data: 1\n\n" {
		t.Errorf("%q, %v", b, err)
	}
	if err := <-s.ended; err != nil {
		t.Errorf("the stop: %v", err)
	}
}

func TestBind(t *testing.T) {
	s := start(t)
	asJSON := header("Content-Type", "application/json")
	for name, c := range map[string]struct {
		body   string
		change func(*http.Request)
		want   int
	}{
		"valid":          {`{"token":"a"}`, asJSON, http.StatusNoContent},
		"charset":        {`{"token":"a"}`, header("Content-Type", "application/json; charset=utf-8"), http.StatusNoContent},
		"not_json_type":  {`{"token":"a"}`, header("Content-Type", "text/plain"), http.StatusUnsupportedMediaType},
		"broken":         {`{"token":`, asJSON, http.StatusBadRequest},
		"unknown_member": {`{"tokem":"a"}`, asJSON, http.StatusBadRequest},
		"two_values":     {`{"token":"a"} {}`, asJSON, http.StatusBadRequest},
		"wrong_type":     {`{"token":1}`, asJSON, http.StatusBadRequest},
		"too_large":      {`{"token":"` + strings.Repeat("a", maxBody) + `"}`, asJSON, http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.send(t, http.MethodPost, "/test/bind", c.body, c.change); got.StatusCode != c.want {
				t.Errorf("%d, want %d: %s", got.StatusCode, c.want, got.body)
			}
		})
	}
}

func TestForm(t *testing.T) {
	s := start(t)
	if got := s.send(t, http.MethodPost, "/test/form?a=query", "a=body"); got.body != "body" {
		t.Errorf("the form's value is %q", got.body)
	}
	if got := s.send(t, http.MethodPost, "/test/form", "a=%zz"); got.StatusCode != http.StatusBadRequest {
		t.Errorf("a broken escape: %d", got.StatusCode)
	}
}

// testRoutes are there in tests only: each does one thing that a real handler
// may do.
func (s *server) testRoutes(r gin.IRoutes) {
	r.GET("/test/panic", func(*gin.Context) { panic("SECRET") })
	r.GET("/test/costly", s.handle(func(c *gin.Context) error {
		c.Status(http.StatusNoContent)
		return s.spend(c, costlyBurst/2, "The test asks for much.")
	}))
	r.GET("/test/refused", s.handle(func(*gin.Context) error {
		return problem{Status: http.StatusTooManyRequests, Title: "Refused."}
	}))
	r.GET("/test/public", s.handle(func(c *gin.Context) error {
		s.write(c, http.StatusOK, htmlType, []byte("<p>the same for all"), cachePublic)
		return nil
	}))
	r.GET("/test/private", s.handle(func(c *gin.Context) error {
		s.write(c, http.StatusOK, htmlType, []byte("<p>yours"))
		return nil
	}))
	r.POST("/test/form", s.handle(func(c *gin.Context) error {
		f, err := s.form(c)
		if err != nil {
			return err
		}
		s.write(c, http.StatusOK, "text/plain", []byte(f.Get("a")))
		return nil
	}))
	r.POST("/test/bind", s.handle(func(c *gin.Context) error {
		var in struct {
			Token string `json:"token"`
		}
		if err := s.bind(c, &in); err != nil {
			return err
		}
		c.Status(http.StatusNoContent)
		return nil
	}))
	r.GET("/test/stream", s.handle(func(c *gin.Context) error {
		if err := s.stream(c); err != nil {
			return err
		}
		_, err := io.WriteString(c.Writer, "data: 1\n\n")
		c.Writer.Flush()
		select {
		case <-s.stopping:
		case <-c.Request.Context().Done():
			return errors.Join(err, c.Request.Context().Err())
		}
		return err
	}))
}

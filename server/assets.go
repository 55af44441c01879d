package main

import (
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzhttp"

	"claimcheck/web"
)

const assetPrefix = web.AssetPrefix

// asset serves a style, script or image under the digest of all of them, so
// that it never changes at its address.
func (s *server) asset(c *gin.Context) error {
	if !s.site.HasAsset(c.Request.URL.Path) {
		return notFound("No file is at " + c.Request.URL.Path + ".")
	}
	s.compress(http.HandlerFunc(s.site.Asset)).ServeHTTP(c.Writer, c.Request)
	return nil
}

// favicon is for whoever asks without having read the page, which names it. The
// answer is not kept: another version has its icon under another digest.
func (s *server) favicon(c *gin.Context) error {
	icon := s.site.AssetPath("img/icon.svg")
	if icon == "" {
		return notFound("There is no icon.")
	}
	return s.redirectAs(c, http.StatusFound, icon)
}

// newCompressor makes the wrapper for answers that are whole when they are
// written. Event streams and the lab's parties never pass through it.
func newCompressor() (func(http.Handler) http.HandlerFunc, error) {
	return gzhttp.NewWrapper(gzhttp.MinSize(1000), gzhttp.EnableZstd(false))
}

// noRoute answers an address that leads nowhere. One with a slash too many is
// sent to the page that was meant.
func (s *server) noRoute(c *gin.Context) error {
	p := c.Request.URL.Path
	if clean := path.Clean("/" + p); c.Request.Method == http.MethodGet && clean != p && strings.HasSuffix(p, "/") {
		return s.redirectAs(c, http.StatusTemporaryRedirect, clean)
	}
	if strings.HasPrefix(p, "/api/") {
		return problem{
			Status: http.StatusNotFound, Title: "There is no call at this address.", Detail: "Nothing is at " + p + ".",
			Fix: "GET /api/openapi.json lists every call.",
		}
	}
	return notFound("Nothing is at " + p + ".")
}

// noMethod answers a method that the address does not take. Gin has set Allow.
func (s *server) noMethod(c *gin.Context) error {
	return problem{
		Status: http.StatusMethodNotAllowed, Title: "This address does not take " + c.Request.Method + ".",
		Detail: "It takes " + c.Writer.Header().Get("Allow") + ".",
		Fix:    "If a form brought you here, open the page that it stands on and send it from there.",
	}
}

// healthz says that the process answers.
func (s *server) healthz(c *gin.Context) error {
	return s.json(c, http.StatusOK, map[string]string{"status": "ok"})
}

// readyz says that it can do its work: the lab's provider answers, the pages
// render. It says 503 from the moment that it has been told to stop.
func (s *server) readyz(c *gin.Context) error {
	select {
	case <-s.stopping:
		return problem{Status: http.StatusServiceUnavailable, Title: "The server is stopping.", Fix: "Start it again."}
	default:
		return s.json(c, http.StatusOK, map[string]string{"status": "ready", "issuer": s.origin.String() + "/idp/main"})
	}
}

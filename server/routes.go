package main

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// handler is Gin, configured, with the whole route table.
func (s *server) handler() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	// Gin's defaults that would break OAuth: it answers POST /token/ with a
	// redirect that posts the credentials again, a wrong method with 404, and
	// believes X-Forwarded-For of anybody.
	e.RedirectTrailingSlash = false
	e.RedirectFixedPath = false
	e.HandleMethodNotAllowed = true
	e.ForwardedByClientIP = false
	_ = e.SetTrustedProxies(nil) // nil is a list that cannot be wrong

	e.Use(s.number, s.recover, s.hosts)
	s.routes(e)
	return e
}

// routes is the route table.
func (s *server) routes(e *gin.Engine) {
	// The lab's parties. They speak for themselves: own headers, own limits,
	// requests from other origins, any loopback spelling.
	party := gin.WrapH(s.world)
	e.Any("/idp/*path", party)
	e.Any("/app/*path", party)
	e.Any("/rs/*path", party)
	e.Any("/.well-known/oauth-authorization-server/*path", party)
	e.Any("/.well-known/openid-configuration/*path", party)
	e.Any("/.well-known/oauth-protected-resource/*path", party)

	// For who watches over the process, by any spelling.
	get(e, "/healthz", s.handle(s.healthz))
	get(e, "/readyz", s.handle(s.readyz))

	// The site.
	onSite := []gin.HandlerFunc{s.secure, s.spelling, s.sameOrigin, s.limitBody}
	site := e.Group("/", onSite...)

	get(site, "/", s.handle(s.home))
	get(site, assetPrefix+"*file", s.asset)
	get(site, "/favicon.ico", s.handle(s.favicon))

	e.NoRoute(append(onSite, s.handle(s.noRoute))...)
	e.NoMethod(append(onSite, s.handle(s.noMethod))...)
}

// get registers a handler for GET and HEAD.
func get(r gin.IRoutes, path string, h ...gin.HandlerFunc) {
	r.GET(path, h...)
	r.HEAD(path, h...)
}

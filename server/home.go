package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"claimcheck/web"
)

// home is the front page.
func (s *server) home(c *gin.Context) error {
	return s.page(c, http.StatusOK, "home", web.Page{Description: "Learn OAuth 2.0 and JWT by doing both."}, cachePublic)
}

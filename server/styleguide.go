package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"claimcheck/web"
)

// styleguide shows the design system: tokens, controls, every component.
func (s *server) styleguide(c *gin.Context) error {
	view, err := s.site.Styleguide()
	if err != nil {
		return err
	}
	return s.page(c, http.StatusOK, "styleguide", web.Page{
		Title: "Styleguide", Description: "The tokens and components of these pages.", Nav: "styleguide", Data: view,
	}, cachePublic)
}

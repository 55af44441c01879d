package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/witness"
	"claimcheck/web"
)

// A paramView is a parameter of the protocol and where to see it travel.
type paramView struct {
	witness.Param

	See []web.Tab
}

func newParamViews(h happenings) []paramView {
	all := witness.Params()
	out := make([]paramView, len(all))
	for i, p := range all {
		out[i] = paramView{Param: p, See: h.byName[p.Name]}
	}
	return out
}

// parameters is every parameter on one page. It is the same for everybody.
func (s *server) parameters(c *gin.Context) error {
	return s.page(c, http.StatusOK, "parameters", web.Page{
		Title: "Parameters", Description: "Every parameter of OAuth 2.0 and OpenID Connect: what it is for, who sends it to whom, and where to see it.",
		Nav: "learn", Data: s.looked().Params,
	}, cachePublic)
}

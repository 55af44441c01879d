package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/trace"
)

// tracePages is where the pages are that an error_uri leads to.
const tracePages = "/lab/traces/"

// tracePage is GET /lab/traces/{id}: the message whose answer carried this id
// in the header Claimcheck-Trace. To others than the lab's owner it says the same
// whether or not there is such a message.
func (s *server) tracePage(c *gin.Context) error {
	l, e, ok := s.world.Trace(c.Param("id"))
	if held := s.labOf(c); !ok || l != held && !s.owns(c.Request, l) {
		l, ok = held, false // the trace of somebody else's lab is none
	}
	if !s.visits(c, l) {
		return notOwner(c, s.origin, s.labOf(c))
	}
	if !ok {
		return noTrace()
	}
	return s.entryPage(c, l, e)
}

// apiTrace is GET /api/labs/{lab}/traces/{id}: the message in the form of a HAR
// entry. _request_findings are the rules that the receiver ran, in their order;
// status is pass, fail, warn, info or skipped.
func apiTrace(x controlled) (*trace.HAREntry, error) {
	e, ok := x.lab.Log().Trace(x.c.Param("id"))
	if !ok {
		return nil, noTrace()
	}
	return e.HAR(), nil
}

func noTrace() error {
	return problem{
		Status: http.StatusNotFound, Title: "No message in the log has this trace id.",
		Detail: "The log keeps a bounded number of messages, and loses all when the server stops.",
		Fix:    "Send the request again and take the id of the new answer, or look at the log at /lab.",
	}
}

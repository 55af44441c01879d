package main

import (
	"net/url"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/web"
)

// logLines is how much of the log a step's page shows.
const logLines = 12

// logOf are the last lines of what the run has sent, to which a script adds what
// comes. A page without a run has none: the messages of others say nothing about it.
// Where an own app walks, they are the whole lab's: what does not fill a step is
// looked for there.
func (s *server) logOf(c *gin.Context, view *flowView, w *walkthrough.Walk) {
	l := s.labOf(c)
	switch {
	case w == nil:
		return
	case w.Run() == nil: // who got here may see all of the lab
		view.LogTitle = "Log of the lab"
		view.Log, _ = newLogView(l, "")
	default:
		view.LogTitle = "Log of this run"
		view.Log = runLog(l, w.Run(), s.visits(c, l))
	}
	if n := len(view.Log.Rows); n > logLines {
		view.Log.Rows = view.Log.Rows[n-logLines:]
	}
}

// runLog is what the log has of a run since it began, with what was done to the
// whole lab meanwhile. Who is not the lab's owner sees the run's own alone.
func runLog(l *lab.Lab, run *lab.Run, owner bool) web.Log {
	log := web.Log{Label: "Log of this run", Last: l.Log().Last()}
	items := run.Items()
	if owner {
		log.Src = "/events/" + l.ID() + "?run=" + url.QueryEscape(run.ID())
		if len(items) > 0 {
			all, _ := l.Log().After(items[0].Seq - 1)
			items = ofRun(all, run.ID())
		}
	}
	for _, it := range items {
		log.Rows = append(log.Rows, newLogRow(it))
		log.Last = max(log.Last, it.Seq)
	}
	return log
}

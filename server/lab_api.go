package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// apiLab is the lab that the path names, for its owner.
func (s *server) apiLab(c *gin.Context) (*lab.Lab, error) {
	l, ok := s.world.Lab(c.Param("lab"))
	if !ok {
		return nil, problem{Status: http.StatusNotFound, Title: "There is no such lab.", Fix: "The shared lab is called " + lab.Main + "."}
	}
	return l, s.mustOwn(c, l)
}

// logItems are the items that a request asks for: all, or those of one run
// and after a position.
func logItems(c *gin.Context, l *lab.Lab) ([]trace.Item, error) {
	after := int64(0)
	if q := c.Query("after"); q != "" {
		n, err := strconv.ParseInt(q, 10, 64)
		if err != nil {
			return nil, problem{Status: http.StatusBadRequest, Title: "after is not a position in the log.", Fix: "Send the seq of the last line that you have."}
		}
		after = n
	}
	items, _ := l.Log().After(after)
	return ofRun(items, c.Query("run")), nil
}

// ofRun keeps the items of one run and the marks of the whole lab. An empty run
// keeps all.
func ofRun(items []trace.Item, run string) []trace.Item {
	if run == "" {
		return items
	}
	out := make([]trace.Item, 0, len(items))
	for _, it := range items {
		if it.Run() == run || it.Mark != nil && it.Run() == "" {
			out = append(out, it)
		}
	}
	return out
}

// apiItem is an item of the log in JSON: one of entry and mark is set.
type apiItem struct {
	Seq   int64           `json:"seq"`
	Entry *trace.HAREntry `json:"entry,omitempty"`
	Mark  *trace.Mark     `json:"mark,omitempty"`
}

// apiLog is GET /api/labs/{lab}/log.
func (s *server) apiLog(c *gin.Context) error {
	l, err := s.apiLab(c)
	if err != nil {
		return err
	}
	items, err := logItems(c, l)
	if err != nil {
		return err
	}
	out := make([]apiItem, 0, len(items))
	for _, it := range items {
		line := apiItem{Seq: it.Seq, Mark: it.Mark}
		if it.Entry != nil {
			line.Entry = it.Entry.HAR()
		}
		out = append(out, line)
	}
	return s.json(c, http.StatusOK, struct {
		Lab     string    `json:"lab"`
		Last    int64     `json:"last"`
		Dropped int64     `json:"dropped"`
		Items   []apiItem `json:"items"`
	}{l.ID(), l.Log().Last(), l.Log().Dropped(), out})
}

// apiHAR is GET /api/labs/{lab}/log.har.
func (s *server) apiHAR(c *gin.Context) error {
	l, err := s.apiLab(c)
	if err != nil {
		return err
	}
	items, err := logItems(c, l)
	if err != nil {
		return err
	}
	har, err := trace.HAR(trace.Entries(items))
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="claimcheck-`+l.ID()+`.har"`)
	s.write(c, http.StatusOK, jsonType, har)
	return nil
}

// apiClock is GET and POST /api/labs/{lab}/clock. A POST takes
// {"advance":"61s"} or {"advance":"reset"}.
func (s *server) apiClock(c *gin.Context) error {
	l, err := s.apiLab(c)
	if err != nil {
		return err
	}
	if c.Request.Method == http.MethodPost {
		var in struct {
			Advance string `json:"advance"`
		}
		if err := s.bind(c, &in); err != nil {
			return err
		}
		if err := moveClock(l, in.Advance); err != nil {
			return err
		}
	}
	return s.json(c, http.StatusOK, struct {
		Now    time.Time `json:"now"`
		Offset string    `json:"offset"`
	}{l.Now().UTC(), l.Offset().String()})
}

// apiReset is POST /api/labs/{lab}/reset. It takes {}.
func (s *server) apiReset(c *gin.Context) error {
	l, err := s.apiLab(c)
	if err != nil {
		return err
	}
	if err := s.bind(c, &struct{}{}); err != nil {
		return err
	}
	if err := l.Reset(); err != nil {
		return err
	}
	return s.json(c, http.StatusOK, struct {
		Last int64 `json:"last"`
	}{l.Log().Last()})
}

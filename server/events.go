package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
)

const (
	// streamsMost is how many event streams may be open at once.
	streamsMost = 1024
	// streamBeat is how often a silent stream says that it lives, so that
	// nothing on the way takes it for dead.
	streamBeat = 15 * time.Second
	// streamWrite is how long a reader may take for what is sent to it.
	streamWrite = 30 * time.Second
)

// events is GET /events/{lab}: the log as server-sent events. Each has the
// line's position as its id, so that a browser that was cut off goes on where
// it was. A reader that is slow holds up nobody: it reads snapshots of the log,
// and there is no queue of its own to fill.
func (s *server) events(c *gin.Context) error {
	l, err := s.apiLab(c)
	if err != nil {
		return err
	}
	after, err := streamStart(c, l)
	if err != nil {
		return err
	}
	if s.streams.Add(1) > streamsMost {
		s.streams.Add(-1)
		c.Header("Retry-After", "10")
		return problem{Status: http.StatusServiceUnavailable, Title: "Too many pages follow a log right now.", Fix: "Close some, or reload the page to see more."}
	}
	defer s.streams.Add(-1)
	if err := s.stream(c); err != nil {
		return err
	}
	s.follow(c, l, after)
	return nil
}

// streamStart is the position after which a stream begins: what the browser had
// when it was cut off, else what the page has.
func streamStart(c *gin.Context, l *lab.Lab) (int64, error) {
	from := c.GetHeader("Last-Event-ID")
	if from == "" {
		from = c.Query("after")
	}
	if from == "" {
		return l.Log().Last(), nil
	}
	n, err := strconv.ParseInt(from, 10, 64)
	if err != nil {
		return 0, problem{Status: http.StatusBadRequest, Title: "That is not a position in the log.", Fix: "Send the id of the last event that you have."}
	}
	// A position of before a restart lies ahead of the new log: begin anew.
	if n > l.Log().Last() {
		n = 0
	}
	return n, nil
}

// follow writes lines until the reader goes or the server stops.
func (s *server) follow(c *gin.Context, l *lab.Lab, after int64) {
	run, client := c.Query("run"), c.Query("client")
	beat := time.NewTicker(streamBeat)
	defer beat.Stop()
	if !s.emit(c, "retry: 2000\n\n") {
		return
	}
	for {
		items, more := l.Log().After(after)
		for _, it := range items {
			after = it.Seq
		}
		for _, it := range ofClient(ofRun(items, run), client) {
			data, err := json.Marshal(newLogRow(it)) // JSON has no line feed of its own
			if err != nil || !s.emit(c, fmt.Sprintf("id: %d\nevent: line\ndata: %s\n\n", it.Seq, data)) {
				return
			}
		}
		select {
		case <-more:
		case <-beat.C:
			if _, ok := s.world.Lab(l.ID()); !ok { // the visitor's lab has closed
				return
			}
			if !s.emit(c, ": still here\n\n") {
				return
			}
		case <-c.Request.Context().Done():
			return
		case <-s.stopping:
			return
		}
	}
}

// emit writes to a stream, and says whether the reader is still there.
func (s *server) emit(c *gin.Context, text string) bool {
	rc := http.NewResponseController(c.Writer)
	if rc.SetWriteDeadline(s.now().Add(streamWrite)) != nil {
		return false
	}
	if _, err := c.Writer.WriteString(text); err != nil {
		return false
	}
	return rc.Flush() == nil
}

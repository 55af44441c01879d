package main

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// logOperations are the calls that read what happened.
func logOperations() []operation {
	run := parameter{"run", "the id of a run: its messages, and the lines of the whole lab"}
	after := parameter{"after", "a position in the log: what came later"}
	har := labRead("/log.har", "getHAR", "The lab’s messages as HAR 1.2", apiHAR).with(after, run).fails(http.StatusBadRequest).
		more("Every browser’s developer tools open it. Passwords are masked.")
	har.serve = serveHAR
	return []operation{
		labRead("/log", "getLog", "What happened in the lab", apiLog).with(after, run).fails(http.StatusBadRequest).
			more("Messages and other events, in order. The fields that begin with _ are ours: who sent it, to whom, and the rules that the receiver ran."),
		har,
		labRead("/traces/:id", "getTrace", "The message that an answer’s trace id names", apiTrace),
	}
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

// apiLogAnswer is a part of the log.
type apiLogAnswer struct {
	Lab     string    `json:"lab"`
	Last    int64     `json:"last" doc:"the log’s last position"`
	Dropped int64     `json:"dropped" doc:"how many of the oldest items the log’s cap has cost"`
	Items   []apiItem `json:"items"`
}

func apiLog(x controlled) (apiLogAnswer, error) {
	items, err := logItems(x.c, x.lab)
	if err != nil {
		return apiLogAnswer{}, err
	}
	out := apiLogAnswer{x.lab.ID(), x.lab.Log().Last(), x.lab.Log().Dropped(), make([]apiItem, 0, len(items))}
	for _, it := range items {
		line := apiItem{Seq: it.Seq, Mark: it.Mark}
		if it.Entry != nil {
			line.Entry = it.Entry.HAR()
		}
		out.Items = append(out.Items, line)
	}
	return out, nil
}

// harDocument is the shape of a HAR.
type harDocument struct {
	Log struct {
		Version string `json:"version"`
		Creator struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"creator"`
		Entries []*trace.HAREntry `json:"entries"`
	} `json:"log"`
}

// apiHAR says what serveHAR answers with.
func apiHAR(controlled) (harDocument, error) { return harDocument{}, nil }

// serveHAR is a file to keep: its bytes are made by the log.
func serveHAR(s *server, c *gin.Context) error {
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

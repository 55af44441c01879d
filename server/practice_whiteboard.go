package main

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons/questions"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/web"
)

const whiteboardPath = "/practice/whiteboard"

// Flows with fewer messages are no exercise, and with more no whiteboard holds them.
const (
	fewMessages  = 4
	manyMessages = 16
)

// whiteboardFlows are the flows whose messages can be put in order.
func (s *server) whiteboardFlows() []*walkthrough.Flow {
	var out []*walkthrough.Flow
	for _, f := range s.walks.Flows() {
		if n := len(messages(f)); f.Legacy == "" && n >= fewMessages && n <= manyMessages {
			out = append(out, f)
		}
	}
	return out
}

// messages are the steps of a flow's recommended variant that go from one party to
// another.
func messages(f *walkthrough.Flow) []*walkthrough.Step {
	var out []*walkthrough.Step
	for _, st := range f.Variants()[0].Steps() {
		if st.From != st.To {
			out = append(out, st)
		}
	}
	return out
}

// whiteboardList is what the page of all exercises shows.
type whiteboardList struct {
	Flows  []*walkthrough.Flow
	Boards []*questions.Board
}

// whiteboard is GET /practice/whiteboard.
func (s *server) whiteboard(c *gin.Context) error {
	return s.page(c, http.StatusOK, "whiteboard", web.Page{
		Title: "Whiteboard", Description: "Put the messages of a flow in order, or find the check that is missing. With a key, to print.", Nav: "practice",
		Data: whiteboardList{Flows: s.whiteboardFlows(), Boards: s.boards},
	}, cachePublic)
}

// orderView is the exercise to order a flow's messages. What was chosen stands in
// the address, so there is nothing to keep.
type orderView struct {
	Flow    *walkthrough.Flow
	Variant *walkthrough.Variant
	Rows    []orderRow
	Places  []int
	Judged  bool
	Right   int
	Key     bool
	Steps   []*walkthrough.Step // in their order
}

type orderRow struct {
	Letter string
	Step   *walkthrough.Step
	Place  int // the right one, from 1
	Chosen int // 0: none
}

// whiteboardOrder is GET /practice/whiteboard/order/:flow.
func (s *server) whiteboardOrder(c *gin.Context) error {
	flows := s.whiteboardFlows()
	i := slices.IndexFunc(flows, func(f *walkthrough.Flow) bool { return f.ID == c.Param("flow") })
	if i < 0 {
		return noExercise(c)
	}
	v := &orderView{Flow: flows[i], Variant: flows[i].Variants()[0], Key: c.Query("key") != "", Judged: c.Query("check") != ""}
	v.Steps = messages(v.Flow)
	for i := range v.Steps {
		v.Places = append(v.Places, i+1)
	}
	for i, st := range questions.Shuffled(v.Flow.ID, v.Steps) {
		r := orderRow{Letter: string(rune('A' + i)), Step: st, Place: slices.Index(v.Steps, st) + 1}
		r.Chosen, _ = strconv.Atoi(c.Query("place." + st.ID))
		if r.Chosen == r.Place {
			v.Right++
		}
		v.Rows = append(v.Rows, r)
	}
	return s.page(c, http.StatusOK, "boardorder", web.Page{
		Title: "Order the messages: " + v.Flow.Title, Description: "The messages of a flow, out of order.", Nav: "practice", Data: v,
	})
}

// boardView is the exercise to find the missing checks.
type boardView struct {
	*questions.Board
	Offer   []offer
	Judged  bool
	Key     bool
	Missing int // how many are
	Found   int
	Wrong   int // chosen and not missing
}

type offer struct {
	questions.BoardCheck
	Chosen bool
}

// whiteboardChecks is GET /practice/whiteboard/checks/:board.
func (s *server) whiteboardChecks(c *gin.Context) error {
	i := slices.IndexFunc(s.boards, func(b *questions.Board) bool { return b.ID == c.Param("board") })
	if i < 0 {
		return noExercise(c)
	}
	v := &boardView{Board: s.boards[i], Key: c.Query("key") != "", Judged: c.Query("check") != ""}
	for _, o := range v.Offered() {
		chosen := slices.Contains(c.QueryArray("add"), o.ID)
		v.Offer = append(v.Offer, offer{o, chosen})
		switch {
		case o.Missing && chosen:
			v.Found++
		case chosen:
			v.Wrong++
		}
		if o.Missing {
			v.Missing++
		}
	}
	return s.page(c, http.StatusOK, "boardchecks", web.Page{
		Title: "Find the missing checks: " + v.Title, Description: "A list of checks from which some are missing.", Nav: "practice", Data: v,
	})
}

// Score says how it stands, in a sentence.
func (v *boardView) Score() string {
	switch {
	case v.Found == v.Missing && v.Wrong == 0:
		return "All of them, and nothing else."
	case v.Wrong == 0:
		return fmt.Sprintf("%d of %d found.", v.Found, v.Missing)
	default:
		return fmt.Sprintf("%d of %d found, and %d that do not belong here.", v.Found, v.Missing, v.Wrong)
	}
}

func noExercise(c *gin.Context) error {
	return problem{
		Status: http.StatusNotFound, Title: "There is no such exercise.",
		Detail: fmt.Sprintf("Nothing is at %s.", c.Request.URL.Path), Fix: "All exercises are listed at " + whiteboardPath + ".",
	}
}

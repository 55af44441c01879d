package main

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/race"
	"claimcheck/web"
)

const racePath = "/flows/session-race"

// What an event takes of an address's allowance: a thousand calls on each side
// are a tenth of a second of CPU, and so is half an hour of calls once a second.
// To begin a race costs next to nothing, but the room for races is everybody's.
const (
	beginCost = 3
	eventCost = 6
	restCost  = 30
)

// racePage is GET /flows/session-race: before a race, or an event of one.
func (s *server) racePage(c *gin.Context) error {
	id := c.Query("race")
	r, ok := s.races.Find(id)
	if !ok {
		v := web.Race{Lost: id != ""}
		for _, k := range race.Rivals() {
			v.Rivals = append(v.Rivals, rivalView(k, c.Query("kind")))
		}
		return s.raceView(c, v)
	}
	return s.raceView(c, newRaceView(id, r, c.Query("event")))
}

func (s *server) raceView(c *gin.Context, v web.Race) error {
	return s.page(c, http.StatusOK, "race", web.Page{
		Title: "Opaque session against JWT session", Description: "Ten events happen to both designs, and what each costs is measured on this machine.",
		Nav: "flows", Data: v,
	})
}

// raceBegin begins a race.
func (s *server) raceBegin(c *gin.Context) error {
	form, err := s.form(c)
	if err != nil {
		return err
	}
	if err := s.spend(c, beginCost, "Each race is kept, and there is room for some hundred."); err != nil {
		return err
	}
	id, err := s.races.Begin(race.Config{Kind: race.Kind(form.Get("kind")), Start: s.labOf(c).Now(), Stopwatch: s.now, Random: s.rand})
	if err != nil {
		return err
	}
	return s.redirect(c, raceHref(id, ""))
}

// raceRun lets an event happen, or all that are left.
func (s *server) raceRun(c *gin.Context) error {
	form, err := s.form(c)
	if err != nil {
		return err
	}
	id, event := form.Get("race"), form.Get("event")
	r, ok := s.races.Find(id)
	if !ok {
		return s.redirect(c, raceHref(id, "")) // the page says that it is gone
	}
	if event == "rest" {
		if err := s.spend(c, restCost, "Ten events are some fifteen thousand requests."); err != nil {
			return err
		}
		if err := r.RunRest(c.Request.Context()); err != nil {
			return err
		}
		return s.redirect(c, raceHref(id, race.Events()[len(race.Events())-1].ID)+"#table")
	}
	if _, ok := race.Find(event); !ok {
		return problem{Status: http.StatusBadRequest, Title: "There is no such event.", Fix: "Take one of the list on the page."}
	}
	if err := s.spend(c, eventCost, "An event is some thousand requests."); err != nil {
		return err
	}
	guess, _ := strconv.Atoi(form.Get("guess")) // what is no number is no guess
	if guess == 0 {
		if before, ok := r.Result(event); ok { // measured again
			guess = before.Guess
		}
	}
	if _, err := r.Run(c.Request.Context(), event, guess); err != nil {
		return err
	}
	return s.redirect(c, raceHref(id, event)+"#event")
}

// raceHref is the page of an event, or of the next one of a race.
func raceHref(id, event string) string {
	q := url.Values{"race": {id}}
	if event != "" {
		q.Set("event", event)
	}
	return racePath + "?" + q.Encode()
}

func rivalView(k race.Info, current string) web.RaceRival {
	return web.RaceRival{Kind: string(k.Kind), Name: k.Name, Says: k.Says, Current: k.Kind == race.Rival(current).Kind}
}

// newRaceView shows an event: the one that is asked for, else the first that has
// not happened, else the last.
func newRaceView(id string, r *race.Race, event string) web.Race {
	v := web.Race{ID: id, Rival: rivalView(r.Rival(), ""), Sides: [2]string{"Opaque session", r.Rival().Name}}
	events := race.Events()
	shown := -1
	for i := range events {
		e := &events[i]
		result, done := r.Result(e.ID)
		v.Steps = append(v.Steps, web.RaceStep{N: i + 1, Title: e.Title, Href: raceHref(id, e.ID), Done: done})
		if e.ID == event || shown < 0 && !done && event == "" {
			shown = i
		}
		if !done {
			v.Left++
			continue
		}
		v.Rows = append(v.Rows, web.RaceRow{Title: e.Title, Href: raceHref(id, e.ID) + "#event", Sides: raceSides(&v, &result)})
		if result.Guess > 0 {
			v.Guessed++
		}
		if result.Guess == result.Answer {
			v.Right++
		}
	}
	if shown < 0 {
		shown = len(events) - 1
	}
	v.Steps[shown].Current = true
	v.Event = raceEvent(&v, r, &events[shown], shown+1)
	if shown+1 < len(events) {
		v.Event.Next, v.Event.NextTitle = v.Steps[shown+1].Href+"#event", v.Steps[shown+1].Title
	}
	return v
}

func raceEvent(v *web.Race, r *race.Race, e *race.Event, n int) *web.RaceEvent {
	result, done := r.Result(e.ID)
	out := &web.RaceEvent{N: n, ID: e.ID, Title: e.Title, Says: e.Says, Ask: e.Ask, Done: done, Guessed: result.Guess > 0, Why: result.Why, Sides: raceSides(v, &result)}
	for i, text := range e.Options {
		out.Options = append(out.Options, web.RaceOption{N: i + 1, Text: text, Mine: result.Guess == i+1, Right: done && result.Answer == i+1})
	}
	return out
}

func raceSides(v *web.Race, result *race.Result) (out [2]web.RaceSide) {
	for i := range result.Sides {
		side := &result.Sides[i]
		out[i] = web.RaceSide{Name: v.Sides[i], Says: side.Says}
		for _, m := range side.Measures {
			out[i].Measures = append(out[i].Measures, web.RaceMeasure{What: string(m.What), Text: m.Text()})
		}
	}
	return out
}

package main

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/walkthrough"
)

// flowStart begins a run: from a page without one, or with another variant.
func (s *server) flowStart(c *gin.Context) error {
	f, err := s.knownFlow(c)
	if err != nil {
		return err
	}
	form, err := s.form(c)
	if err != nil {
		return err
	}
	w, err := s.walks.Start(s.labOf(c), f.Variant(form.Get), form.Get("mode") != "free")
	if err != nil {
		return err
	}
	s.carryRun(c, w)
	step := w.Steps()[0].ID
	if n, _ := strconv.Atoi(form.Get("guess")); n > 0 { // the run begins with a prediction
		if err := w.Guess(step, "", n); err != nil {
			return s.cannot(w, w.Steps()[0], err)
		}
	}
	switch first := w.Steps()[0]; { // the first click starts the run and is sent
	case form.Get("send") == "":
	case w.Back(step):
		if err := s.mayMoveClock(c, w, first, ""); err != nil {
			return err
		}
		if _, err := w.Send(c.Request.Context(), step); err != nil {
			return s.cannot(w, first, err)
		}
	default:
		return s.redirect(c, flowPath(f)+"/"+step+"/go?run="+url.QueryEscape(w.Run().ID()))
	}
	return s.redirect(c, w.Href(step))
}

// flowAct is every form of a step's page. It answers with the page again.
func (s *server) flowAct(c *gin.Context) error {
	form, err := s.form(c)
	if err != nil {
		return err
	}
	p, err := s.place(c, form.Get("run"), form.Get)
	if err != nil {
		return err
	}
	w, st, ctx := p.walk, p.step, c.Request.Context()
	if w == nil {
		if c.Param("act") != "do" {
			return problem{Status: http.StatusBadRequest, Title: "Which run?", Detail: "The form does not name a run.", Fix: "Start one at " + flowPath(p.flow) + "."}
		}
		if w, err = s.walks.Start(s.labOf(c), p.variant, true); err != nil {
			return err
		}
		s.carryRun(c, w)
	}
	if w.Run() == nil {
		return s.cannot(w, st, walkthrough.ErrWatched)
	}
	if err := s.mayMoveClock(c, w, st, form.Get("fault")); err != nil {
		return err
	}
	if c.Param("act") == "arm" {
		return s.flowArm(c, w, st)
	}
	to := st.ID
	tail := ""
	switch c.Param("act") {
	case "send":
		_, err = w.Send(ctx, st.ID)
	case "sent":
		if !w.Arrived(st.ID) {
			err = errors.New("the page’s request did not arrive; send it again")
		}
	case "do":
		to, err = w.Do(ctx, st.ID)
	case "predict":
		n, _ := strconv.Atoi(form.Get("guess")) // 0 is no option and is refused
		err = w.Guess(st.ID, "", n)
	case "fault":
		fault := form.Get("fault")
		if n, _ := strconv.Atoi(form.Get("guess")); n > 0 {
			err = w.Guess(st.ID, fault, n)
		}
		if err == nil {
			err = w.Break(ctx, st.ID, fault)
		}
	case "edit":
		err = w.Edit(ctx, st.ID, edited(st, form), form.Get("raw"))
	case "discard":
		err = w.Discard(ctx, st.ID)
	case "undo":
		if to, err = w.Undo(ctx); errors.Is(err, walkthrough.ErrNothing) {
			to, err = st.ID, nil
		}
	case "back":
		if b := w.Blame(st.ID); b != nil {
			to = b.Step.ID
			err = w.BackTo(ctx, to)
		}
	case "restore":
		n, _ := strconv.Atoi(form.Get("attempt")) // 0 is no attempt and is refused
		err = w.RestoreAttempt(ctx, st.ID, n)
	case "renew":
		err = w.Renew(ctx, st.ID)
	case "reset":
		err = w.ResetStep(ctx, st.ID)
	case "restart":
		err = w.Reset(ctx)
		to = w.Steps()[0].ID
	case "mode":
		w.Run().SetGuided(form.Get("mode") != "free")
	case "clock":
		w.Run().Advance(clockStep)
	default:
		return s.noRoute(c)
	}
	if err != nil {
		return s.cannot(w, st, err)
	}
	if tab := form.Get("tab"); tab != "" {
		tail = "&tab=" + url.QueryEscape(tab)
	}
	return s.redirect(c, w.Href(to)+tail+"#act")
}

// edited are the fields of an edit form that came with it, and the one that the
// learner adds.
func edited(st *walkthrough.Step, form url.Values) []walkthrough.Field {
	var fields []walkthrough.Field
	extra := form.Get("extra_name")
	for _, name := range append(slices.Clone(st.Editable), extra) {
		value, sent := form.Get("field_"+name), form.Has("field_"+name)
		if name != "" && name == extra {
			value, sent = form.Get("extra_value"), true
		}
		if sent {
			fields = append(fields, walkthrough.Field{Name: name, Value: value})
		}
	}
	return fields
}

// An armed message is one that the page itself is about to send.
type armed struct {
	Method string `json:"method"`
	// Path is path and query: the page calls its own origin.
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body,omitempty"`
}

// flowArm hands a message to the script of the page, which sends it from the
// browser as FitTrack Lite's own page would.
func (s *server) flowArm(c *gin.Context, w *walkthrough.Walk, st *walkthrough.Step) error {
	d, err := w.Arm(c.Request.Context(), st.ID)
	if err != nil {
		return s.cannot(w, st, err)
	}
	s.carryRun(c, w)
	m := armed{Method: d.Method, Path: d.URL.RequestURI(), Headers: map[string]string{}, Body: d.Body}
	for name, values := range d.Header {
		m.Headers[name] = strings.Join(values, ", ")
	}
	c.Header("Cache-Control", "no-store")
	return s.json(c, http.StatusOK, m)
}

// mayMoveClock refuses what moves the clock of a lab that others share, to
// everybody but its owner.
func (s *server) mayMoveClock(c *gin.Context, w *walkthrough.Walk, st *walkthrough.Step, fault string) error {
	moves := false
	switch c.Param("act") {
	case "clock":
		moves = true
	case "", "send", "do":
		moves = w.MovesClock(st.ID, "")
	case "fault":
		moves = w.MovesClock(st.ID, fault)
	}
	if !moves || s.origin.local {
		return nil
	}
	return s.mustOwn(c, s.labOf(c))
}

package main

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/web"
)

// flowsPage is /flows: what can be walked.
func (s *server) flowsPage(c *gin.Context) error {
	return s.page(c, http.StatusOK, "flows", web.Page{
		Title:       "Flows: what are you building?",
		Description: "Walk an OAuth flow step by step, between real parties, and see every message and every check.",
		Nav:         "flows", Data: newFlowsView(s.walks.Flows()),
	}, cachePublic)
}

// flow leads to the flow's first step, or to where the run is.
func (s *server) flow(c *gin.Context) error {
	f, err := s.knownFlow(c)
	if err != nil {
		return err
	}
	if w, ok := s.walks.Get(s.labOf(c), c.Query("run")); ok {
		return s.redirect(c, w.Href(stepAt(w, w.Position())))
	}
	if c.Query("app") != "" {
		w, err := s.watched(c, f)
		if err != nil {
			return err
		}
		return s.redirect(c, w.Href(newestOf(w).ID))
	}
	return s.redirect(c, flowPath(f)+"/"+f.Variant(c.Query).Steps()[0].ID+query(c.Request.URL.Query(), "run", ""))
}

func flowPath(f *walkthrough.Flow) string { return f.Path() }

// stepAt is the ID of the step with this number, of the last one past the end.
func stepAt(w *walkthrough.Walk, n int) string {
	steps := w.Steps()
	return steps[min(max(n, 1), len(steps))-1].ID
}

func (s *server) knownFlow(c *gin.Context) (*walkthrough.Flow, error) {
	if f, ok := s.walks.Flow(c.Param("flow")); ok && strings.HasPrefix(c.Request.URL.Path, f.Path()) {
		return f, nil
	}
	if strings.HasPrefix(c.Request.URL.Path, "/attacks/") {
		return nil, problem{Status: http.StatusNotFound, Title: "There is no such attack", Detail: "No attack has this name.", Fix: "See what can be tried at /attacks."}
	}
	return nil, problem{Status: http.StatusNotFound, Title: "There is no such flow", Detail: "No flow has this name.", Fix: "See what can be walked at /flows."}
}

// A place is what an address of a step names.
type place struct {
	flow    *walkthrough.Flow
	variant *walkthrough.Variant
	step    *walkthrough.Step
	walk    *walkthrough.Walk // nil where no run was named
}

// place finds what a request names. get reads the choices of a variant where no
// run has made them. A run that is gone is a problem that says so.
func (s *server) place(c *gin.Context, run string, get func(name string) string) (place, error) {
	f, err := s.knownFlow(c)
	if err != nil {
		return place{}, err
	}
	p := place{flow: f, variant: f.Variant(get)}
	if run == "" && c.Query("app") != "" {
		if p.walk, err = s.watched(c, f); err != nil {
			return place{}, err
		}
		p.variant = p.walk.Variant()
	}
	if run != "" {
		w, ok := s.walks.Get(s.labOf(c), run)
		if !ok || w.Flow() != f {
			return place{}, problem{
				Status: http.StatusGone, Title: "This run is gone",
				Detail: "Runs end when the server restarts, when the lab is reset, and after a day without use.",
				Fix:    "Start a new one at " + flowPath(f) + "/" + c.Param("step") + ".",
			}
		}
		p.walk, p.variant = w, w.Variant()
	}
	name := c.Param("step")
	if n, err := strconv.Atoi(name); err == nil {
		if steps := p.variant.Steps(); n >= 1 && n <= len(steps) {
			name = steps[n-1].ID
		}
	}
	var ok bool
	if p.step, ok = p.variant.Step(name); !ok {
		return place{}, problem{Status: http.StatusNotFound, Title: "There is no such step", Detail: "This flow has no step of this name.", Fix: "Begin at " + flowPath(f) + "."}
	}
	return p, nil
}

// flowStep is the page of a step, with a run or without one.
func (s *server) flowStep(c *gin.Context) error {
	p, err := s.place(c, c.Query("run"), c.Query)
	if err != nil {
		return err
	}
	if p.step.ID != c.Param("step") { // a number leads to the name
		return s.redirect(c, flowPath(p.flow)+"/"+p.step.ID+query(c.Request.URL.Query(), "", ""))
	}
	view, err := s.newFlowView(c, p)
	if err != nil {
		return err
	}
	title := "Step " + strconv.Itoa(p.step.N) + " of " + strconv.Itoa(view.Of) + ", " + p.flow.Title
	name := "flow"
	if view.AsText {
		name, title = "flowtext", p.flow.Title+", as text"
	}
	if view.Paper && view.Sheet.Kind != paperText {
		name, title = "flowpaper", view.Sheet.Title
	}
	return s.page(c, http.StatusOK, name, web.Page{
		Title: title, Description: p.step.Say, Nav: "flows", Mark: labName(s.labOf(c)) + " · you are Alice",
		Print: view.Paper, TextHref: view.TextHref, PrintHref: view.PrintHref, Data: view,
	})
}

// flowGo is Send for a message that the browser sends itself: a link that leads
// there, by way of the run's cookie.
func (s *server) flowGo(c *gin.Context) error {
	p, err := s.place(c, c.Query("run"), c.Query)
	if err != nil {
		return err
	}
	w, st := p.walk, p.step
	if w == nil {
		return s.redirect(c, p.variant.Href(st.ID))
	}
	if w.Run() == nil {
		return s.cannot(w, st, walkthrough.ErrWatched)
	}
	if err := mayCarry(c, w); err != nil {
		return err
	}
	to, err := w.Go(c.Request.Context(), st.ID)
	if err != nil {
		return s.cannot(w, st, err)
	}
	s.carryRun(c, w)
	// What follows is Alice's browser on its way, not a reader of this site.
	c.Header("Referrer-Policy", "no-referrer")
	return s.redirect(c, to)
}

// mayCarry refuses a link on another site that would put the browser into a run
// that it does not hold: into the run of whoever made the link.
func mayCarry(c *gin.Context, w *walkthrough.Walk) error {
	from := c.GetHeader("Sec-Fetch-Site")
	if from != "cross-site" && from != "same-site" || slices.Contains(runsOf(c.Request), w.Run().ID()) {
		return nil
	}
	return problem{
		Status: http.StatusForbidden, Title: "This link leads into somebody else’s run",
		Detail: "Another site sent your browser here, and your browser does not hold the run that the link names.",
		Fix:    "Start a run of your own at " + flowPath(w.Flow()) + ".",
	}
}

// maxRunsCarried is how many runs the browser is told to keep, as the gate does.
const maxRunsCarried = 8

// carryRun lets the lab's gate know, by cookies, which run the browser is in,
// and which it has been in.
func (s *server) carryRun(c *gin.Context, w *walkthrough.Walk) {
	id := w.Run().ID()
	runs := []string{id}
	for _, held := range runsOf(c.Request) {
		if _, ok := s.labOf(c).Run(held); ok && !slices.Contains(runs, held) && len(runs) < maxRunsCarried {
			runs = append(runs, held)
		}
	}
	for name, value := range map[string]string{lab.RunCookie: id, lab.RunsCookie: strings.Join(runs, ".")} {
		http.SetCookie(c.Writer, &http.Cookie{
			Name: name, Value: value, Path: "/",
			HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.origin.secure(),
		})
	}
}

// cannot says why something about a step is not possible, on a page of its own.
func (s *server) cannot(w *walkthrough.Walk, st *walkthrough.Step, err error) error {
	return problem{
		Status: http.StatusConflict, Title: "That is not possible here", Detail: err.Error(),
		Fix: "Go back to step " + strconv.Itoa(st.N) + ": " + w.Href(st.ID) + ".",
	}
}

// flowHAR is the run's traffic as a HAR file.
func (s *server) flowHAR(c *gin.Context) error {
	p, err := s.place(c, c.Query("run"), c.Query)
	if err != nil {
		return err
	}
	w := p.walk
	if w == nil {
		return problem{Status: http.StatusBadRequest, Title: "Which run?", Detail: "The address does not name a run.", Fix: "Open a step of your run and follow the link there."}
	}
	entries := w.Seen()
	if w.Run() != nil {
		entries = trace.Entries(w.Run().Items())
	}
	name := "claimcheck-" + w.Flow().ID
	if at := c.Query("entry"); at != "" {
		entries = slices.DeleteFunc(entries, func(e *trace.Entry) bool { return strconv.FormatInt(e.Seq, 10) != at })
		if len(entries) == 0 {
			return problem{Status: http.StatusNotFound, Title: "There is no such message", Detail: "This run has no message of this number.", Fix: "Open a step of your run and follow the link there."}
		}
		name += "-" + at
	}
	b, err := trace.HAR(entries)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="`+name+`.har"`)
	s.write(c, http.StatusOK, jsonType, b)
	return nil
}

// query is the query without one name, and with another value for it if it is
// not empty; with its question mark.
func query(q url.Values, name, value string) string {
	if name != "" {
		q.Del(name)
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

package lab

import (
	"net/http"
	"slices"
	"strings"

	"claimcheck/mockprovider/trace"
)

// RunCookie is the cookie that says which run the browser is in. The site sets
// it (HttpOnly, SameSite=Lax, Path=/) before it sends the browser to a party.
const RunCookie = "cc_run"

// RunsCookie is the cookie with the runs that the browser has been in, the last
// one first, with dots between. The gate sets it. Only among these runs may a
// value in a message choose: who knows a run's state or interaction value is not
// yet the browser that it was made for.
const RunsCookie = "cc_runs"

// maxHeld caps the runs of one browser: as many tabs can walk at a time.
const maxHeld = 8

// current is the run that the browser is in, or nil.
func (g *gate) current(r *http.Request) *Run {
	c, err := r.Cookie(RunCookie)
	if err != nil {
		return nil
	}
	run, _ := g.lab.Run(c.Value)
	return run
}

// held are the ids of the runs that the browser says it has been in, the current
// one first. A run's id is a secret of its browser, so having it is the proof.
func (g *gate) held(r *http.Request) []string {
	var ids []string
	if run := g.current(r); run != nil {
		ids = append(ids, run.id)
	}
	c, err := r.Cookie(RunsCookie)
	if err != nil {
		return ids
	}
	for _, id := range strings.SplitN(c.Value, ".", maxHeld+1) {
		if len(ids) == maxHeld {
			break
		}
		if _, ok := g.lab.Run(id); ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// remember lets the browser keep the run that it is in among those it holds.
func (g *gate) remember(r *http.Request, answer http.Header) {
	if g.current(r) == nil {
		return
	}
	value := strings.Join(g.held(r), ".")
	if c, err := r.Cookie(RunsCookie); err == nil && c.Value == value {
		return
	}
	answer.Add("Set-Cookie", (&http.Cookie{
		Name: RunsCookie, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(g.lab.Origin(), "https:"),
	}).String())
}

// begin gives the party the cookies that its own browser would send: those of
// the run, or without a run the real ones, minus the site's.
func (g *gate) begin(s trace.Sender, r *http.Request, answer http.Header) {
	if s.Channel == trace.Front {
		g.remember(r, answer)
	}
	run, ok := g.lab.Run(s.Run)
	if !ok || s.Channel != trace.Front {
		stripSiteCookies(r.Header)
		return
	}
	run.mu.Lock()
	jar := *run.jarOf(s.From)
	if acrossSites(r) {
		jar = jar.acrossSites()
	}
	cookies := jar.at(schoolHost(r.Host)).header(r.URL.Path, g.lab.world.cfg.Now())
	run.mu.Unlock()
	r.Header.Del("Cookie")
	if cookies != "" {
		r.Header.Set("Cookie", cookies)
	}
}

// sitePrefix begins the names of the site's own cookies, which no party gets.
const sitePrefix = "cc_"

func stripSiteCookies(h http.Header) {
	lines := h["Cookie"]
	if len(lines) == 0 {
		return
	}
	h.Del("Cookie")
	var keep []string
	for p := range strings.SplitSeq(strings.Join(lines, ";"), ";") {
		if p = strings.TrimSpace(p); p != "" && !strings.HasPrefix(p, sitePrefix) {
			keep = append(keep, p)
		}
	}
	if len(keep) > 0 {
		h.Set("Cookie", strings.Join(keep, "; "))
	}
}

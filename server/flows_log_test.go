package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The log on a step's page is that of the run: what another run sent is not in it,
// and what was done to the lab since it began is. A page without a run has none.
func TestFlowLogIsOfTheRun(t *testing.T) {
	s := start(t)
	r := s.attacker(t)
	rows := func() (out []string) {
		t.Helper()
		for _, one := range all(r.page, "ol", "log") {
			for _, row := range all(one, "li", "") {
				if attrOf(row, "id") != "" {
					out = append(out, textOf(row))
				}
			}
		}
		return out
	}
	r.do(http.MethodPost, "/flows/authorization-code-pkce/api-response/do", url.Values{})
	if n := len(rows()); n < 8 {
		t.Fatalf("the log of a run that has gone far shows %d lines", n)
	}
	if r.open("/flows/authorization-code-pkce/connect"); len(rows()) != 0 || strings.Contains(textOf(r.page), "Log of") {
		t.Errorf("a page without a run has a log: %q", rows())
	}
	r.do(http.MethodPost, "/flows/client-credentials", url.Values{})
	step := r.at.String()
	if got := rows(); len(got) != 1 || !strings.Contains(got[0], "began") {
		t.Errorf("the log of a fresh run: %q", got)
	}
	s.attacker(t).do(http.MethodPost, "/flows/authorization-code-pkce", url.Values{"send": {"1"}}) // another run goes on
	s.submit(t, "/lab/defences", "off", "state_equal")
	r.open(step)
	if got := rows(); len(got) != 2 || !strings.Contains(got[1], "state_equal") {
		t.Errorf("after a rule was switched: %q", got)
	}
	var src string
	for _, n := range all(r.page, "live-log", "") {
		src = attrOf(n, "src")
	}
	if !strings.Contains(src, "?run=") {
		t.Errorf("what comes is asked for from %q", src)
	}
}

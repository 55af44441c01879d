package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A page without a run leads back to the one that is under way, and to none that
// has come to its end.
func TestRunUnderWay(t *testing.T) {
	s := start(t)
	for name, c := range map[string]struct {
		path  string   // of a flow or an attack
		steps []string // done one after another
		want  bool
	}{
		"nothing_sent":   {"/flows/authorization-code-pkce", nil, false},
		"in_the_middle":  {"/flows/authorization-code-pkce", []string{"token-request"}, true},
		"finished":       {"/flows/authorization-code-pkce", []string{"page"}, false},
		"attack_stopped": {"/attacks/login-csrf", []string{"callback"}, false},
		"attack_begun":   {"/attacks/login-csrf", []string{"connect"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.attacker(t)
			r.do(http.MethodPost, c.path, url.Values{})
			run := r.at.Query().Get("run")
			for _, step := range c.steps {
				r.do(http.MethodPost, c.path+"/"+step+"/do", url.Values{"run": {run}})
			}
			f, _ := s.walks.Flow(c.path[strings.LastIndex(c.path, "/")+1:])
			page := r.source(f.Variants()[0].Href(f.Variants()[0].Steps()[0].ID))
			if got := strings.Contains(page, "under way"); got != c.want {
				t.Errorf("the page says that a run is under way: %t", got)
			}
		})
	}
}

package lab_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider/lab"
)

// TestSpecimenIsReal: both tokens work where they are meant for, and AcmeID knows
// them.
func TestSpecimenIsReal(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	sp, err := l.Specimen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(sp.JWT, ".") != 2 || strings.Contains(sp.Opaque, ".") {
		t.Errorf("the forms are %q and %q", sp.JWT, sp.Opaque)
	}
	for name, token := range map[string]string{"jwt": sp.JWT, "opaque": sp.Opaque} {
		info, err := l.Provider().Introspect(t.Context(), token)
		if err != nil || !info.Active || info.Subject != "alice" || info.Expires.Sub(sp.Expires).Abs() > time.Second {
			t.Errorf("%s: AcmeID says %+v, %v", name, info, err)
		}
		if status, body := steps(t, s, token); status != http.StatusOK || !strings.Contains(body, "2026-03-02") {
			t.Errorf("%s: StepCloud answers %d %s", name, status, body)
		}
	}
}

// TestSpecimenLeavesNoTrace: nothing in the log, and no run.
func TestSpecimenLeavesNoTrace(t *testing.T) {
	l := newSite(t, nil).Main()
	if _, err := l.Specimen(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last, runs := l.Log().Last(), l.Runs(); last != 0 || runs != 0 {
		t.Errorf("the log is at %d, there are %d runs", last, runs)
	}
}

// TestSpecimenEnds: with its lifetime, with a reset, and when the clock goes back
// to before it was there.
func TestSpecimenEnds(t *testing.T) {
	for name, end := range map[string]func(*lab.Lab) error{
		"expired":    func(l *lab.Lab) error { l.Advance(lab.AccessTokenLifetime + time.Second); return nil },
		"clock_back": func(l *lab.Lab) error { l.Advance(-time.Hour); return nil },
		"reset":      (*lab.Lab).Reset,
	} {
		t.Run(name, func(t *testing.T) {
			l := newSite(t, nil).Main()
			sp, err := l.Specimen(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !sp.Active(t.Context(), l) {
				t.Fatal("not active at first")
			}
			if err := end(l); err != nil {
				t.Fatal(err)
			}
			if sp.Active(t.Context(), l) {
				t.Error("still active")
			}
		})
	}
}

// TestSpecimenShiftsNoSeededValue: a class sees the same values, whether somebody
// looked at the front page or not.
func TestSpecimenShiftsNoSeededValue(t *testing.T) {
	run := func(look bool) string {
		l := newSite(t, func(c *lab.Config) { c.Seed = "class" }).Main()
		if look {
			if _, err := l.Specimen(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		r, err := l.NewRun(lab.RunConfig{})
		if err != nil {
			t.Fatal(err)
		}
		return r.ID()
	}
	if with, without := run(true), run(false); with != without {
		t.Errorf("the first run is %s with a specimen and %s without", with, without)
	}
}

// steps asks StepCloud.
func steps(t *testing.T, s *site, token string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/rs/"+lab.Main+"/"+lab.StepCloud+"/v1/steps", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

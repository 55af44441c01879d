package lab_test

import (
	"net/http"
	"net/url"
	"sync"
	"testing"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// stead walks a run to the code with nothing but Browse, as "do it for me" does.
func stead(t *testing.T, s *site, r *lab.Run) {
	t.Helper()
	browse := func(method, target string, form url.Values) *trace.Entry {
		e, err := r.Browse(t.Context(), method, target, form)
		if err != nil {
			t.Error(err)
			return &trace.Entry{}
		}
		return e
	}
	follow := func(e *trace.Entry) *trace.Entry {
		if e.Response.Location() == nil {
			t.Errorf("no redirect from %s: %d", e.Path(), e.Response.Status)
			return &trace.Entry{}
		}
		return browse(http.MethodGet, e.Response.Location().String(), nil)
	}
	interaction := func(e *trace.Entry) string { return page{html: string(e.Response.Body)}.interaction(t) }
	as := s.Main().Issuer()
	login := follow(browse(http.MethodGet, s.url+"/app/main/"+r.Config().Client+"/connect", nil))
	consent := follow(browse(http.MethodPost, as+"/login", url.Values{
		"interaction": {interaction(login)}, "username": {"alice"}, "password": {"alice"}, "action": {"login"},
	}))
	follow(browse(http.MethodPost, as+"/consent", url.Values{
		"interaction": {interaction(consent)}, "scope": {lab.ScopeStepsRead}, "action": {"allow"},
	}))
}

func TestParallelUse(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	done := make(chan struct{})
	var readers, walkers sync.WaitGroup
	readers.Go(func() {
		seq := int64(0)
		for {
			items, wake := l.Log().After(seq)
			for _, it := range items {
				if it.Seq != seq+1 {
					t.Errorf("after %d came %d", seq, it.Seq)
				}
				seq = it.Seq
			}
			if _, err := trace.HAR(trace.Entries(items)); err != nil {
				t.Error(err)
			}
			select {
			case <-wake:
			case <-done:
				return
			}
		}
	})
	for i := range 6 {
		walkers.Go(func() {
			client := []string{lab.FitTrack, lab.FitTrackLite}[i%2]
			r := s.guided(t, lab.RunConfig{Client: client})
			for range 3 {
				stead(t, s, r)
				before := r.Checkpoint()
				for range 2 {
					e, err := r.Redeem(t.Context(), nil)
					if err != nil || e.Response.Status != http.StatusOK {
						t.Errorf("redeem: %v %+v", err, e)
						return
					}
					if err := r.Restore(t.Context(), before); err != nil {
						t.Error(err)
					}
				}
				for _, e := range r.Entries() {
					if e.Run != r.ID() {
						t.Error("an entry of another run")
					}
				}
				if err := l.InsecureSwitch("scope", i%2 == 0); err != nil {
					t.Error(err)
				}
				if err := r.Reset(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	walkers.Wait()
	close(done)
	readers.Wait()
}

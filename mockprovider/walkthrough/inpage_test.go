package walkthrough

import (
	"net/http"
	"strings"
	"testing"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// fromPage sends a draft as a script in a page of this origin does.
func fromPage(t *testing.T, w *Walk, d *Draft) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), d.Method, d.URL.String(), strings.NewReader(d.Body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = d.Header.Clone()
	req.Header.Set("Sec-Fetch-Mode", "cors")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.AddCookie(&http.Cookie{Name: lab.RunCookie, Value: w.Run().ID()})
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res
}

// The page of FitTrack Lite sends by itself; the walk goes on from what arrived.
func TestPageSends(t *testing.T) {
	w := start(t, fitTrackLite)
	if _, err := w.Do(t.Context(), "callback"); err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{"token-request", "api-request"} {
		d, err := w.Arm(t.Context(), step)
		if err != nil {
			t.Fatal(err)
		}
		if w.Arrived(step) {
			t.Errorf("%s has arrived before it was sent", step)
		}
		if res := fromPage(t, w, d); res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", step, res.StatusCode)
		}
		e := w.Entry(step)
		if e == nil || !w.Arrived(step) || !w.Passed(step) {
			t.Fatalf("%s did not settle", step)
		}
		if e.Via != "" || e.From != lab.ClientParty(lab.FitTrackLite) || e.Channel != trace.Back || len(e.ResponseFindings) == 0 {
			t.Errorf("%s: from %s, %s, via %q, %d findings on the answer", step, e.From.Name, e.Channel, e.Via, len(e.ResponseFindings))
		}
	}
	if s := w.Run().Session(); s.Tokens.AccessToken == "" || len(s.Steps) == 0 {
		t.Error("the client did not get what its page was answered")
	}
	if at, err := w.Undo(t.Context()); err != nil || at != "api-request" {
		t.Errorf("undo of %q: %v", at, err)
	}
	if s := w.Run().Session(); len(s.Steps) != 0 {
		t.Error("after the undo the client still has the steps")
	}
	if at, err := w.Do(t.Context(), "page"); err != nil || at != "page" {
		t.Errorf("after the undo the walk stops at %s: %v", at, err)
	}
}

// A refusal reaches the page as well, and a confidential client has no page that
// could send.
func TestPageSendsWhatIsRefused(t *testing.T) {
	w := start(t, fitTrackLite)
	if err := w.Break(t.Context(), "token-request", "wrong_verifier"); err != nil {
		t.Fatal(err)
	}
	d, err := w.Arm(t.Context(), "token-request")
	if err != nil {
		t.Fatal(err)
	}
	if res := fromPage(t, w, d); res.StatusCode != http.StatusBadRequest {
		t.Errorf("%d", res.StatusCode)
	}
	if w.StateOf("token-request") != StateFailed || w.Run().Session().Problem == "" {
		t.Errorf("%s, problem %q", w.StateOf("token-request"), w.Run().Session().Problem)
	}
	as := w.Attempts("token-request")
	if as[len(as)-1].Fault != "wrong_verifier" {
		t.Error("the attempt does not know its fault")
	}
	f := start(t, fitTrack)
	if _, err := f.Do(t.Context(), "callback"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Arm(t.Context(), "token-request"); err == nil {
		t.Error("FitTrack's server message was handed to a page")
	}
}

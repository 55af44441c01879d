package mockprovider

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"claimcheck/playground"
)

// detailsForm is a consent page with two details, and the answer yes to both.
func detailsForm(i *idp) *request {
	v := detailedAuthorization(`[{"type":"meals_order","dish":"soup"},{"type":"meals_order","dish":"bread"}]`)
	return &request{method: "POST", path: "/consent", values: url.Values{"interaction": {i.consentPage(v)}, "action": {"allow"}, "detail": {"0", "1"}}}
}

// consent_details: what is no number of a detail names none, and the first least
// of all.
func TestConsentDetailNumbers(t *testing.T) {
	for _, number := range []string{"2", "-1", "x", "0x0", "1e0", "99999999999999999999"} {
		i := newIDP(t)
		r := detailsForm(i)
		r.values["detail"] = []string{"0", number}
		if w := r.send(i); w.Code != http.StatusForbidden || w.Header().Get("Location") != "" || i.failed() != "consent_details" {
			t.Errorf("detail %q: %d %s", number, w.Code, i.failed())
		}
	}
}

// consent_details: a detail is granted once and in the order of the request,
// however often and in whatever order the numbers come (RFC 9396 §4).
func TestConsentDetailOnce(t *testing.T) {
	i := newIDP(t)
	r := detailsForm(i)
	r.values["detail"] = strings.Split("1"+strings.Repeat(",0,1", 500), ",")
	out := tokensOf(t, i.token(validToken(location(t, r.send(i)).Query().Get("code"))))
	if len(out.Details) != 2 || !strings.Contains(string(out.Details[0]), "soup") || !strings.Contains(string(out.Details[1]), "bread") {
		t.Errorf("%d details: %.200s", len(out.Details), out.Details)
	}
}

// owner_allows: a no is a no, whatever is ticked beside it.
func TestConsentDenyWithBoxes(t *testing.T) {
	for box, value := range map[string]string{"scope": "meals:fly", "detail": "99"} {
		i := newIDP(t)
		r := detailsForm(i)
		r.values.Set("action", "deny")
		r.values.Set(box, value)
		if w := r.send(i); wireError(w) != "access_denied" || i.row("consent_"+map[string]string{"scope": "scope", "detail": "details"}[box]).Status != playground.StatusSkipped {
			t.Errorf("%s=%s: %d %s", box, value, w.Code, i.failed())
		}
	}
}

// consent_logged_in: a user who was removed after the login answers nothing.
func TestConsentOfARemovedUser(t *testing.T) {
	i := newIDP(t)
	r := consentRequest(i)
	if err := i.Registry().RemoveUser("u-alice"); err != nil {
		t.Fatal(err)
	}
	if w := r.send(i); w.Code != http.StatusForbidden || i.failed() != "consent_logged_in" {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// A consent, or the grant of a device, that was given after a client was removed
// and came back is one to the new client, and stands.
func TestConsentAfterAReturn(t *testing.T) {
	i := newIDP(t)
	client := *i.Client("web")
	if err := i.Registry().RemoveClient("web"); err != nil {
		t.Fatal(err)
	}
	if err := i.Registry().AddClient(client); err != nil {
		t.Fatal(err)
	}
	if w := rememberedRequest(i).send(i); location(t, w).Query().Get("code") == "" {
		t.Errorf("the consent was forgotten: %d %s", w.Code, i.failed())
	}
	tokensOf(t, pollRequest(i).send(i))
}

// The forms of people take no more than any other endpoint.
func TestFormsThatAreTooLarge(t *testing.T) {
	for path, setUp := range map[string]func(*idp) *request{"/consent": consentRequest, "/device": deviceFormRequest} {
		i := newIDP(t)
		r := setUp(i)
		r.values.Set("more", strings.Repeat("x", maxBody))
		if w := r.send(i); w.Code != http.StatusRequestEntityTooLarge || len(i.rows) != 0 {
			t.Errorf("%s: %d, %s", path, w.Code, i.failed())
		}
	}
}

package mockprovider

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// device_form_browser: a browser without a cookie has no form of ours, and nobody
// can work out the token of one (RFC 6749 §10.12).
func TestDeviceFormWithoutCookie(t *testing.T) {
	i := newIDP(t)
	r := deviceFormRequest(i)
	r.noCookies = true
	r.values.Set("interaction", deviceToken(""))
	if w := r.send(i); w.Code != http.StatusForbidden || i.failed() != "device_form_browser" {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// user_code_attempts: a form of another site is no guess, and neither is one that
// comes while nobody may guess. Who may not is told for how long.
func TestWhatIsNoGuessOfAUserCode(t *testing.T) {
	i := newIDP(t)
	r := deviceFormRequest(i)
	forged := url.Values{"interaction": {"x"}, "user_code": {"BBBB-BBBB"}}
	for range maxUserCodes {
		if w := i.form("/device", forged); w.Code != http.StatusForbidden {
			t.Fatalf("forged: %d", w.Code)
		}
	}
	wrong := i.deviceForm("BBBB-BBBB")
	for range maxUserCodes {
		if w := i.form("/device", wrong); w.Code != http.StatusUnprocessableEntity {
			t.Fatalf("wrong: %d %s", w.Code, i.failed())
		}
	}
	i.clock = i.clock.Add(failureWindow - time.Second)
	if w := i.form("/device", wrong); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "300" {
		t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	i.clock = i.clock.Add(time.Second)
	if w := r.send(i); w.Code != http.StatusSeeOther {
		t.Errorf("after the window: %d %s", w.Code, i.failed())
	}
}

// RFC 8628 §5.4: consent that was remembered for the app is not one for a device,
// also after a login on the way.
func TestDeviceAsksAfterTheLogin(t *testing.T) {
	i := newIDP(t)
	rememberedRequest(i) // all that the device asks for
	i.cookies = map[string]string{}
	out := i.startDevice()
	id := location(t, i.form("/device", i.deviceForm(out.UserCode))).Query().Get("interaction")
	if w := i.form("/login", loginForm(id)); location(t, w).Path != "/idp/main/consent" {
		t.Errorf("after the login: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := i.token(pollForm(out.DeviceCode)); wireError(w) != "authorization_pending" {
		t.Errorf("the device: %d %s", w.Code, w.Body)
	}
}

// device_code_ttl: who entered the code in time still has no longer to answer than
// the device waits.
func TestDeviceAnswerEndsWithTheCode(t *testing.T) {
	i := newIDP(t)
	out := i.startDevice()
	i.clock = i.clock.Add(deviceTTL - time.Second)
	id := location(t, i.form("/device", i.deviceForm(out.UserCode))).Query().Get("interaction")
	i.logIn(id)
	i.clock = i.clock.Add(time.Second)
	w := i.form("/consent", url.Values{"interaction": {id}, "action": {"allow"}, "scope": {"steps:read"}})
	if w.Code != http.StatusForbidden || i.failed() != "interaction_expired" {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// A device is answered once: the page of a second tab says so, and the first answer
// stays.
func TestDeviceIsAnsweredOnce(t *testing.T) {
	i := newIDP(t)
	out := i.startDevice()
	tab := func() string {
		return location(t, i.form("/device", i.deviceForm(out.UserCode))).Query().Get("interaction")
	}
	first, second := tab(), tab()
	i.logIn(first)
	i.logIn(second)
	for n, c := range []struct {
		id, action string
		code       int
	}{{first, "deny", http.StatusOK}, {second, "allow", http.StatusConflict}} {
		form := url.Values{"interaction": {c.id}, "action": {c.action}, "scope": {"steps:read"}}
		if w := i.form("/consent", form); w.Code != c.code || (c.code == http.StatusConflict) != strings.Contains(w.Body.String(), "answered already") {
			t.Errorf("answer %d: %d %s", n, w.Code, i.failed())
		}
	}
	if w := i.token(pollForm(out.DeviceCode)); wireError(w) != "access_denied" {
		t.Errorf("the device: %d %s", w.Code, w.Body)
	}
}

// What a device was granted is the client's, and ends with it; and its ID token
// says when the user logged in.
func TestDeviceGrantOfARemovedClient(t *testing.T) {
	i := newIDP(t)
	i.code(validAuthorization()) // the login
	login := i.clock
	i.clock = i.clock.Add(time.Minute)
	out := tokensOf(t, pollRequest(i).send(i))
	if id := i.idToken(out.IDToken); id.AuthTime != login.Unix() {
		t.Errorf("auth_time %d, want %d", id.AuthTime, login.Unix())
	}
	client := *i.Client("web")
	if err := i.Registry().RemoveClient("web"); err != nil {
		t.Fatal(err)
	}
	if err := i.Registry().AddClient(client); err != nil {
		t.Fatal(err)
	}
	if w := i.token(refreshForm(out.RefreshToken)); wireError(w) != "invalid_grant" || i.failed() != "grant_client_gone" {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// user_code_known: nobody enters a code for a client that is gone.
func TestUserCodeOfARemovedClient(t *testing.T) {
	i := newIDP(t)
	r := deviceFormRequest(i)
	if err := i.Registry().RemoveClient("web"); err != nil {
		t.Fatal(err)
	}
	if w := r.send(i); w.Code != http.StatusUnprocessableEntity || i.failed() != "user_code_expired" {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// Guesses count by the address without its port: each connection has another one.
func TestAddressOf(t *testing.T) {
	for remote, want := range map[string]string{"192.0.2.1:1234": "192.0.2.1", "[2001:db8::1]:5": "2001:db8::1", "pipe": "pipe"} {
		if got := addressOf(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("%s: %s, want %s", remote, got, want)
		}
	}
}

// RFC 8628 §6.1: each letter is as likely as the others, so the bytes of which there
// are too many for some letters make none.
func TestUserCodeLettersAreEven(t *testing.T) {
	i := newIDP(t, func(c *Config) {
		c.Random = func(context.Context, string, int) []byte { return []byte{240, 255, 0, 239, 1, 20} }
	})
	if code := i.userCode(t.Context()); code != "BZCBBZCB" {
		t.Errorf("%s", code)
	}
}

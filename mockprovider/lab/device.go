package lab

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"claimcheck/playground"
)

// grantDevice is the grant type of RFC 8628 §3.4.
const grantDevice = "urn:ietf:params:oauth:grant-type:device_code"

// slowDown is by how many seconds slow_down lengthens the time between two polls,
// and that time where the server names none (RFC 8628 §3.2, §3.5).
const slowDown = 5

// A Device is what a client without a browser waits with (RFC 8628 §3.2).
type Device struct {
	DeviceCode      string `json:"device_code"`
	UserCode        string `json:"user_code"`
	VerificationURI string `json:"verification_uri"`
	Complete        string `json:"verification_uri_complete,omitempty"`
	ExpiresIn       int64  `json:"expires_in"` // seconds
	// Interval is how many seconds lie between two polls, now.
	Interval int64 `json:"interval,omitempty"`
	// Expires is when, by the lab's clock.
	Expires time.Time `json:"expires,omitzero"`
	// Answer is the error code of the last poll, empty before one.
	Answer string `json:"answer,omitempty"`
}

// StartDevice is a client's request for the codes of a device (RFC 8628 §3.1), as
// golang.org/x/oauth2 makes it.
func StartDevice() Call {
	through := func(ctx context.Context, a *app, s *Session, out *sending) error {
		_, err := a.oauth(s.Scope).DeviceAuth(libraryContext(ctx, out))
		return err
	}
	return Call{
		request: func(ctx context.Context, a *app, s *Session) (*http.Request, error) {
			out := &sending{}
			if err := through(ctx, a, s, out); !errors.Is(err, errCaptured) {
				return nil, err
			}
			return out.made, nil
		},
		take: func(_ context.Context, a *app, s *Session, _ *http.Request, answer reply) []playground.Finding {
			t := &deviceAnswer{reply: answer}
			rows, refused, _ := playground.Run(a.lab.mode(), t, deviceAnswerChecks())
			s.Device, s.Tokens, s.Steps, s.Problem = nil, Tokens{}, nil, ""
			if refused != nil {
				s.Problem = "AcmeID gave no code: " + refused.Got + "."
				return rows
			}
			d := t.Device
			d.Expires = a.lab.Now().Add(time.Duration(d.ExpiresIn) * time.Second)
			s.Device = &d
			return rows
		},
	}
}

// Poll is how a device asks whether its user has answered (RFC 8628 §3.4). The
// library's own loop waits by the wall clock, so the client asks once, when it is
// told to.
func Poll() Call {
	ask := byLibrary(func(ctx context.Context, a *app, s *Session) (*oauth2.Token, error) {
		if s.Device == nil {
			return nil, ErrNoDevice
		}
		o := a.oauth("")
		c := clientcredentials.Config{ // which lets another grant type through
			ClientID: o.ClientID, TokenURL: o.Endpoint.TokenURL, AuthStyle: o.Endpoint.AuthStyle,
			EndpointParams: url.Values{"grant_type": {grantDevice}, "device_code": {s.Device.DeviceCode}},
		}
		return c.Token(ctx)
	})
	tokens := ask.take
	ask.take = func(ctx context.Context, a *app, s *Session, sent *http.Request, answer reply) []playground.Finding {
		if s.Device == nil {
			return nil // nobody waits for it
		}
		t := &pollAnswer{reply: answer, device: s.Device}
		rows, refused, _ := playground.Run(a.lab.mode(), t, pollAnswerChecks())
		switch {
		case refused != nil:
			s.Problem = pollProblem(refused.Got)
		case t.reply.status == http.StatusOK:
			rows = append(rows, tokens(ctx, a, s, sent, answer)...)
		}
		return rows
	}
	return ask
}

// pollProblem is what the screen says when there is no reason to ask again.
func pollProblem(code string) string {
	switch code {
	case "access_denied":
		return "Somebody said no on the other screen."
	case "expired_token":
		return "Nobody entered the code in time. Start again for a new one."
	}
	return "AcmeID gave no token: " + code + "."
}

// ErrNoDevice is returned for a poll before the client has a device code.
var ErrNoDevice = errors.New("lab: the client holds no device code yet")

// deviceAnswer is the state of one device authorization response.
type deviceAnswer struct {
	reply reply
	Device
}

// deviceAnswerChecks are what a device tests before it shows a code.
func deviceAnswerChecks() []playground.Check[deviceAnswer] {
	return []playground.Check[deviceAnswer]{
		{
			Rule: playground.Rule{ID: "device_status", Title: "The device authorization endpoint answered 200", Spec: rfc("8628", "3.2"), Level: playground.Must},
			Test: func(t *deviceAnswer) playground.Outcome {
				return status200(t.reply.status, "Read the error code, and the rule at which AcmeID refused the request.")
			},
		},
		{
			Rule: playground.Rule{ID: "device_json", Title: "The codes are in a JSON object", Spec: rfc("8628", "3.2"), Level: playground.Must},
			Test: func(t *deviceAnswer) playground.Outcome {
				if err := json.Unmarshal(t.reply.body, &t.Device); err != nil {
					return playground.Fail("a JSON object", "something else", "Look at the answer’s body.")
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{ID: "device_codes_present", Title: "There are two codes, an address and an end", Spec: rfc("8628", "3.2"), Level: playground.Must},
			Test: func(t *deviceAnswer) playground.Outcome {
				for _, m := range []struct {
					name string
					ok   bool
				}{
					{"device_code", t.DeviceCode != ""},
					{"user_code", t.UserCode != ""},
					{"verification_uri", t.VerificationURI != ""},
					{"expires_in", t.ExpiresIn > 0},
				} {
					if !m.ok {
						return playground.Fail(m.name, "none", "The server must send it.")
					}
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{ID: "device_interval", Title: "The device knows how long to wait between two polls", Spec: rfc("8628", "3.2"), Level: playground.Must},
			Test: func(t *deviceAnswer) playground.Outcome {
				switch {
				case t.Interval < 0:
					return playground.Fail("a number of seconds", strconv.FormatInt(t.Interval, 10), "The server must send a positive number, or none.")
				case t.Interval == 0:
					t.Interval = slowDown
					return playground.Outcome{Status: playground.StatusInfo, Message: "The server names no interval, so it is 5 seconds."}
				}
				return playground.Pass()
			},
		},
	}
}

// pollAnswer is the state of one answer to a poll.
type pollAnswer struct {
	reply  reply
	device *Device // that waits
}

// pollAnswerChecks are how a device reads the answer to a poll: two of the errors
// mean that it goes on (RFC 8628 §3.5).
func pollAnswerChecks() []playground.Check[pollAnswer] {
	return []playground.Check[pollAnswer]{
		{
			Rule: playground.Rule{ID: "poll_answer", Title: "The answer is tokens, or a reason to ask again", Spec: rfc("8628", "3.5"), Level: playground.Must},
			Test: func(t *pollAnswer) playground.Outcome {
				if t.reply.status == http.StatusOK {
					return playground.Pass()
				}
				var e struct {
					Error string `json:"error"`
				}
				if json.Unmarshal(t.reply.body, &e) != nil {
					e.Error = ""
				}
				t.device.Answer = e.Error
				wait := "Ask again after "
				switch e.Error {
				case "slow_down":
					t.device.Interval += slowDown // for good
					wait = "From now on, ask again after "
				case "authorization_pending":
				default:
					return playground.Fail("tokens, authorization_pending or slow_down", orNone(e.Error), "Stop polling, and tell the person.")
				}
				return playground.Outcome{
					Status: playground.StatusInfo, Got: e.Error,
					Message: wait + strconv.FormatInt(t.device.Interval, 10) + " seconds.",
				}
			},
		},
	}
}

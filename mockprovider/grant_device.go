package mockprovider

import (
	"context"
	"errors"
	"time"

	"claimcheck/playground"
)

// deviceGrant is how a device asks whether its user has answered (RFC 8628 §3.4,
// §3.5). Three of its refusals only mean: not yet, slower, no.
var deviceGrant = []playground.Check[tokenRequest]{
	grantTypeAllowed,
	{Test: (*tokenRequest).devicePresent, Rule: playground.Rule{
		ID: "device_code_present", Title: "It brings a device code",
		Spec: rfc("8628", "3.4"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).deviceKnown, Rule: playground.Rule{
		ID: "device_code_known", Title: "This server issued the device code",
		Spec: rfc("6749", "5.2"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).deviceClient, Rule: playground.Rule{
		ID: "device_client_bind", Title: "The device code was issued to this client",
		Spec: rfc("6749", "5.2"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).deviceUnused, Rule: playground.Rule{
		ID: "device_code_single_use", Title: "The device code has given no token yet",
		Spec: rfc("8628", "3.5"), Level: playground.Choice, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).deviceFresh, Rule: deviceCodeTTL},
	{Test: (*tokenRequest).devicePoll, Rule: playground.Rule{
		ID: "device_poll_interval", Title: "The device waits between two polls",
		Spec: rfc("8628", "3.5"), Level: playground.Must, Refusal: "slow_down",
	}},
	{Test: (*tokenRequest).deviceDecided, Rule: playground.Rule{
		ID: "device_decided", Title: "The user has answered",
		Spec: rfc("8628", "3.5"), Level: playground.Must, Refusal: "authorization_pending",
	}},
	{Test: (*tokenRequest).deviceGranted, Rule: playground.Rule{
		ID: "device_owner_allows", Title: "The user allows it",
		Spec: rfc("8628", "3.5"), Level: playground.Must, Refusal: "access_denied",
	}},
	{Test: (*tokenRequest).deviceGrantActive, Rule: grantActive},
	{Test: (*tokenRequest).detailsGranted, Rule: detailsGranted},
	{Test: (*tokenRequest).deviceSpent, Rule: playground.Rule{
		ID: "device_code_spent", Title: "Of parallel requests this one is first",
		Spec: rfc("8628", "3.5"), Level: playground.Choice, Refusal: "invalid_grant",
	}},
}

// deviceCodeTTL is about both codes of a device: they end together.
var deviceCodeTTL = playground.Rule{
	ID: "device_code_ttl", Title: "The device code has not expired",
	Spec: rfc("8628", "3.5"), Level: playground.Must, Refusal: "expired_token", Switchable: true,
}

func (s *tokenRequest) devicePresent() playground.Outcome {
	if !s.params.has("device_code") {
		return failAt("device_code", "device_code", "nothing", "send the device_code of the device authorization response")
	}
	return playground.Pass()
}

func (s *tokenRequest) deviceKnown() playground.Outcome {
	id, rec, raw, err := s.p.findDevice(s.r.Context(), kindDeviceCode, s.params.get("device_code"))
	if errors.Is(err, ErrNotFound) {
		return failAt("device_code", "a device code from a device authorization response", "an unknown one", "start again; device codes do not survive a restart")
	}
	if err != nil {
		return playground.Broken(err)
	}
	s.deviceID, s.device, s.raw = id, rec, raw
	return playground.Pass()
}

// findDevice follows one of the two codes to the device record.
func (p *Provider) findDevice(ctx context.Context, k kind, code string) (id string, rec *deviceRecord, raw []byte, err error) {
	pointer, _, err := load[pointerRecord](ctx, p.store, k, code)
	if err != nil {
		return "", nil, nil, err
	}
	rec, raw, err = load[deviceRecord](ctx, p.store, kindDevice, pointer.ID)
	return pointer.ID, rec, raw, err
}

func (s *tokenRequest) deviceClient() playground.Outcome {
	switch {
	case s.device.Client != s.client.ID:
		return failAt("device_code", s.device.Client, s.client.ID, "poll as the client that got the device code")
	case !s.p.clientStands(s.device.Client, s.device.Removals):
		return failAt("device_code", "the client that got the device code", "one that was registered under its name since", "start again")
	}
	return playground.Pass()
}

func (s *tokenRequest) deviceUnused() playground.Outcome {
	if s.device.Uses > 0 {
		return failAt("device_code", "a device code that was not used before", "a used one", "stop polling once there is a token")
	}
	return playground.Pass()
}

func (s *tokenRequest) deviceFresh() playground.Outcome {
	if now := s.p.now(); !now.Before(s.device.Expires) {
		return failAt("device_code", "before "+clockTime(s.device.Expires), clockTime(now), "start again, when the user is there")
	}
	return playground.Pass()
}

// devicePoll is about a device that still waits. Its failure makes the interval
// longer for good.
func (s *tokenRequest) devicePoll() playground.Outcome {
	interval := time.Duration(s.device.Interval) * time.Second
	if gap := s.p.now().Sub(s.device.Polled); !s.device.Decided && !s.device.Polled.IsZero() && gap < interval {
		o := failAt("device_code", interval.String()+" between two polls", gap.Round(time.Millisecond).String(), "wait for five seconds more, from now on")
		o.Why = "Many devices that poll at once are a flood. slow_down makes each of them wait longer."
		return o
	}
	return playground.Pass()
}

func (s *tokenRequest) deviceDecided() playground.Outcome {
	if !s.device.Decided {
		return failAt("device_code", "an answer of the user", "none yet", "wait for the interval, then ask again")
	}
	return playground.Pass()
}

func (s *tokenRequest) deviceGranted() playground.Outcome {
	if s.device.Grant == "" {
		return failAt("device_code", "yes", "no", "respect it; stop polling")
	}
	return playground.Pass()
}

func (s *tokenRequest) deviceGrantActive() playground.Outcome { return s.loadGrant(s.device.Grant) }

// deviceSpent marks the device code as used, unless another request was faster.
func (s *tokenRequest) deviceSpent() playground.Outcome {
	spent := *s.device
	spent.Uses++
	ok, err := s.putDevice(&spent)
	if err != nil {
		return playground.Broken(err)
	}
	if !ok {
		return failAt("device_code", "the first of two parallel requests", "the second", "poll from one place")
	}
	return playground.Pass()
}

// notePoll remembers when the device polled. Of parallel polls one counts.
func (s *tokenRequest) notePoll(more int) error {
	polled := *s.device
	polled.Polled, polled.Interval = s.p.now(), polled.Interval+more
	_, err := s.putDevice(&polled)
	return err
}

func (s *tokenRequest) putDevice(rec *deviceRecord) (bool, error) {
	return replace(s.r.Context(), s.p.store, kindDevice, s.deviceID, s.raw, rec, deviceTTL)
}

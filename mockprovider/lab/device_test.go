package lab

import (
	"net/http"
	"testing"

	"claimcheck/playground"
)

func TestDeviceAnswerRules(t *testing.T) {
	body := func(change string) []byte {
		if change != "" {
			return []byte(change)
		}
		return []byte(`{"device_code":"d","user_code":"BCDF-GHJK","verification_uri":"https://idp.example/device","expires_in":600,"interval":5}`)
	}
	mustBreak(
		t, deviceAnswerChecks(),
		func() *deviceAnswer { return &deviceAnswer{reply: reply{status: http.StatusOK, body: body("")}} },
		map[string]func(*deviceAnswer){
			"device_status": func(x *deviceAnswer) { x.reply.status = http.StatusBadRequest },
			"device_json":   func(x *deviceAnswer) { x.reply.body = body("<html>") },
			"device_codes_present": func(x *deviceAnswer) {
				x.reply.body = body(`{"device_code":"d","verification_uri":"https://idp.example/device","expires_in":600,"interval":5}`)
			},
			"device_interval": func(x *deviceAnswer) {
				x.reply.body = body(`{"device_code":"d","user_code":"u","verification_uri":"v","expires_in":600,"interval":-5}`)
			},
		},
	)
	none := &deviceAnswer{reply: reply{status: http.StatusOK, body: body(`{"device_code":"d","user_code":"u","verification_uri":"v","expires_in":600}`)}}
	if _, refused, _ := playground.Run(playground.Mode{}, none, deviceAnswerChecks()); refused != nil || none.Interval != 5 {
		t.Errorf("without an interval: %d seconds, %+v", none.Interval, refused)
	}
}

func TestPollAnswerRules(t *testing.T) {
	valid := func() *pollAnswer {
		return &pollAnswer{reply: reply{status: http.StatusOK}, device: &Device{Interval: 5}}
	}
	answer := func(code string) func(*pollAnswer) {
		return func(x *pollAnswer) {
			x.reply = reply{status: http.StatusBadRequest, body: []byte(`{"error":"` + code + `"}`)}
		}
	}
	mustBreak(t, pollAnswerChecks(), valid, map[string]func(*pollAnswer){"poll_answer": answer("access_denied")})
	for _, one := range []struct {
		code     string
		interval int64
		refused  bool
	}{
		{"authorization_pending", 5, false},
		{"slow_down", 10, false},
		{"access_denied", 5, true},
		{"expired_token", 5, true},
		{"invalid_grant", 5, true},
		{"", 5, true},
	} {
		x := valid()
		answer(one.code)(x)
		_, refused, _ := playground.Run(playground.Mode{}, x, pollAnswerChecks())
		if (refused != nil) != one.refused || x.device.Interval != one.interval || x.device.Answer != one.code {
			t.Errorf("%q: refused %v, interval %d, kept %q", one.code, refused != nil, x.device.Interval, x.device.Answer)
		}
	}
}

package lab

import (
	"net/http"
	"testing"

	"claimcheck/playground"
)

func TestHubAnswerRules(t *testing.T) {
	valid := func() *hubAnswer {
		return &hubAnswer{reply: reply{status: http.StatusOK, body: []byte(`{"id":5831047,"login":"alice-builds","email":null}`)}}
	}
	mustBreak(t, hubAnswerChecks(), valid, map[string]func(*hubAnswer){
		"hub_status": func(x *hubAnswer) { x.reply.status = http.StatusUnauthorized },
		"hub_number": func(x *hubAnswer) { x.reply.body = []byte(`{"login":"alice-builds"}`) },
	})
	for _, body := range []string{`{"id":0}`, `{"id":-4}`, `{"id":"5831047"}`, `{"id":4.5}`, `[]`, `<html>`} {
		x := valid()
		x.reply.body = []byte(body)
		if _, refused, _ := playground.Run(playground.Mode{}, x, hubAnswerChecks()); refused == nil || refused.ID != "hub_number" {
			t.Errorf("%s is taken for an account: %+v", body, refused)
		}
	}
}

package lab

import (
	"fmt"
	"net/http"

	"claimcheck/mockprovider/trace"
)

// Learner is the person in front of the lab, as the sender of requests of their
// own: not in the story, like an own app.
func Learner() trace.Party { return trace.Party{Role: trace.RoleOwnApp, ID: "you", Name: "You"} }

// Send sends a request that the learner wrote, over TCP, and follows no redirect.
// It returns the answer, whose body the caller closes, and what the receiver
// recorded: nil if no party has that address. The request must go to this lab;
// the error is for one that does not, or that did not arrive.
func (l *Lab) Send(req *http.Request) (*http.Response, *trace.Entry, error) {
	if err := l.sendable(req); err != nil {
		return nil, nil, err
	}
	call := &trace.Call{Sender: trace.Sender{From: Learner(), Channel: trace.Back}}
	if throughBrowser(req) {
		call.Channel = trace.Front
	}
	res, err := l.world.wire.Client().Do(req.WithContext(trace.WithCall(req.Context(), call)))
	if err != nil {
		return nil, nil, fmt.Errorf("lab: %w", err)
	}
	return res, call.Entry(), nil
}

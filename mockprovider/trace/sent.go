package trace

import (
	"bytes"
	"context"
	"net/http"
)

// Unanswered records a message that the receiver of the message in ctx wanted to
// send out, and that got no answer. Failure says why, in words for the learner.
// It does nothing where nobody records.
func Unanswered(ctx context.Context, to Party, request Message, failure string) {
	Sent(ctx, to, request, Message{}, failure)
}

// Sent records a message that the receiver of the message in ctx sends out while
// it works on it, and what came back: where nobody of ours receives, it is
// recorded where it is sent. Failure is empty, or says why the answer could not
// be used. It does nothing where nobody records.
func Sent(ctx context.Context, to Party, request, response Message, failure string) {
	r, ok := ctx.Value(keyReport).(*report)
	if !ok || r.recorder == nil {
		return
	}
	sender, _ := SenderFrom(ctx)
	e := &Entry{
		At: r.recorder.Now(), Run: sender.Run, Step: sender.Step, Attempt: sender.Attempt,
		From: r.party, To: to, Channel: Back, Request: kept(request), Response: kept(response),
		Failure: failure,
	}
	mask(e)
	r.recorder.Log.Append(e)
}

// kept is a copy of the message that stays within the limits of the log.
func kept(m Message) Message {
	m.Cut = len(m.Body) > MaxBody
	m.Body = bytes.Clone(m.Body[:min(len(m.Body), MaxBody)])
	h := m.Header
	if h == nil {
		h = http.Header{}
	}
	m.keepHeader(h.Clone())
	return m
}

package lab

import (
	"context"

	"claimcheck/mockprovider/trace"
)

// fromPage hands the client the answer to a message that its page has sent by
// itself: the script in the browser gets the answer, and the client is that
// script. What the lab's server sends in its stead is handed over where it is
// sent.
func (r *Run) fromPage(s trace.Sender, e *trace.Entry) {
	if s.Via != "" || s.From != ClientParty(r.cfg.Client) {
		return
	}
	a, id, ctx := r.lab.app(r.cfg.Client), r.sessionID(context.Background()), r.context(context.Background())
	session, ok, err := a.load(ctx, id)
	if err != nil || !ok || !a.inPage() {
		return
	}
	answer := reply{status: e.Response.Status, header: e.Response.Header, body: e.Response.Body}
	switch {
	case e.Request.URL == a.at(session).Endpoint.TokenURL && session.Code != "":
		tok, err := a.exchange(ctx, session, &sending{recorded: &answer})
		r.lab.log.Answered(e.Seq, a.takeTokens(session, answer, tok, err))
	case e.To.Role == trace.RoleRS:
		r.lab.log.Answered(e.Seq, a.takeSteps(session, answer))
	default:
		return
	}
	if err := a.update(ctx, id, session); err != nil {
		r.Mark("client_forgot", a.id+" could not keep the answer.", nil)
	}
}

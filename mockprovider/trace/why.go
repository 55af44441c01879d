package trace

import (
	"context"
	"net/http"
	"strings"
)

// HeaderTrace is the response header that names an exchange, so that who got the
// answer finds the rules that the receiver ran: [Log.Trace]. The recorder adds it to
// what goes out; it is no part of the receiver's answer, and the log has the id as
// [Entry.Trace].
const HeaderTrace = "Claimcheck-Trace"

// HeaderFault is the response header that names the faults that made an answer
// wrong on purpose. Where it is missing, none did.
const HeaderFault = "Claimcheck-Fault"

// ID is the id of the exchange that is being worked on in ctx, empty where
// nobody gives one.
func ID(ctx context.Context) string {
	if r, ok := ctx.Value(keyReport).(*report); ok {
		return r.id
	}
	return ""
}

// Page is the address of the page that explains the exchange in ctx, empty where
// there is no such page. It is fit for an error_uri: it has no character that
// RFC 6749 §5.2 does not allow there, and it holds nothing but the id.
func Page(ctx context.Context) string {
	r, _ := ctx.Value(keyReport).(*report)
	return r.page()
}

// PageOf is [Page] of the exchange whose answer is written to w.
func PageOf(w http.ResponseWriter) string {
	if a, ok := w.(*answer); ok {
		return a.report.page()
	}
	return ""
}

func (r *report) page() string {
	if r == nil || r.id == "" || r.pages == "" {
		return ""
	}
	page := r.pages + r.id
	if strings.ContainsFunc(page, func(c rune) bool { return c <= ' ' || c > '~' || c == '"' || c == '\\' }) {
		return ""
	}
	return page
}

// Trace returns the entry whose answer carries the id, if it is (still) there.
func (l *Log) Trace(id string) (*Entry, bool) {
	if id == "" {
		return nil, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, it := range l.items {
		if it.Entry != nil && it.Entry.Trace == id {
			return it.Entry, true
		}
	}
	return nil, false
}

// explained says whether the answers of a party carry an id: those of the
// provider and of the APIs do, those of the clients' pages do not.
func explained(to Party) bool { return to.Role == RoleAS || to.Role == RoleRS }

// Faults are the faults that made the answer wrong on purpose, by name.
func (e *Entry) Faults() []string { return e.Response.Header[HeaderFault] }

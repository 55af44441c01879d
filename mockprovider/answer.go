package mockprovider

import (
	"net/http"

	"claimcheck/mockprovider/trace"
)

// An answer is the response writer of one request together with what every
// answer may need to know of that request.
type answer struct {
	http.ResponseWriter
	// page is where the exchange is explained, empty where nobody records it.
	page string
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// newAnswer is w, or an answer where there is something to know.
func newAnswer(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	if page := trace.Page(r.Context()); page != "" {
		return &answer{ResponseWriter: w, page: page}
	}
	return w
}

// errorURI is the error_uri of a refusal that is written to w (RFC 6749 §4.1.2.1,
// §5.2, RFC 6750 §3): the page about this very exchange, which only the owner of
// the log can read. It is empty where nobody records.
func errorURI(w http.ResponseWriter) string {
	if a, ok := w.(*answer); ok {
		return a.page
	}
	return ""
}

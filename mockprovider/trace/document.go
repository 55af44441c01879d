package trace

import (
	"maps"
	"net/http"
	"slices"
)

// A Document is an answer that goes out again and again: status 200, its header and
// its body, of which nobody changes anything any more. The log keeps each sending of
// it without a copy.
type Document struct {
	header http.Header
	size   int // of the header, as the log counts it
	body   []byte
}

// NewDocument takes over the header and the body. The header is to be complete: a
// Content-Type and what else net/http would add belong to it.
func NewDocument(header http.Header, body []byte) *Document {
	return &Document{header: header, size: headerSize(header), body: slices.Clip(body)}
}

// Send answers with the document. Where w belongs to a recorder and has neither
// header nor body yet, nothing is copied until the answer goes out.
func (d *Document) Send(w http.ResponseWriter) {
	if a, ok := w.(*answer); ok && a.header == nil && a.status == 0 {
		a.status, a.document, a.header, a.given = http.StatusOK, d, d.header, d.body
		return
	}
	maps.Copy(w.Header(), d.header)
	_, _ = w.Write(d.body) // the receiver may be gone
}

// Write writes an answer's body that nobody changes any more, a document that
// goes out again and again or one that was made for this answer. Where w belongs
// to a recorder, the body is kept as it is and not copied.
func Write(w http.ResponseWriter, body []byte) {
	if a, ok := w.(*answer); ok && a.len() == 0 && len(body) <= MaxBody {
		a.begin()
		a.given = slices.Clip(body)
		return
	}
	_, _ = w.Write(body) // the receiver may be gone
}

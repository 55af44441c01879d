// Package paste reads HTTP messages that somebody copied from elsewhere: the URL
// in the address bar after a login, a curl line, a request as it stands on the
// wire, or a HAR from the network tools of a browser.
//
// It is for showing them, with the same words as messages that were received. It
// sends nothing and fetches nothing. Cookies are dropped: they open sessions and
// say nothing about the protocol.
//
//	entries, form, err := paste.Read("curl -u app:secret https://op.example/token -d grant_type=client_credentials")
package paste

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"claimcheck/mockprovider/trace"
)

// The caps of what is read. What a HAR holds beyond MaxMessages is left out.
const (
	MaxText     = 256 << 10 // bytes
	MaxMessages = 40
)

// A Form is what a text turned out to be.
type Form string

// The forms.
const (
	FormURL  Form = "a URL"
	FormCurl Form = "a curl line"
	FormRaw  Form = "a request as it stands on the wire"
	FormHAR  Form = "a HAR"
)

// An Error says why a text can't be read, and what to do. Both are sentences for
// the person who pasted it, and hold nothing of the text but names.
type Error struct{ Text, Fix string }

// Error implements error.
func (e *Error) Error() string { return e.Text + " " + e.Fix }

// Read reads a text of at most MaxText bytes. The messages are numbered from 1,
// in the order in which they were sent. Those of a HAR that are no messages of
// OAuth are left out. The error is an *Error.
func Read(text string) ([]*trace.Entry, Form, error) {
	if len(text) > MaxText {
		return nil, "", &Error{"That is too long.", "At most 256 KB are read. Of a HAR keep the requests to the provider and the callback."}
	}
	if !utf8.ValidString(text) {
		return nil, "", &Error{"That is no text.", "Paste the text itself, in UTF-8."}
	}
	text = strings.TrimSpace(strings.TrimPrefix(text, "\uFEFF"))
	switch {
	case text == "":
		return nil, "", &Error{"There is nothing to read.", "Paste a URL, a curl line or a HAR."}
	case strings.HasPrefix(text, "{"):
		entries, err := readHAR([]byte(text))
		return entries, FormHAR, err
	case strings.HasPrefix(text, "curl ") || strings.HasPrefix(text, "curl\t") || text == "curl":
		return one(readCurl(text), FormCurl)
	case rawRequest(text):
		return one(readRaw(text), FormRaw)
	}
	return one(readURL(text), FormURL)
}

// read is what reading one message comes to.
type read struct {
	message *trace.Message
	err     *Error
}

func fails(text, fix string) read { return read{err: &Error{text, fix}} }

func one(r read, form Form) ([]*trace.Entry, Form, error) {
	if r.err != nil {
		return nil, form, r.err
	}
	return []*trace.Entry{entry(1, r.message)}, form, nil
}

// entry is a message among those that were pasted.
func entry(n int64, m *trace.Message) *trace.Entry {
	m.Header.Del("Cookie")
	m.Proto = "HTTP/1.1"
	return &trace.Entry{Seq: n, Request: *m}
}

// readURL reads an address, also one without its scheme.
func readURL(text string) read {
	if strings.ContainsAny(text, " \t\r\n") {
		return fails("That is no URL, no curl line, no request and no HAR.", "Paste one of them and nothing else. A URL has no spaces.")
	}
	if strings.Count(text, ".") >= 2 && !strings.ContainsAny(text, "/?:=") {
		return fails("That looks like a token.", "The playground at /playground opens tokens.")
	}
	if !strings.Contains(text, ":/") {
		text = "http://" + strings.TrimPrefix(text, "//")
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" && u.Scheme == "http" || u.Host == "" && u.Scheme == "https" {
		return fails("That is no URL.", "Copy the whole address, with http:// or https:// and with what stands after the ? or the #.")
	}
	return read{message: &trace.Message{Method: http.MethodGet, URL: text, Header: http.Header{}}}
}

// rawRequest says whether a text begins like the request line of RFC 9112 §3.
func rawRequest(text string) bool {
	line, _, _ := strings.Cut(text, "\n")
	fields := strings.Fields(line)
	return len(fields) == 3 && strings.HasPrefix(fields[2], "HTTP/")
}

// readRaw reads a request with its header fields and its body. The scheme is not
// on the wire: loopback hosts are taken for http, others for https.
func readRaw(text string) read {
	head, body, _ := strings.Cut(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n")
	lines := strings.Split(head, "\n")
	fields := strings.Fields(lines[0])
	m := &trace.Message{Method: strings.ToUpper(fields[0]), Header: http.Header{}, Body: bytes.TrimRight([]byte(body), "\n")}
	if !token(m.Method) {
		return fails("The request line names no method.", "It looks like this: POST /token HTTP/1.1")
	}
	for _, line := range lines[1:] {
		if err := header(m.Header, line); err != nil {
			return read{err: err}
		}
	}
	host := m.Header.Get("Host")
	m.Header.Del("Host")
	m.URL = fields[1]
	if strings.HasPrefix(m.URL, "/") {
		if host == "" {
			return fails("The request names no host.", "Copy the line that begins with Host as well.")
		}
		m.URL = scheme(host) + host + m.URL
	}
	return checked(m)
}

func scheme(host string) string {
	name, _, _ := strings.Cut(host, ":")
	if name == "localhost" || strings.HasPrefix(name, "127.") || strings.HasPrefix(host, "[::1]") {
		return "http://"
	}
	return "https://"
}

// header adds a field as it stands on the wire.
func header(h http.Header, line string) *Error {
	name, value, ok := strings.Cut(line, ":")
	if name = strings.TrimSpace(name); !ok || !token(name) {
		return &Error{"A line among the header fields is none.", "Each field is a name, a colon and a value, on a line of its own."}
	}
	h.Add(name, strings.TrimSpace(value))
	return nil
}

// token says whether s is a token of RFC 9110 §5.6.2: a method, a field’s name.
func token(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	}) < 0
}

// checked refuses a message whose URL can't be read.
func checked(m *trace.Message) read {
	if u, err := url.Parse(m.URL); err != nil || u.Host == "" {
		return fails("The request has no URL that can be read.", "It needs a whole address, with http:// or https://.")
	}
	return read{message: m}
}

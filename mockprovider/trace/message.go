package trace

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// hostLine is the request's Host, which net/http keeps apart from the headers.
func hostLine(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Lines are the start line and the headers of a message as one reads them, a
// request's Host first, the rest in alphabetical order; then, if there is a
// body, an empty line and the body's lines. An answer that never came has none.
func (m *Message) Lines() []string {
	var out []string
	if m.Method == "" && m.Status == 0 {
		return nil
	}
	if m.Method != "" {
		u, err := url.Parse(m.URL)
		target := m.URL
		if err == nil {
			target = u.RequestURI()
		}
		out = append(out, m.Method+" "+target+" "+m.Proto, "Host: "+hostLine(m.URL))
	} else {
		out = append(out, m.Proto+" "+strconv.Itoa(m.Status)+" "+http.StatusText(m.Status))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Header)) {
		for _, v := range m.Header[name] {
			out = append(out, name+": "+v)
		}
	}
	if len(m.Body) > 0 {
		out = append(out, "")
		out = append(out, strings.Split(strings.TrimRight(string(m.Body), "\n"), "\n")...)
	}
	return out
}

// Curl is a command line that sends the request again. Values are quoted for a
// POSIX shell, whatever they hold.
func (m *Message) Curl() string {
	var b strings.Builder
	b.WriteString("curl -i")
	if m.Method != http.MethodGet && (m.Method != http.MethodPost || len(m.Body) == 0) {
		b.WriteString(" -X " + quote(m.Method))
	}
	b.WriteString(" " + quote(m.URL))
	for _, name := range slices.Sorted(maps.Keys(m.Header)) {
		if name == "Content-Length" || name == "Accept-Encoding" || name == "Connection" {
			continue // curl writes its own
		}
		for _, v := range m.Header[name] {
			b.WriteString(" \\\n  -H " + quote(name+": "+v))
		}
	}
	if len(m.Body) > 0 {
		b.WriteString(" \\\n  --data-raw " + quote(string(m.Body)))
	}
	return b.String()
}

// quote makes s one word of a POSIX shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

package paste

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"claimcheck/mockprovider/trace"
)

// a curl line, while it is read.
type curl struct {
	method  string
	address string
	header  http.Header
	data    []string
	get     bool // the data goes into the query
}

// readCurl reads a command line for curl as a POSIX shell would.
func readCurl(text string) read {
	words, err := split(text)
	if err != nil {
		return read{err: err}
	}
	c := &curl{header: http.Header{}}
	for i := 1; i < len(words); i++ {
		name, value, attached := words[i], "", false
		switch {
		case !strings.HasPrefix(name, "-") || name == "-":
			if c.address != "" {
				return fails("The line has two addresses.", "Leave one request.")
			}
			c.address = name
			continue
		case strings.HasPrefix(name, "--"):
			name, value, attached = strings.Cut(name, "=")
		case len(name) > 2 && slices.Contains(short(true), name[:2]):
			name, value, attached = name[:2], name[2:], true
		}
		if slices.Contains(flags(), name) || !strings.HasPrefix(name, "--") && all(name[1:], short(false)) {
			c.get = c.get || name == "--get" || !strings.HasPrefix(name, "--") && strings.Contains(name, "G")
			continue
		}
		if !slices.Contains(short(true), name) && !slices.Contains(taking(), name) {
			return fails("The option "+clip(name)+" is not known here.", "Leave it out, if it does not change what is sent.")
		}
		if !attached {
			if i++; i >= len(words) {
				return fails("The option "+clip(name)+" lacks its value.", "Copy the whole line.")
			}
			value = words[i]
		}
		if err := c.option(name, value); err != nil {
			return read{err: err}
		}
	}
	return c.message()
}

// flags are the long options that take no value and change nothing here.
func flags() []string {
	return []string{
		"--get", "--include", "--silent", "--show-error", "--insecure", "--location", "--verbose", "--compressed", "--fail",
		"--http1.1", "--http2", "--globoff", "--no-buffer", "--ipv4", "--ipv6", "--fail-with-body",
	}
}

// short are the options of one letter: those that take a value, or the others.
func short(valued bool) []string {
	if valued {
		return []string{"-X", "-H", "-d", "-u", "-A", "-e", "-b", "-c", "-o", "-m", "-w", "-x"}
	}
	return []string{"G", "i", "s", "S", "k", "L", "v", "f", "g", "N", "4", "6"}
}

// taking are the long options that take a value.
func taking() []string {
	return []string{
		"--request", "--header", "--data", "--data-raw", "--data-ascii", "--data-binary", "--data-urlencode", "--json", "--user", "--url",
		"--user-agent", "--referer", "--cookie", "--cookie-jar", "--output", "--max-time", "--connect-timeout", "--write-out", "--cacert", "--oauth2-bearer", "--proxy",
	}
}

func all(letters string, known []string) bool {
	for _, r := range letters {
		if !slices.Contains(known, string(r)) {
			return false
		}
	}
	return letters != ""
}

func (c *curl) option(name, value string) *Error {
	switch name {
	case "-X", "--request":
		c.method = strings.ToUpper(value)
	case "-H", "--header":
		return header(c.header, value)
	case "--url":
		c.address = value
	case "-u", "--user":
		c.header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(value)))
	case "--oauth2-bearer":
		c.header.Set("Authorization", "Bearer "+value)
	case "-A", "--user-agent":
		c.header.Set("User-Agent", value)
	case "-d", "--data", "--data-ascii", "--data-binary", "--json":
		if strings.HasPrefix(value, "@") {
			return &Error{"The body stands in a file.", "Write the body itself into the line, in place of the @ and the name."}
		}
		if name == "--json" {
			c.header.Set("Content-Type", "application/json")
		}
		c.data = append(c.data, value)
	case "--data-raw":
		c.data = append(c.data, value)
	case "--data-urlencode":
		key, rest, ok := strings.Cut(value, "=")
		if !ok {
			key, rest = "", value
		}
		if key != "" {
			key += "="
		}
		c.data = append(c.data, key+url.QueryEscape(rest))
	}
	return nil
}

func (c *curl) message() read {
	m := &trace.Message{Method: c.method, URL: c.address, Header: c.header}
	if c.address == "" {
		return fails("The line has no address.", "Copy the whole line.")
	}
	if !strings.Contains(m.URL, "://") {
		m.URL = "http://" + m.URL // as curl does
	}
	body := strings.Join(c.data, "&")
	switch {
	case len(c.data) == 0:
	case c.get:
		sep := "?"
		if strings.Contains(m.URL, "?") {
			sep = "&"
		}
		m.URL += sep + body
	default:
		m.Body = []byte(body)
		if m.Header.Get("Content-Type") == "" {
			m.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	}
	if m.Method == "" {
		m.Method = http.MethodGet
		if len(m.Body) > 0 {
			m.Method = http.MethodPost
		}
	}
	if !token(m.Method) {
		return fails("The line names no method that can be read.", "After -X stands a word such as POST.")
	}
	return checked(m)
}

// clip keeps a name that came from outside short.
func clip(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}

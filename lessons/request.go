package lessons

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// maxRequest bounds what a learner may send from a lesson, in bytes.
const maxRequest = 32 << 10

// A plainRequest is an HTTP message as an author or a learner writes it.
type plainRequest struct {
	method, target string
	header         http.Header
	body           string
}

var (
	errNoRequestLine = errors.New("the first line is no request line: METHOD /path HTTP/1.1")
	errTarget        = errors.New("the path does not begin with /: the request can only go to this lab")
	errTooLong       = errors.New("the request is longer than 32 KiB")
	token            = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$") // RFC 9110 §5.6.2
)

// pasted text brings line ends of its own, and what no eye sees: zero width
// spaces and byte order marks.
var pastedText = strings.NewReplacer("\r\n", "\n", "\u200b", "", "\ufeff", "")

// parseRequest reads a request line, headers, an empty line and a body. The
// errors are sentences for the person who wrote it.
func parseRequest(text string) (*plainRequest, error) {
	if len(text) > maxRequest {
		return nil, errTooLong
	}
	text = strings.TrimLeft(pastedText.Replace(text), "\n")
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(strings.TrimRight(head, "\n"), "\n")
	words := strings.Fields(lines[0])
	if len(words) < 2 || len(words) > 3 || !token.MatchString(words[0]) {
		return nil, errNoRequestLine
	}
	r := &plainRequest{method: strings.ToUpper(words[0]), target: words[1], header: http.Header{}, body: strings.TrimRight(body, "\n")}
	if !strings.HasPrefix(r.target, "/") || strings.HasPrefix(r.target, "//") {
		return nil, errTarget
	}
	for _, l := range lines[1:] {
		name, value, ok := strings.Cut(l, ":")
		if !ok || !token.MatchString(name) {
			return nil, fmt.Errorf("the line %q is no header: write Name: value", clip(l))
		}
		r.header.Add(name, strings.TrimSpace(value))
	}
	return r, nil
}

// request makes the message that goes out to the origin.
func (p *plainRequest) request(ctx context.Context, origin string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, p.method, origin+p.target, strings.NewReader(p.body))
	if err != nil {
		return nil, fmt.Errorf("the request cannot be sent: %w", err)
	}
	for name, values := range p.header {
		switch name {
		case "Host", "Content-Length", "Transfer-Encoding", "Connection":
			// They follow from the message; a lesson never needs a wrong one.
		default:
			r.Header[name] = values
		}
	}
	return r, nil
}

var variable = regexp.MustCompile(`\$\{([a-z0-9_.-]+)\}`)

// variables lists the names of the variables in a text.
func variables(text string) []string {
	var names []string
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// expand puts the values of variables into a text. The error names a variable
// that has no value.
func expand(text string, vars map[string]string) (string, error) {
	var missing error
	out := variable.ReplaceAllStringFunc(text, func(v string) string {
		value, ok := vars[v[2:len(v)-1]]
		if !ok {
			missing = fmt.Errorf("there is no %s yet", v)
		}
		return value
	})
	return out, missing
}

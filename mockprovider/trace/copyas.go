package trace

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// ownHeaders are the fields that every program writes by itself.
func ownHeaders() []string { return []string{"Content-Length", "Accept-Encoding", "Connection"} }

// Raw is the message as text, with the line ends of a text file.
func (m *Message) Raw() string { return strings.Join(m.Lines(), "\n") }

// Go is a program of the standard library alone that sends the request again
// and prints the answer. It compiles as it stands. What is secret in it is
// marked as a lab value.
func (m *Message) Go() string {
	var b strings.Builder
	body := "http.NoBody"
	b.WriteString("package main\n\nimport (\n\t\"log\"\n\t\"net/http\"\n\t\"os\"\n")
	if len(m.Body) > 0 {
		b.WriteString("\t\"strings\"\n")
		body = "body"
	}
	b.WriteString(")\n\nfunc main() {\n")
	if len(m.Body) > 0 {
		b.WriteString("\tbody := strings.NewReader(" + strconv.Quote(string(m.Body)) + ")" + labValue(secretParams(m.Form())) + "\n")
	}
	b.WriteString("\treq, err := http.NewRequest(" + strconv.Quote(m.Method) + ", " + strconv.Quote(m.URL) + ", " + body + ")" +
		labValue(secretParams(m.Query())) + "\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n")
	for _, name := range slices.Sorted(maps.Keys(m.Header)) {
		if slices.Contains(ownHeaders(), name) {
			continue
		}
		for _, v := range m.Header[name] {
			b.WriteString("\treq.Header.Add(" + strconv.Quote(name) + ", " + strconv.Quote(v) + ")" + labValue(secretHeader(name)) + "\n")
		}
	}
	b.WriteString(`	// A redirect is an answer to look at, not to follow.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	res, err := client.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer res.Body.Close()
	if err := res.Write(os.Stdout); err != nil {
		log.Fatal(err)
	}
}
`)
	return b.String()
}

// HTTPie is a command line of HTTPie that sends the request again, quoted for a
// POSIX shell. The body goes out byte by byte.
func (m *Message) HTTPie() string {
	var b strings.Builder
	b.WriteString("http --ignore-stdin --print=hb")
	if len(m.Body) > 0 {
		b.WriteString(" --raw " + quote(string(m.Body)))
	}
	b.WriteString(" " + m.Method + " " + quote(m.URL))
	for _, name := range slices.Sorted(maps.Keys(m.Header)) {
		if slices.Contains(ownHeaders(), name) {
			continue
		}
		for _, v := range m.Header[name] {
			sep := ":"
			if strings.HasPrefix(v, "=") || strings.HasPrefix(v, "@") {
				sep = ": " // := and :@ mean something else
			}
			if v == "" {
				sep = ";"
			}
			b.WriteString(" \\\n  " + quote(name+sep+v))
		}
	}
	return b.String()
}

func labValue(secret bool) string {
	if secret {
		return " // lab value"
	}
	return ""
}

func secretHeader(name string) bool {
	return slices.Contains([]string{"Authorization", "Cookie", "Dpop"}, http.CanonicalHeaderKey(name))
}

// secretParams says whether one of the parameters is what only its owner should
// know.
func secretParams(v url.Values) bool {
	for _, name := range []string{
		"code", "code_verifier", "client_secret", "client_assertion", "password",
		"access_token", "refresh_token", "token", "state", "interaction",
	} {
		if v.Get(name) != "" {
			return true
		}
	}
	return false
}

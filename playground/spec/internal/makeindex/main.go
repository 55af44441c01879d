// Command makeindex turns a table of sections in JSON into the compact index
// that package spec embeds. It reads the file named by its one argument and
// writes the index to standard output:
//
//	go run ./playground/spec/internal/makeindex sections.json > playground/spec/index.txt
//
// Numbers and titles of sections are facts; no text of a document is copied.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// names are the documents that people do not call by an RFC number.
func names() map[string]string {
	return map[string]string{
		"oauth-v2-1":                    "OAuth 2.1",
		"rfc8725bis":                    "RFC 8725bis",
		"oidc-core":                     "OpenID Connect Core 1.0",
		"oidc-discovery":                "OpenID Connect Discovery 1.0",
		"oidc-registration":             "OpenID Connect Dynamic Client Registration 1.0",
		"oidc-rpinitiated-logout":       "OpenID Connect RP-Initiated Logout 1.0",
		"oidc-backchannel-logout":       "OpenID Connect Back-Channel Logout 1.0",
		"oauth-form-post":               "OAuth 2.0 Form Post Response Mode",
		"oauth-multiple-response-types": "OAuth 2.0 Multiple Response Type Encoding Practices",
		"fapi2-security-profile":        "FAPI 2.0 Security Profile",
	}
}

type document struct {
	Title       string   `json:"title"`
	Date        string   `json:"date"`
	Status      string   `json:"status"`
	Draft       string   `json:"draft"`
	ObsoletedBy []string `json:"obsoleted_by"`
	Sections    ordered  `json:"sections"`
}

// ordered is a JSON object whose members keep their order.
type ordered [][2]string

// UnmarshalJSON reads the members one by one.
func (o *ordered) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		value, err := d.Token()
		if err != nil {
			return err
		}
		*o = append(*o, [2]string{fmt.Sprint(name), fmt.Sprint(value)})
	}
	return nil
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "makeindex:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("give the path of the section table as the one argument")
	}
	f, err := os.Open(args[0]) //nolint:gosec // the one argument of a generator that a person runs
	if err != nil {
		return err
	}
	defer f.Close()

	w := bufio.NewWriter(out)
	d := json.NewDecoder(f)
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var doc document
		if err := d.Decode(&doc); err != nil {
			return fmt.Errorf("%v: %w", key, err)
		}
		write(w, fmt.Sprint(key), doc)
	}
	return w.Flush()
}

// write puts a document as one line that begins with "#" and one line for each
// section, fields separated by tabs.
func write(w *bufio.Writer, key string, d document) {
	name := names()[key]
	if number, ok := strings.CutPrefix(key, "rfc"); ok && name == "" {
		name = "RFC " + number
	}
	if d.Draft != "" {
		name += " draft" + d.Draft
	}
	fmt.Fprintf(w, "#%s\t%s\t%s\t%s\t%s\t%s\n", key, name, d.Title, d.Date, d.Status, strings.Join(d.ObsoletedBy, " "))
	for _, s := range d.Sections {
		fmt.Fprintf(w, "%s\t%s\n", s[0], s[1])
	}
}

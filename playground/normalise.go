package playground

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// normalised is a text without what was pasted along with the token.
type normalised struct {
	text   string
	notes  []Note
	others []Found // further tokens in the same text
}

// A Found is a token that stood beside the one that was taken.
type Found struct {
	// Name is the field or parameter that held it, or "token 2" and so on.
	Name string
	Text string
}

func (n *normalised) note(id, format string, args ...any) {
	n.notes = append(n.notes, Note{ID: id, Message: fmt.Sprintf(format, args...)})
}

// tokenNames are the fields and parameters that carry tokens (RFC 6749 §5.1,
// OpenID Connect Core 1.0 §3.1.3.3, RFC 7521 §4.2, RFC 8693 §2.1).
func tokenNames() []string {
	return []string{"id_token", "access_token", "token", "jwt", "client_assertion", "assertion", "subject_token", "actor_token", "refresh_token", "logout_token", "id_token_hint", "request", "response"}
}

// normalise takes off, one after the other, what is not part of a token, and
// notes each step. It changes nothing inside the token but line breaks and
// percent-encoding.
func normalise(input string) normalised {
	n := normalised{text: input}
	if !strings.ContainsFunc(input, foreignToToken) || strings.TrimFunc(input, isSpace) == "" {
		return n
	}
	n.space()
	for range 3 { // a quoted header inside a curl line has three layers
		before := n.text
		n.httpHeader()
		n.wrapper()
		n.quotes()
		if n.text == before {
			break
		}
		n.text = strings.TrimSpace(n.text)
	}
	n.percent()
	n.several()
	n.innerLines()
	return n
}

// foreignToToken says that a character occurs in no compact serialisation.
func foreignToToken(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.', r == '~':
		return false
	}
	return true
}

func isSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }

func (n *normalised) space() {
	rest := strings.TrimLeftFunc(n.text, isSpace)
	inner := strings.TrimRightFunc(rest, isSpace)
	if inner == n.text || inner == "" {
		return
	}
	tail := rest[len(inner):]
	spaces := len(n.text) - len(rest) + strings.Count(tail, " ") + strings.Count(tail, "\t")
	if strings.ContainsAny(tail, "\r\n") {
		n.note("in_newline", "Removed the line break at the end. golang-jwt v5.3.1 accepts this token with it, because Go's base64 decoder skips line breaks: two different texts then count as one token.")
	}
	if spaces > 0 {
		n.note("in_ws", "Removed %s around the token.", count(spaces, "space", "spaces"))
	}
	n.text = inner
}

var headerLine = regexp.MustCompile(`(?is)^(?:curl\b.*?(?:-H|--header)\s*)?['"]?\s*(?:(?:proxy-)?authorization\s*:\s*)?(?:bearer|dpop)[ \t]+|^(?:curl\b.*?(?:-H|--header)\s*)?['"]?(?:proxy-)?authorization\s*:\s*(?:bearer|dpop)?\s*|^dpop\s*:\s*`)

// httpHeader takes off "Authorization: Bearer " and the curl line around it.
func (n *normalised) httpHeader() {
	found := headerLine.FindString(n.text)
	if found == "" {
		return
	}
	rest := n.text[len(found):]
	if i := strings.IndexFunc(rest, unicode.IsSpace); i >= 0 && strings.HasPrefix(strings.ToLower(found), "curl") {
		rest = rest[:i]
	}
	n.note("in_bearer", "Removed `%s`: that is the HTTP header, not part of the token.", strings.TrimSpace(found))
	n.text = strings.TrimRight(strings.TrimSpace(rest), `'"`)
}

var parameter = regexp.MustCompile(`(?:^|[#?&;\s])(` + strings.Join(tokenNames(), "|") + `)=([^&;\s]+)`)

// wrapper takes a token out of a JSON object, a URL or a form.
func (n *normalised) wrapper() {
	if strings.HasPrefix(n.text, "{") {
		n.jsonField()
		return
	}
	if !strings.Contains(n.text, "=") {
		return
	}
	found := parameter.FindAllStringSubmatch(n.text, 8)
	if len(found) == 0 {
		return
	}
	where := "parameter"
	if strings.Contains(n.text, "#") {
		where = "URL fragment"
	}
	for _, f := range found[1:] {
		n.others = append(n.others, Found{Name: f[1], Text: f[2]})
	}
	n.note("in_quotes", "Found a token in the %s `%s` and took that.%s", where, found[0][1], others(n.others))
	n.text = found[0][2]
}

func (n *normalised) jsonField() {
	v, _ := ScanJSON([]byte(n.text))
	var found []Found
	for _, name := range tokenNames() {
		if value := v.String(name); strings.Contains(value, ".") {
			found = append(found, Found{Name: name, Text: value})
		}
	}
	if len(found) > 0 {
		n.others = found[1:]
		n.note("in_quotes", "Found a token in the JSON field `%s` and took that.%s", found[0].Name, others(n.others))
		n.text = found[0].Text
	}
}

// others names the tokens that were left.
func others(list []Found) string {
	if len(list) == 0 {
		return ""
	}
	names := make([]string, len(list))
	for i := range list {
		names[i] = "`" + list[i].Name + "`"
	}
	return " There is more: " + strings.Join(names, ", ") + "."
}

// maxFound is how many tokens of one text are told apart.
const maxFound = 8

var wholeToken = regexp.MustCompile(`^eyJ[\w-]*(?:\.[\w-]*){2}(?:(?:\.[\w-]*){2})?$`)

// several takes the first of tokens that stand one after the other.
func (n *normalised) several() {
	words := strings.FieldsFunc(n.text, func(r rune) bool { return isSpace(r) || r == ',' || r == ';' })
	if len(words) < 2 || len(words) > maxFound {
		return
	}
	for _, word := range words {
		if !wholeToken.MatchString(word) {
			return
		}
	}
	for i, word := range words[1:] {
		n.others = append(n.others, Found{Name: fmt.Sprintf("token %d", i+2), Text: word})
	}
	n.note("in_quotes", "%d tokens stand here; took the first.%s", len(words), others(n.others))
	n.text = words[0]
}

// quotes takes off one pair of quotes, a comma or a semicolon behind it, or one quote that was left over.
func (n *normalised) quotes() {
	inner := strings.Trim(strings.TrimRight(n.text, ",; \t"), "\"'`")
	if inner == n.text || inner == "" {
		return
	}
	if !strings.ContainsAny(n.text[:1]+n.text[len(n.text)-1:], "\"'`,;") {
		return
	}
	n.note("in_quotes", "Removed the quotes or the punctuation around the token.")
	n.text = inner
}

var percentEncoded = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

func (n *normalised) percent() {
	if !percentEncoded.MatchString(n.text) {
		return
	}
	if text, err := url.PathUnescape(n.text); err == nil {
		n.note("in_pct", "The text looks percent-encoded; decoded it once.")
		n.text = text
	}
}

var lineBreak = regexp.MustCompile(`[ \t]*(?:\\?\r?\n)[ \t]*`)

// innerLines joins a token that was wrapped over several lines.
func (n *normalised) innerLines() {
	breaks := strings.Count(n.text, "\n")
	if breaks == 0 || strings.HasPrefix(n.text, "{") || foreignName(n.text) != "" {
		return
	}
	n.note("in_innernl", "Joined %d wrapped lines. The signature covers the text without the line breaks.", breaks+1)
	n.text = lineBreak.ReplaceAllString(n.text, "")
}

// count writes a number with its noun: "1 byte", "32 bytes".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

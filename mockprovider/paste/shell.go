package paste

import "strings"

// split cuts a command line into words as a POSIX shell does: quotes, backslashes
// and lines that go on. $'…' of other shells is known too, because browsers copy
// it. Nothing is expanded: a variable stays as it is written.
func split(line string) ([]string, *Error) {
	var words []string
	var word strings.Builder
	begun := false
	end := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == ' ' || c == '\t' || c == '\r':
			end()
		case c == '\n':
			end()
			if rest := strings.TrimSpace(line[i:]); rest != "" {
				return nil, &Error{"There is more than one command.", "A line that goes on ends with a backslash. Paste one command."}
			}
		case c == '\\':
			i++
			if i < len(line) && line[i] == '\r' {
				i++
			}
			if i < len(line) && line[i] != '\n' {
				word.WriteByte(line[i])
				begun = true
			}
		case c == '\'' || c == '"' || c == '$' && strings.HasPrefix(line[i:], "$'"):
			n, ok := quoted(line[i:], &word)
			if !ok {
				return nil, &Error{"A quote is not closed.", "Copy the whole line."}
			}
			i += n - 1
			begun = true
		case strings.IndexByte("|;&<>", c) >= 0:
			return nil, &Error{"The line does more than one request.", "Leave out what stands from the first | ; & < or > on, or put the address into quotes."}
		default:
			word.WriteByte(c)
			begun = true
		}
	}
	end()
	return words, nil
}

// quoted reads what stands in quotes at the beginning of s, and how long it is
// with them.
func quoted(s string, into *strings.Builder) (n int, ok bool) {
	if s[0] == '\'' {
		end := strings.IndexByte(s[1:], '\'')
		if end < 0 {
			return 0, false
		}
		into.WriteString(s[1 : 1+end])
		return end + 2, true
	}
	quote, i := byte('"'), 1
	if s[0] == '$' {
		quote, i = '\'', 2
	}
	for ; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return i + 1, true
		case s[i] == '\\' && i+1 < len(s):
			i++
			escaped(s[i], quote, into)
		default:
			into.WriteByte(s[i])
		}
	}
	return 0, false
}

// escaped writes what a backslash and c mean within these quotes.
func escaped(c, quote byte, into *strings.Builder) {
	switch {
	case quote == '"' && strings.IndexByte("$`\"\\\n", c) < 0:
		into.WriteByte('\\')
		into.WriteByte(c)
	case c == '\n':
	case quote == '\'' && c == 'n':
		into.WriteByte('\n')
	case quote == '\'' && c == 't':
		into.WriteByte('\t')
	case quote == '\'' && c == 'r':
		into.WriteByte('\r')
	default:
		into.WriteByte(c)
	}
}

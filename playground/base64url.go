package playground

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// decode64 reads one part of a token. good says that the text is base64url
// without padding and with zero in its unused bits, as RFC 7515 §2 and
// RFC 4648 §3.5 want it. Otherwise b holds what could be read all the same and
// flaws say what is wrong; offsets are bytes of the encoded text.
func decode64(text string) (b []byte, flaws []Flaw, good bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err == nil && !strings.ContainsAny(text, "\r\n") { // Go's decoder skips line breaks
		return b, nil, true
	}
	clean, flaws := clean64(text)
	if len(clean)%4 == 1 {
		flaws = append(flaws, Flaw{ID: "b64_len", Start: len(text), End: len(text)})
		clean = clean[:len(clean)-1]
	}
	b, err = base64.RawURLEncoding.DecodeString(clean)
	if err != nil {
		return nil, flaws, false
	}
	if _, err := base64.RawURLEncoding.Strict().DecodeString(clean); err != nil {
		flaws = append(flaws, Flaw{ID: "b64_bits", Start: max(len(text)-1, 0), End: len(text)})
	}
	return b, flaws, false
}

// maxFlaws is how many wrong characters of a part are noted.
const maxFlaws = 64

// clean64 drops or translates what is not base64url and says what it was.
func clean64(text string) (clean string, flaws []Flaw) {
	body := strings.TrimRight(text, "=")
	if body != text {
		flaws = append(flaws, Flaw{ID: "b64_pad", Start: len(body), End: len(text)})
	}
	var out strings.Builder
	for i, r := range body {
		switch {
		case r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			out.WriteRune(r)
		case r == '+' || r == '/':
			out.WriteByte("-_"[strings.IndexRune("+/", r)])
			flaws = append(flaws, Flaw{ID: "b64_char", Start: i, End: i + 1, Detail: string(r)})
		case len(flaws) >= maxFlaws: // the first ones are what is told
		default:
			detail := "`" + string(r) + "`"
			if r == utf8.RuneError || r <= ' ' || r >= utf8.RuneSelf {
				detail = runeName(r)
			}
			flaws = append(flaws, Flaw{ID: "b64_other", Start: i, End: min(i+utf8.RuneLen(r), len(body)), Detail: detail})
		}
	}
	return out.String(), flaws
}

// encode64 is base64url without padding (RFC 7515 §2).
func encode64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

package playground

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Quad is four characters of base64url and the three bytes that they stand
// for (RFC 4648 §4, §5). The last one of a part may be shorter.
type Quad struct {
	// At is the number of the first character in the part, from 1.
	At    int
	Chars string
	// Sextets are six bits for each character, Octets eight for each byte.
	Sextets, Octets []string
	// Unused are the bits at the end of the last character that belong to no byte.
	Unused string
	Bytes  []byte
	// Text is what the bytes are in UTF-8; characters that begin here and end
	// in the next quad stand where they begin. Empty for a signature.
	Text string
}

// ByteMap lays a part out, four characters at a time, at most so many quads.
// It is empty when the part is not base64url.
func (p *Part) ByteMap(most int) []Quad {
	for i := range p.Base64 {
		if p.Base64[i].ID != "b64_bits" {
			return nil
		}
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	var quads []Quad
	for at := 0; at < len(p.Encoded) && len(quads) < most; at += 4 {
		q := Quad{At: at + 1, Chars: p.Encoded[at:min(at+4, len(p.Encoded))]}
		var bits strings.Builder
		for _, c := range []byte(q.Chars) {
			sextet := fmt.Sprintf("%06b", strings.IndexByte(alphabet, c))
			q.Sextets = append(q.Sextets, sextet)
			bits.WriteString(sextet)
		}
		all := bits.String()
		whole := len(all) / 8 * 8
		q.Unused = all[whole:]
		for i := 0; i < whole; i += 8 {
			b, err := strconv.ParseUint(all[i:i+8], 2, 8)
			if err != nil { // eight digits 0 and 1: can't be
				return nil
			}
			q.Octets, q.Bytes = append(q.Octets, all[i:i+8]), append(q.Bytes, byte(b))
		}
		if p.Name != PartSignature {
			q.Text = textAt(p.Bytes, at/4*3, len(q.Bytes))
		}
		quads = append(quads, q)
	}
	return quads
}

// textAt are the characters that begin in n bytes from here, quoted where they
// cannot be seen.
func textAt(b []byte, from, n int) string {
	var out strings.Builder
	for i := from; i < from+n && i < len(b); {
		if i > 0 && !utf8.RuneStart(b[i]) {
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if strconv.IsPrint(r) {
			out.WriteRune(r)
		} else {
			out.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
		i += size
	}
	return out.String()
}

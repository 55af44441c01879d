package main

import (
	"fmt"
	"strings"

	"claimcheck/playground"
)

// maxQuads is how many groups of four characters of a part are laid out.
const maxQuads = 48

// bytesView is the byte map of one part.
type bytesView struct {
	Kind, Title string
	Quads       []quadView
	// More says what is not shown.
	More string
}

// quadView is a row: four characters, their bits in sixes, the same bits in
// eights, the bytes, the text.
type quadView struct {
	At                                   int
	Chars, Sextets, Octets, Unused, Text string
	Hex                                  string
}

// byteMap lays out the parts of a signed token.
func byteMap(r *playground.Result) []bytesView {
	if r.Token.Kind != playground.JWS || len(r.Token.Parts) != 3 {
		return nil
	}
	var views []bytesView
	for i := range r.Token.Parts {
		p := &r.Token.Parts[i]
		v := bytesView{Kind: p.Name, Title: strings.ToUpper(p.Name[:1]) + p.Name[1:]}
		for _, q := range p.ByteMap(maxQuads) {
			v.Quads = append(v.Quads, quadView{
				At: q.At, Chars: q.Chars, Sextets: strings.Join(q.Sextets, " "), Octets: strings.Join(q.Octets, " "),
				Unused: q.Unused, Hex: fmt.Sprintf("% x", q.Bytes), Text: q.Text,
			})
		}
		if rest := len(p.Encoded) - maxQuads*4; rest > 0 {
			v.More = fmt.Sprintf("%d more characters follow.", rest)
		}
		if len(v.Quads) > 0 {
			views = append(views, v)
		}
	}
	return views
}

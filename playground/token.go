package playground

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// MaxToken is the longest token, in bytes, that the engine reads.
const MaxToken = 64 << 10

// Kind says what kind of text was given.
type Kind string

// The kinds of text.
const (
	JWS    Kind = "jws"    // signed: header.payload.signature, or part of it (RFC 7515 §7.1)
	JWE    Kind = "jwe"    // encrypted: five parts (RFC 7516 §7.1)
	SDJWT  Kind = "sd-jwt" // a signed token with disclosures behind tildes (RFC 9901 §4)
	JSON   Kind = "json"   // a JSON serialisation (RFC 7515 §7.2)
	Opaque Kind = "opaque" // nothing that anybody but its issuer can read; it has no parts
	Other  Kind = "other"  // something else
)

// The names of the parts.
const (
	PartToken     = "token"
	PartHeader    = "header"
	PartPayload   = "payload"
	PartSignature = "signature"
)

// A Note says what was done to the text before it was read as a token.
type Note struct {
	ID      string `json:"id"`
	Message string `json:"message"`
}

// A Part is one part of a token: the text between two dots and what it holds.
type Part struct {
	// Name is "header", "payload", "signature"; "encrypted_key", "iv",
	// "ciphertext", "tag" of a JWE; "disclosure" of an SD-JWT; "extra".
	Name string
	// Encoded is the part as it stands in the token, from byte Start of it.
	Encoded string
	Start   int
	// Bytes is what Encoded stands for, as far as it could be read.
	Bytes []byte
	// Good says that Encoded is flawless base64url.
	Good bool
	// Value is the JSON in the bytes, nil where there is none. It is read for
	// header, payload and disclosures.
	Value *Value
	// Base64 and JSON are the flaws found.
	Base64, JSON []Flaw
}

// MarshalJSON writes the part for the JSON interface: name, encoded, text
// (only if the bytes are UTF-8) and json (only if they are well-formed JSON).
func (p Part) MarshalJSON() ([]byte, error) {
	out := struct {
		Name    string          `json:"name"`
		Encoded string          `json:"encoded"`
		Text    string          `json:"text,omitempty"`
		JSON    json.RawMessage `json:"json,omitempty"`
	}{Name: p.Name, Encoded: p.Encoded}
	if utf8.Valid(p.Bytes) {
		out.Text = string(p.Bytes)
	}
	if p.Value != nil && json.Valid(p.Bytes) {
		out.JSON = p.Bytes
	}
	return json.Marshal(out)
}

// Object is the part's JSON if it is an object, else nil.
func (p *Part) Object() *Value {
	if p == nil || p.Value == nil || p.Value.Kind != KindObject {
		return nil
	}
	return p.Value
}

// flaw is the first flaw with this ID in the part.
func (p *Part) flaw(id string) *Flaw {
	for _, list := range [2][]Flaw{p.Base64, p.JSON} {
		for i := range list {
			if list[i].ID == id {
				return &list[i]
			}
		}
	}
	return nil
}

// span marks bytes [start, end) of what the part stands for, as characters of
// the encoded part.
func (p *Part) span(start, end int) Span {
	n := len(p.Encoded)
	return Span{Part: p.Name, Start: min(start*4/3, n), End: min((end*4+2)/3, n)}
}

// A Token is a text read as a token, as far as it goes.
type Token struct {
	// Input is what was given, Text what was read: the same in strict mode.
	Input, Text string
	Kind        Kind
	// Notes say what lies between Input and Text. In strict mode Text is
	// Input, and Notes say what would have been done.
	Notes []Note
	Parts []Part
	// SigningInput is the text that the signature covers (RFC 7515 §5.1).
	SigningInput string
	// Disclosures are the parts behind the tildes of an SD-JWT.
	Disclosures []Part
	// Others are further tokens in the text that Text was taken from, in strict
	// mode those that would have been left.
	Others []Found
}

// Decode reads a token and never fails: broken input gives what could be read.
// Unless strict, it first takes off what people paste along with a token
// ("Bearer ", quotes, line breaks), and Notes say so. It proves nothing: who
// wrote the token is for [Verify].
func Decode(input string, strict bool) *Token {
	t := &Token{Input: input, Text: input}
	if len(input) > MaxToken {
		t.Kind = Other
		return t
	}
	n := normalise(input)
	t.Notes, t.Others = n.notes, n.others
	if !strict {
		t.Text = n.text
	}
	t.split()
	return t
}

// Header is the header part, nil when there is none.
func (t *Token) Header() *Part { return t.part(PartHeader) }

// Payload is the payload part, nil when there is none (a JWE has none to read).
func (t *Token) Payload() *Part { return t.part(PartPayload) }

// Signature is the signature part, nil when there is none.
func (t *Token) Signature() *Part { return t.part(PartSignature) }

func (t *Token) part(name string) *Part {
	for i := range t.Parts {
		if t.Parts[i].Name == name {
			return &t.Parts[i]
		}
	}
	return nil
}

// split cuts the text into parts and reads each.
func (t *Token) split() {
	text := t.Text
	if t.Kind = otherKind(text); t.Kind != "" {
		return
	}
	if jwt, rest, ok := strings.Cut(text, "~"); ok {
		t.Kind = SDJWT
		t.disclosures(rest, len(jwt)+1)
		text = jwt
	}
	texts := strings.Split(text, ".")
	if len(texts) > 16 { // millions of dots are an attack on the reader, no token
		texts = append(texts[:15], strings.Join(texts[15:], "."))
	}
	names := []string{PartHeader, PartPayload, PartSignature}
	if len(texts) == 5 && t.Kind == "" {
		t.Kind = JWE
		names = []string{PartHeader, "encrypted_key", "iv", "ciphertext", "tag"}
	}
	at := 0
	for i, encoded := range texts {
		name := "extra"
		if i < len(names) {
			name = names[i]
		}
		t.Parts = append(t.Parts, readPart(name, encoded, at))
		at += len(encoded) + 1
	}
	if len(texts) >= 3 && t.Kind != JWE {
		t.SigningInput = text[:len(texts[0])+1+len(texts[1])]
	}
	if t.Kind == "" {
		t.Kind = t.guess()
	}
	if t.Kind == Opaque { // no header: nothing of it can be read
		t.Parts = nil
	}
}

// guess is the kind of a text that is neither a JWE nor an SD-JWT.
func (t *Token) guess() Kind {
	switch {
	case len(t.Parts) == 3 || len(t.Parts) == 2 || t.Parts[0].Object() != nil:
		return JWS
	case strings.HasPrefix(t.Text, "eyJ"): // `{"` in base64url: a header that was cut off
		return JWS
	case len(t.Parts) == 1 && t.Text != "" && len(strings.Fields(t.Text)) == 1:
		return Opaque
	}
	return Other
}

func (t *Token) disclosures(rest string, at int) {
	for _, text := range strings.SplitN(rest, "~", 257) {
		name := "disclosure"
		if strings.Contains(text, ".") {
			name = "key_binding"
		}
		if text != "" {
			p := readPart(name, text, at)
			t.Disclosures = append(t.Disclosures, p)
		}
		at += len(text) + 1
	}
}

// readPart decodes a part and, where JSON belongs there, its JSON.
func readPart(name, encoded string, at int) Part {
	p := Part{Name: name, Encoded: encoded, Start: at}
	p.Bytes, p.Base64, p.Good = decode64(encoded)
	switch name {
	case PartHeader, PartPayload, "disclosure":
		if len(p.Bytes) > 0 {
			p.Value, p.JSON = ScanJSON(p.Bytes)
		}
	}
	return p
}

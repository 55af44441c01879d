package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"claimcheck/playground"
)

// benchHelpers are the small changes to the payload that one makes over and
// over again. Each changes the bytes of its one claim and leaves the rest.
func benchHelpers() []benchExample {
	return []benchExample{
		{"iat", "iat = now"},
		{"exp300", "exp in 5 min"},
		{"exp3600", "exp in 1 h"},
		{"jti", "random jti"},
		{"aud", "aud: text or list"},
	}
}

// help changes one claim of the payload.
func (f *benchForm) help(name string, now int64, random io.Reader) {
	v, _ := playground.ScanJSON([]byte(f.Payload))
	if v == nil || v.Kind != playground.KindObject || !json.Valid([]byte(f.Payload)) {
		f.Said = "The payload is no JSON object, so there is no claim to change."
		return
	}
	switch name {
	case "iat":
		f.Payload = setMember(f.Payload, v, "iat", strconv.FormatInt(now, 10))
	case "exp300":
		f.Payload = setMember(f.Payload, v, "exp", strconv.FormatInt(now+300, 10))
	case "exp3600":
		f.Payload = setMember(f.Payload, v, "exp", strconv.FormatInt(now+3600, 10))
	case "jti":
		b := make([]byte, 12)
		if _, err := io.ReadFull(random, b); err != nil {
			f.Said = "There was no randomness for a number."
			return
		}
		f.Payload = setMember(f.Payload, v, "jti", text(base64.RawURLEncoding.EncodeToString(b)))
	case "aud":
		f.turnAudience(v)
	}
}

// turnAudience makes a list of one name of a plain name, and the other way
// round: both say the same (RFC 7519 §4.1.3).
func (f *benchForm) turnAudience(v *playground.Value) {
	aud := v.Get("aud")
	list, ok := v.Strings("aud")
	switch {
	case !ok || len(list) != 1:
		f.Said = "Only an `aud` of one name has both forms."
	case aud.Kind == playground.KindString:
		f.Payload = setMember(f.Payload, v, "aud", "["+f.Payload[aud.Start:aud.End]+"]")
	default:
		f.Payload = setMember(f.Payload, v, "aud", f.Payload[aud.Items[0].Start:aud.Items[0].End])
	}
}

// setMember replaces the value of a member, or adds it at the end of the object
// as the members before it stand.
func setMember(text string, v *playground.Value, name, value string) string {
	if m := v.Get(name); m != nil {
		return text[:m.Start] + value + text[m.End:]
	}
	end := v.End - 1 // the closing brace
	if len(v.Members) == 0 {
		return text[:end] + strconv.Quote(name) + ":" + value + text[end:]
	}
	last := v.Members[len(v.Members)-1]
	lead := ""
	if i := strings.LastIndexByte(text[:last.Start], '\n'); i >= 0 {
		lead = text[i:last.Start]
	}
	colon := ":"
	if strings.HasPrefix(strings.TrimPrefix(text[last.Start:last.Value.Start], strconv.Quote(last.Name)), ": ") {
		colon = ": "
	}
	return text[:last.Value.End] + "," + lead + strconv.Quote(name) + colon + value + text[last.Value.End:]
}

// reformat writes header and payload without a space too many, or with line
// breaks. It moves spaces and nothing else: numbers, order and duplicates stay.
func (f *benchForm) reformat(pretty bool) {
	for _, text := range []*string{&f.Header, &f.Payload} {
		var out bytes.Buffer
		err := json.Compact(&out, []byte(*text))
		if pretty {
			out.Reset()
			err = json.Indent(&out, []byte(strings.TrimSpace(*text)), "", "  ")
		}
		if err != nil {
			f.Said = "What is no JSON was left as it is."
			continue
		}
		*text = out.String()
	}
}

// nameAlgorithm writes the algorithm into the header, where it names another.
func (f *benchForm) nameAlgorithm(alg string) {
	v, _ := playground.ScanJSON([]byte(f.Header))
	if v == nil || v.Kind != playground.KindObject || playground.AlgorithmWords(alg) == "" {
		return
	}
	f.Header = setMember(f.Header, v, "alg", text(alg))
	f.Said = "The header names " + alg + " now."
}

// flawsOf are what is unusual in what was typed. It is signed all the same: a
// broken token made on purpose is a way to learn.
func flawsOf(token string) []string {
	var notes []string
	r := playground.VerifyAlone(token, nil, playground.Policy{})
	for i := range r.Findings {
		f := &r.Findings[i]
		bad := f.Status == playground.StatusFail || f.Status == playground.StatusWarn
		if bad && (strings.HasPrefix(f.ID, "json_") || f.ID == "crit" || f.ID == "hdr_b64") {
			notes = append(notes, f.Message)
		}
	}
	return notes
}

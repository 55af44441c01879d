package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
	"claimcheck/web"
)

// benchView is the view of the page "playground".
type benchView struct {
	Form       benchForm
	Algorithms []benchChoice
	Encodings  []benchChoice
	SignEnc    []benchChoice
	Makeable   []benchChoice
	Examples   []benchExample
	Templates  []benchTemplate

	Empty    bool
	Notes    []string
	Verdict  benchVerdict
	Rows     []web.Row
	Library  string // golang-jwt's words
	LibName  string
	Badge    benchBadge
	Timeline *timeline
	Go       web.Wire
	Others   []program
	Made     benchMade
	Exports  []export
	Helpers  []benchExample
	Found    []playground.Found
	KeyRead  *keyRead
	Bits     []benchChoice
	// Share is the page's address with the token and the policy in its fragment.
	Share  string
	Host   string
	LabNow int64

	// Opened is what was inside an encrypted token, Inner whether a token
	// stands inside this one.
	Opened string
	Inner  bool
	// Bytes are the parts character by character, Steps what a signature that
	// holds is made of.
	Bytes []bytesView
	Steps []playground.Step
	// Readings are how four parsers read the token; Disagree is on how many points.
	Readings []readingView
	Disagree int

	encrypted bool
	keys      *playground.KeySet
}

// Title is what the tab says: the verdict first.
func (v benchView) Title() string {
	if v.Empty {
		return "Playground"
	}
	return v.Verdict.Word + ", Playground"
}

type benchChoice struct {
	Value, Text string
	On          bool
}

type benchVerdict struct{ Status, Word, Sentence string }

// benchMade is what was built.
type benchMade struct {
	made
	Parts []web.Part
}

// viewBench judges what is on the bench, by the clock of the lab and where that
// was asked for with its keys.
func (s *server) viewBench(l *lab.Lab, f benchForm) benchView {
	policy := f.policy(l.Now())
	v := benchView{
		Form: f, Examples: benchExamples(), Templates: benchTemplates(), LabNow: l.Now().Unix(), Empty: strings.TrimSpace(f.Token) == "",
		Algorithms: choices(playground.Algorithms(), f.Algorithms...),
		Encodings:  encodings(f.Encoding), SignEnc: encodings(f.SignEncoding), Makeable: choices(playground.Algorithms(), f.KeyAlgorithm),
	}
	var keys *playground.KeySet
	if f.KeyFrom == "lab" {
		if k, err := labKeys(l); err == nil {
			keys = k
		}
	} else if f.Key != "" {
		keys, _ = playground.ParseKey([]byte(f.Key), playground.Encoding(f.Encoding))
	}
	r := playground.Verify(f.Token, keys, policy)
	v.encrypted, v.keys = r.Token.Kind == playground.JWE, keys
	v.Host, v.Helpers = s.origin.String(), benchHelpers()
	v.Bits = choices([]string{"2048", "3072"}, f.KeyBits)
	if f.KeyFrom != "lab" {
		v.KeyRead = readKey(keys)
	}
	v.Share = shareLink(v.Host, &f, r, keys)
	if !f.Strict {
		v.Found = r.Token.Others
	}
	if p := r.Token.Payload(); p != nil {
		v.Inner = isToken(string(p.Bytes))
	}
	for _, n := range r.Token.Notes {
		if !f.Strict {
			v.Notes = append(v.Notes, n.Message)
		}
	}
	v.readings(r, policy)
	v.Bytes, v.Steps = byteMap(r), r.SignatureSteps()
	v.Verdict = verdictOf(r)
	v.Rows = ladder(r)
	v.Library, v.LibName = r.Library.Error, "golang-jwt "+r.Library.Version
	v.Badge = badgeOf(r, policy.Now.Unix())
	v.Timeline = timelineOf(r, policy)
	_, fixed := f.fixedNow()
	v.Go, v.Others = goCode(policy, r, fixed), otherPrograms(policy, r, fixed)
	v.Made.made = makeToken(f.Header, f.Payload, f.SignKey, playground.Encoding(f.SignEncoding))
	if v.Made.Token != "" {
		v.Exports = exportsOf(v.Made.made, f.Header, f.Payload, l.Origin()+"/rs/"+l.ID()+"/stepcloud/v1/steps")
	}
	for i, text := range strings.SplitN(v.Made.Token, ".", 3) {
		v.Made.Parts = append(v.Made.Parts, web.Part{Kind: [3]string{"header", "payload", "signature"}[i], Text: text})
	}
	return v
}

// readingView is a point on which readers agree or not.
type readingView struct {
	playground.Reading
	// All is what everybody takes it for who looks at it.
	All string
	// Takes are the readers with what each takes it for.
	Takes []web.KVRow
}

// readings lays out how different parsers read the token.
func (v *benchView) readings(r *playground.Result, p playground.Policy) {
	names := playground.Readers()
	for _, reading := range r.Readings(p) {
		row := readingView{Reading: reading}
		for i, value := range reading.Values {
			if row.All == "" {
				row.All = value
			}
			if value == "" {
				value = "does not look at it"
			}
			row.Takes = append(row.Takes, web.KVRow{Name: names[i], Value: value})
		}
		if reading.Differ {
			v.Disagree++
		}
		v.Readings = append(v.Readings, row)
	}
}

// decrypt opens the encrypted token, if the key does.
func (v *benchView) decrypt(f benchForm) {
	d := playground.Decrypt(f.Token, v.keys, f.Strict)
	v.Verdict.Sentence = d.Sentence
	if d.Refused != nil {
		v.Verdict = benchVerdict{"fail", "Not opened", d.Sentence}
	}
	v.Rows = append(v.Rows, findingRows("check-", d.Findings)...)
	if d.Opened {
		v.Opened, v.Inner = printable(d.Plaintext), d.Inner != nil
	}
}

func choices(names []string, on ...string) []benchChoice {
	list := make([]benchChoice, len(names))
	for i, name := range names {
		list[i] = benchChoice{Value: name, Text: name, On: slices.Contains(on, name)}
	}
	return list
}

func encodings(on string) []benchChoice {
	if on == "" {
		on = string(playground.UTF8)
	}
	return []benchChoice{
		{"utf8", "plain text (UTF-8)", on == "utf8"},
		{"base64", "base64", on == "base64"},
		{"base64url", "base64url", on == "base64url"},
		{"hex", "hexadecimal", on == "hex"},
	}
}

func verdictOf(r *playground.Result) benchVerdict {
	switch r.Verdict {
	case playground.Accept:
		return benchVerdict{"pass", "Accepted", r.Sentence}
	case playground.Reject:
		return benchVerdict{"fail", "Rejected", r.Sentence}
	case playground.Undecided:
	}
	return benchVerdict{"info", "Undecided", r.Sentence}
}

// ladder makes the rows: what is in order about the form in one of them,
// everything else in its own.
func ladder(r *playground.Result) []web.Row {
	var rows []web.Row
	form := 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if aboutForm(f.ID) && f.Status == playground.StatusPass {
			form++
			continue
		}
		rows = append(rows, findingRow("check-", f))
	}
	if form > 1 && len(r.Token.Parts) > 0 {
		title := "Three parts, base64url, JSON"
		if r.Token.Kind == playground.JWE {
			title = "Five parts, base64url, a header in JSON"
		}
		for i := range r.Findings {
			if f := &r.Findings[i]; aboutForm(f.ID) && f.Status == playground.StatusFail {
				title = "The rest of its form"
			}
		}
		first := web.Row{ID: "check-form", Status: "pass", Title: title, Cite: "RFC 7515 §7.1", Small: fmt.Sprintf("%d rules: size, characters, padding, unused bits, duplicate names, numbers, depth", form)}
		rows = slices.Insert(rows, 0, first)
	}
	return rows
}

func aboutForm(rule string) bool {
	for _, prefix := range []string{"in_", "shape", "b64_", "json_"} {
		if strings.HasPrefix(rule, prefix) {
			return true
		}
	}
	return false
}

// printable is a text for showing: as it is, or in hexadecimal.
func printable(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	const most = 96
	text := fmt.Sprintf("% x", b[:min(len(b), most)])
	if len(b) > most {
		text += " …"
	}
	return text
}

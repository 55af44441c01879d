package walkthrough

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// A Relation is how a place of one message stands to the same place of another.
type Relation string

// The relations. Own is for two values that have to differ: each login makes its
// own. Unreached is a rule that one of the two ended before.
const (
	Same       Relation = "same"
	Differs    Relation = "differs"
	OnlyFirst  Relation = "only in the first"
	OnlySecond Relation = "only in the second"
	Own        Relation = "each its own"
	Unreached  Relation = "not reached"
)

// A Difference is one place of two exchanges: a parameter, a field, a rule.
type Difference struct {
	Name          string
	First, Second string
	How           Relation
}

// A Comparison is two exchanges side by side, places aligned by name.
type Comparison struct {
	Request, Answer, Rules []Difference
}

// Count is how many places differ. Values that each login makes anew do not count.
func (c *Comparison) Count() int {
	n := 0
	for _, d := range slices.Concat(c.Request, c.Answer, c.Rules) {
		if d.How != Same && d.How != Own && d.How != Unreached {
			n++
		}
	}
	return n
}

// Compare lays two exchanges side by side. Nil is an exchange that did not
// happen. Values that a login makes anew count as equal in kind where the two are
// of different runs.
func Compare(first, second *trace.Entry) Comparison {
	own := first != nil && second != nil && first.Run != second.Run
	c := Comparison{
		Request: align(requestPlaces(first), requestPlaces(second), own),
		Answer:  align(answerPlaces(first), answerPlaces(second), own),
		Rules:   align(rulePlaces(first), rulePlaces(second), false),
	}
	for i, d := range c.Rules {
		if d.How == Differs && (d.First == string(Unreached) || d.Second == string(Unreached)) {
			c.Rules[i].How = Unreached
		}
	}
	return c
}

// An atPlace is a named value of a message.
type atPlace struct{ name, value string }

// align puts equal names beside each other: the first one's order, then what only
// the second has.
func align(first, second []atPlace, own bool) []Difference {
	var out []Difference
	find := func(in []atPlace, name string) (string, bool) {
		i := slices.IndexFunc(in, func(p atPlace) bool { return p.name == name })
		if i < 0 {
			return "", false
		}
		return in[i].value, true
	}
	for _, p := range first {
		d := Difference{Name: p.name, First: p.value, How: OnlyFirst}
		if v, ok := find(second, p.name); ok {
			d.Second, d.How = v, Differs
			switch {
			case v == p.value:
				d.How = Same
			case own && madeAnew(p.name):
				d.How = Own
			}
		}
		out = append(out, d)
	}
	for _, p := range second {
		if _, ok := find(first, p.name); !ok {
			out = append(out, Difference{Name: p.name, Second: p.value, How: OnlySecond})
		}
	}
	return out
}

// madeAnew says whether a value of this name is another one in each login.
func madeAnew(name string) bool {
	return slices.Contains([]string{
		"state", "nonce", "code", "code_challenge", "code_verifier", "interaction", "access_token", "refresh_token", "id_token",
		"request_uri", "client_assertion", "DPoP", "device_code", "user_code", "token", "subject_token", "Authorization: Bearer", "Authorization: DPoP",
	}, name)
}

func requestPlaces(e *trace.Entry) []atPlace {
	if e == nil {
		return nil
	}
	m := &e.Request
	out := []atPlace{{"start line", m.Method + " " + e.Path()}}
	out = append(out, fieldPlaces(m.Header, "Authorization", "DPoP", "Content-Type", "Origin")...)
	return append(append(out, valuePlaces(m.Query())...), valuePlaces(m.Form())...)
}

func answerPlaces(e *trace.Entry) []atPlace {
	if e == nil {
		return nil
	}
	m := &e.Response
	out := []atPlace{{"status", strconv.Itoa(m.Status) + " " + http.StatusText(m.Status)}}
	out = append(out, fieldPlaces(m.Header, "Www-Authenticate", "Cache-Control", "Content-Type", "Dpop-Nonce")...)
	if u := m.Location(); u != nil {
		to := *u
		to.RawQuery, to.Fragment = "", ""
		return append(append(out, atPlace{"Location", to.String()}), valuePlaces(u.Query())...)
	}
	var body map[string]any
	if m.JSON(&body) {
		for _, name := range slices.Sorted(maps.Keys(body)) {
			if v, ok := body[name].(string); ok {
				out = append(out, atPlace{name, v})
			} else if b, err := json.Marshal(body[name]); err == nil {
				out = append(out, atPlace{name, string(b)})
			}
		}
	}
	return out
}

// fieldPlaces are some header fields. An Authorization is named with its scheme.
func fieldPlaces(h http.Header, names ...string) []atPlace {
	var out []atPlace
	for _, name := range names {
		v := h.Get(name)
		if v == "" {
			continue
		}
		if scheme, rest, ok := strings.Cut(v, " "); ok && name == "Authorization" {
			name, v = name+": "+scheme, rest
		}
		out = append(out, atPlace{name, v})
	}
	return out
}

func valuePlaces(v url.Values) []atPlace {
	out := make([]atPlace, 0, len(v))
	for _, name := range slices.Sorted(maps.Keys(v)) {
		value := strings.Join(v[name], ", ")
		if name == "password" {
			value = trace.Masked
		}
		out = append(out, atPlace{name, value})
	}
	return out
}

// rulePlaces are the rules that ran on a request and on its answer, by title, and
// how each ended.
func rulePlaces(e *trace.Entry) []atPlace {
	if e == nil {
		return nil
	}
	var out []atPlace
	for _, rows := range [][]playground.Finding{e.RequestFindings.All(), e.ResponseFindings.All()} {
		for i := range rows {
			f := &rows[i]
			word := string(f.Status)
			switch {
			case f.Status == playground.StatusSkipped && f.Why == playground.WhyNotReached:
				word = string(Unreached)
			case f.Status == playground.StatusSkipped:
				word = "not run"
			case f.Status == playground.StatusWarn && f.Why == playground.WhySwitchedOff:
				word = "off: it would have refused"
			}
			out = append(out, atPlace{f.Title, word})
		}
	}
	return out
}

// A Pair is a step of two walks, with what each sent there last.
type Pair struct {
	First, Second           *Step // nil where a walk has no such step
	FirstEntry, SecondEntry *trace.Entry
	Comparison              Comparison
}

// CompareWalks lays two walks side by side, the steps that send aligned by their
// IDs: the first one's order, then what only the second has.
func CompareWalks(first, second *Walk) []Pair {
	var out []Pair
	for _, s := range first.Steps() {
		if !first.Sends(s.ID) {
			continue
		}
		p := Pair{First: s, FirstEntry: first.Entry(s.ID)}
		if o, ok := second.v.Step(s.ID); ok && second.Sends(s.ID) {
			p.Second, p.SecondEntry = o, second.Entry(s.ID)
		}
		out = append(out, p)
	}
	for _, s := range second.Steps() {
		if _, ok := first.v.Step(s.ID); !ok && second.Sends(s.ID) {
			out = append(out, Pair{Second: s, SecondEntry: second.Entry(s.ID)})
		}
	}
	for i := range out {
		out[i].Comparison = Compare(out[i].FirstEntry, out[i].SecondEntry)
	}
	return out
}

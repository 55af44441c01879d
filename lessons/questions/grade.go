package questions

import (
	"slices"
	"strings"
	"unicode"
)

// Graded is how an answer stands against the rubric of its question.
type Graded struct {
	Points []MetPoint // all points, in the order of the rubric
	Flags  []HitFlag  // those that were hit
	Words  int        // of the answer
}

// A MetPoint is a key point and whether it was found, with the sentences that
// have it.
type MetPoint struct {
	*Point
	Met   bool
	Where string
}

// A HitFlag is a red flag and the sentence that raised it.
type HitFlag struct {
	*Flag
	Where string
}

// Met counts the points that were found.
func (g Graded) Met() int {
	n := 0
	for _, p := range g.Points {
		if p.Met {
			n++
		}
	}
	return n
}

// Score is the points found less the flags hit, and may be negative.
func (g Graded) Score() int { return g.Met() - len(g.Flags) }

// maxGraded bounds the answer that is looked at, in bytes. Two minutes of speech
// are two kilobytes.
const maxGraded = 16 << 10

// Grade looks for the words of the rubric in an answer. A point is met where each
// of its groups has a word in the same or the next sentence; a flag is hit where
// each has one in one sentence that denies nothing but what the flag's own words
// deny. It is a checklist, and no judge: a wrong sentence with the right words meets
// a point.
func (q *Question) Grade(answer string) Graded {
	if len(answer) > maxGraded {
		answer = strings.ToValidUTF8(answer[:maxGraded], "")
	}
	said := sentences(answer)
	plain := make([]string, len(said))
	for i, s := range said {
		plain[i] = normal(s)
	}
	g := Graded{Words: len(strings.Fields(answer))}
	for i := range q.Points {
		p := MetPoint{Point: &q.Points[i]}
		p.Where, p.Met = together(q.Points[i].words, said, plain)
		g.Points = append(g.Points, p)
	}
	for i := range q.Flags {
		f := &q.Flags[i]
		at := slices.IndexFunc(plain, f.raisedBy)
		if at >= 0 {
			g.Flags = append(g.Flags, HitFlag{Flag: f, Where: said[at]})
		}
	}
	return g
}

// together finds the sentence, or the two neighbours, that have all groups.
func together(words [][]string, said, plain []string) (where string, ok bool) {
	for i, s := range plain {
		if hasAll(words, s) {
			return said[i], true
		}
	}
	for i := 1; i < len(plain); i++ {
		if hasAll(words, strings.TrimSuffix(plain[i-1], " ")+plain[i]) {
			return said[i-1] + " " + said[i], true
		}
	}
	return "", false
}

// sentences cuts a text at the ends of sentences and of lines.
func sentences(text string) []string {
	var out []string
	start := 0
	cut := func(end int) {
		if s := strings.TrimSpace(text[start:end]); s != "" {
			out = append(out, s)
		}
		start = end
	}
	for i := range len(text) {
		switch text[i] {
		case '\n':
			cut(i + 1)
		case '.', '!', '?', ';':
			// "RFC 6749 §1.4" and "e.g." inside a word are no ends.
			if i+1 == len(text) || text[i+1] == ' ' || text[i+1] == '\n' {
				cut(i + 1)
			}
		}
	}
	cut(len(text))
	return out
}

// normal is a text as words of lower case between single spaces, with a space at
// both ends: Markdown, hyphens and punctuation are gone, apostrophes are straight.
func normal(s string) string {
	var b strings.Builder
	b.WriteByte(' ')
	space := true
	for _, r := range strings.ToLower(s) {
		switch {
		case r == '’':
			r = '\''
		case r == '_' || r == '\'' || r == '+' || r == '#' || unicode.IsLetter(r) || unicode.IsDigit(r):
		default:
			r = ' '
		}
		if r == ' ' {
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		}
		b.WriteRune(r)
		space = false
	}
	if !space {
		b.WriteByte(' ')
	}
	return b.String()
}

// raisedBy says whether the flag is hit by a sentence, as normal text.
func (f *Flag) raisedBy(s string) bool {
	return hasAll(f.words, s) && (!denies(s) || deniesWith(f.words, s))
}

// hasAll says whether each group has a word in the normal text.
func hasAll(words [][]string, text string) bool {
	for _, group := range words {
		if !slices.ContainsFunc(group, func(w string) bool { return has(text, w) }) {
			return false
		}
	}
	return true
}

// has finds a word at the beginning of one, so that "revo" finds "revoked".
func has(text, word string) bool { return strings.Contains(text, strings.TrimSuffix(word, " ")) }

// denials are the words that turn a sentence around.
func denials() []string {
	return []string{
		" not ", " never ", " no ", " nor ", " neither ", " without ", " wrong ", " myth ", " false ", "n't ", " cannot ", " rather than ", " instead of ", " untrue ",
	}
}

func denies(text string) bool {
	return slices.ContainsFunc(denials(), func(d string) bool { return strings.Contains(text, d) })
}

// deniesWith says whether a word that was found in the text is a denial itself, such
// as "cannot be stolen": then the sentence says what the flag says. A denial among
// words that were not found says nothing of it.
func deniesWith(words [][]string, text string) bool {
	return slices.ContainsFunc(words, func(group []string) bool {
		return slices.ContainsFunc(group, func(w string) bool { return denies(w) && has(text, w) })
	})
}

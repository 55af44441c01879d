package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// maxMatches is how many of the best documents are ranked anew.
const maxMatches = 80

// Find returns the documents that answer the question best, at most limit of them.
// None of the words need be there, but one that has more of them comes earlier. A
// question without a word finds nothing. The error is a fault of ours.
func (x *Index) Find(ctx context.Context, question string, limit int) ([]Hit, error) {
	ideas := x.words.ideas(question)
	if len(ideas) == 0 {
		return nil, nil
	}
	// A query that is broken off would take its connection along, and with it the
	// database. It takes milliseconds.
	ctx = context.WithoutCancel(ctx)
	x.mu.Lock()
	defer x.mu.Unlock()
	found, err := x.rank(ctx, anyOf(x.telling(ideas)), ideas, strings.ToLower(strings.TrimSpace(question)))
	if err != nil {
		return nil, err
	}
	query := anyOf(ideas)
	hits := make([]Hit, 0, limit)
	for _, f := range found[:min(limit, len(found))] {
		var quote string
		if err := x.quote.QueryRowContext(ctx, markStart, markEnd, query, f.id).Scan(&quote); err != nil {
			return nil, fmt.Errorf("quote document %d: %w", f.id, err)
		}
		hits = append(hits, Hit{Doc: &x.docs[f.id-1], Quote: pieces(quote)})
	}
	return hits, nil
}

// anyOf is a query for any of the ideas.
func anyOf(ideas []idea) string {
	forms := make([]string, len(ideas))
	for i, idea := range ideas {
		forms[i] = idea.match()
	}
	return strings.Join(forms, " OR ")
}

// telling leaves out the ideas that are in every tenth document, if there are others:
// they say little and take most of the time. They still count when the documents
// that are found are ranked.
func (x *Index) telling(ideas []idea) []idea {
	out := slices.DeleteFunc(slices.Clone(ideas), func(i idea) bool {
		return oneWord(i[0]) && x.known[stem(i[0])]*10 > len(x.docs)
	})
	if len(out) == 0 {
		return ideas
	}
	return out
}

// A match is a document and how well it fits.
type match struct {
	id    int
	score float64
}

// rank takes the best documents by bm25 and puts those first that have more of the
// question's ideas, and among them what is called just so.
func (x *Index) rank(ctx context.Context, query string, ideas []idea, question string) ([]match, error) {
	rows, err := x.find.QueryContext(ctx, query, maxMatches)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []match
	for rows.Next() {
		var m match
		if err := rows.Scan(&m.id, &m.score); err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		d := &x.docs[m.id-1]
		m.score = -m.score * cmp.Or(d.Weight, 1) * x.fit(m.id-1, ideas)
		switch title := strings.ToLower(d.Title); {
		case title == question, strings.ToLower(d.Also) == question:
			m.score *= 4
		case strings.Contains(question, " ") && strings.Contains(title, question):
			m.score *= 2
		}
		out = append(out, m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	slices.SortStableFunc(out, func(a, b match) int { return cmp.Compare(b.score, a.score) })
	return out, nil
}

// fit is how many of the ideas the document has, from 0.1 for one of many to 1
// for all: two documents with the same rank by bm25 may have one rare word or
// several usual ones of the question, and the latter is what is meant.
func (x *Index) fit(doc int, ideas []idea) float64 {
	has := 0
	for _, idea := range ideas {
		if slices.ContainsFunc(idea, func(form string) bool { return x.has(doc, form) }) {
			has++
		}
	}
	part := float64(has) / float64(len(ideas))
	return 0.1 + 0.9*part*part
}

// has says whether the document has a form. A word is there as a word: "exp" is not
// in "explain". Several words are looked for as they stand.
func (x *Index) has(doc int, form string) bool {
	if oneWord(form) {
		return x.stems[doc][stem(form)]
	}
	return strings.Contains(x.lower[doc], stem(form))
}

// oneWord says that a form has no sign at which a text is cut into words.
func oneWord(form string) bool { return !strings.ContainsFunc(form, apart) }

// stem cuts the endings that change most often. It only serves to count ideas; the
// index has a stemmer of its own.
func stem(w string) string {
	for _, end := range []string{"ing", "ed", "es", "s", "e"} {
		if rest, ok := strings.CutSuffix(w, end); ok && len(rest) > 3 {
			return rest
		}
	}
	return w
}

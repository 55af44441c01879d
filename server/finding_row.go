package main

import (
	"cmp"
	"strings"

	"claimcheck/playground"
	"claimcheck/web"
)

// findingRow is a finding as a rung of the ladder, the same on every page: what
// failed or was warned of says what was compared, why it matters and what to
// do; the rest is one line. The row's anchor is the prefix and the rule's id;
// without a prefix it has none, for pages with several ladders.
func findingRow(prefix string, f *playground.Finding) web.Row {
	row := web.Row{
		Status: string(f.Status), Title: f.Title, Cite: f.Spec.String(), CiteHref: f.Spec.URL(), Small: f.Message,
	}
	if prefix != "" {
		row.ID = prefix + f.ID
	}
	switch f.Status {
	case playground.StatusFail, playground.StatusWarn:
		row.Expected, row.Got, row.Why, row.Fix = f.Expected, f.Got, f.Why, f.Fix
	case playground.StatusSkipped:
		row.Small = cmp.Or(f.Message, strings.TrimPrefix(f.Why, "not run: "))
	case playground.StatusInfo:
		row.Small = strings.TrimSpace(oneLine(f) + " " + f.Why)
	case playground.StatusPass:
		row.Small = oneLine(f)
	}
	return row
}

// oneLine is what was found, in the finding's words or else as it stood there.
func oneLine(f *playground.Finding) string { return cmp.Or(f.Message, cutText(f.Got, 120)) }

// findingRows are findings as a ladder, each with [findingRow].
func findingRows(prefix string, findings []playground.Finding) []web.Row {
	rows := make([]web.Row, 0, len(findings))
	for i := range findings {
		rows = append(rows, findingRow(prefix, &findings[i]))
	}
	return rows
}

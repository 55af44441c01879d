package main

import (
	"os"
	"path/filepath"
	"testing"

	"claimcheck/server/internal/browsertest"
)

// sheetMargins are the two margins at the sides of a printed sheet, in inches: the
// style sheet has 12 mm each.
const sheetMargins = 24 / 25.4

// TestBrowserSheetsOnPaper prints every cheat sheet, without a script, on A4 and on
// Letter: each is one page, and no part of it is cut between the columns or too wide for its own. A folder
// named by the environment variable CLAIMCHECK_SHEETS gets the PDFs, to look at.
func TestBrowserSheetsOnPaper(t *testing.T) {
	s := read(t)
	tab := browsertest.Start(t).Tab(t, browsertest.Look{NoScript: true})
	for _, sheet := range s.course.Sheets {
		for _, paper := range browsertest.Papers() {
			t.Run(sheet.ID+"/"+paper.Name, func(t *testing.T) {
				tab := tab.For(t)
				tab.Visit(s.origin.String() + sheet.Path())
				pdf := tab.Print(paper)
				if dir := os.Getenv("CLAIMCHECK_SHEETS"); dir != "" {
					if err := os.WriteFile(filepath.Join(dir, sheet.ID+"-"+paper.Name+".pdf"), pdf, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				if n := browsertest.PDFPages(pdf); n != 1 {
					t.Errorf("it takes %d pages, want 1", n)
				}
				for _, part := range tab.Cut(".crib :is(section, table, li, p, td)", paper, sheetMargins) {
					t.Errorf("cut between two columns, or too wide: %q", part)
				}
			})
		}
	}
}

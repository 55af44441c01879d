package main

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
	"claimcheck/web"
)

// compareView is the view of the page "compare".
type compareView struct {
	First, Second string
	Sentence      string
	Parts         []comparePart
}

// comparePart are the rows of one part of the two tokens.
type comparePart struct {
	Kind, Title string
	Rows        []compareRow
}

// compareRow is one place of the two. Status is a pen stroke, Word says the change.
type compareRow struct {
	Name, Status, Word, First, Second, Note string
}

// comparePage shows the two fields.
func (s *server) comparePage(c *gin.Context) error {
	return s.showComparison(c, compareView{})
}

// compareForm lays two tokens side by side.
func (s *server) compareForm(c *gin.Context) error {
	values, err := s.form(c)
	if err != nil {
		return err
	}
	v := compareView{First: strings.TrimSpace(values.Get("first")), Second: strings.TrimSpace(values.Get("second"))}
	if len(v.First) > playground.MaxToken || len(v.Second) > playground.MaxToken {
		return tooLong(strings.Repeat("x", playground.MaxToken+1), nil)
	}
	if values.Get("press") == "swap" {
		v.First, v.Second = v.Second, v.First
	}
	if v.First != "" && v.Second != "" {
		v.compare()
	}
	return s.showComparison(c, v)
}

func (s *server) showComparison(c *gin.Context, v compareView) error {
	return s.page(c, http.StatusOK, "compare", web.Page{
		Title: "Compare two tokens", Description: "Two tokens side by side, member by member.",
		Nav: "playground", Mark: "lab " + lab.Main + " · Alice", Data: v,
	})
}

func (v *compareView) compare() {
	r := playground.Compare(v.First, v.Second)
	v.Sentence = r.Sentence
	for i := range r.Rows {
		d := &r.Rows[i]
		if len(v.Parts) == 0 || v.Parts[len(v.Parts)-1].Kind != d.Part {
			title := strings.ReplaceAll(d.Part, "_", " ")
			v.Parts = append(v.Parts, comparePart{Kind: d.Part, Title: strings.ToUpper(title[:1]) + title[1:]})
		}
		part := &v.Parts[len(v.Parts)-1]
		if len(part.Rows) >= maxClaims {
			continue
		}
		row := compareRow{Name: d.Name, First: d.First, Second: d.Second, Note: d.Note}
		if row.Name == "" {
			row.Name = "as a whole"
		}
		switch d.Change {
		case playground.Same:
			row.Status, row.Word = "skipped", "same"
		case playground.Changed:
			row.Status, row.Word = "warn", "changed"
		case playground.Added:
			row.Status, row.Word = "info", "only in the second"
		case playground.Removed:
			row.Status, row.Word = "info", "only in the first"
		}
		part.Rows = append(part.Rows, row)
	}
}

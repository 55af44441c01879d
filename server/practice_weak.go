package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/web"
)

const (
	weakPath = practicePath + "/weak"
	ankiPath = questionsPath + ".tsv"
)

// practiceWeak is GET /practice/weak: what went badly, by misconception and by topic.
func (s *server) practiceWeak(c *gin.Context) error {
	return s.page(c, http.StatusOK, "weak", web.Page{
		Title: "Weak spots", Description: "What went badly in your practice, by misconception and by topic, each with its lesson.",
		Nav: "practice", Data: s.bank.Stand(s.learners.All(s.knownLearner(c)), s.now()),
	})
}

// anchor is the beginning or the end of a link.
var anchor = regexp.MustCompile(`</?a\b[^>]*>`)

// questionsAnki is GET /practice/questions.tsv: the bank as notes that Anki imports:
// front, back and tags. Links stay out, since they lead to this server.
func (s *server) questionsAnki(c *gin.Context) error {
	var b bytes.Buffer
	b.WriteString("#separator:tab\n#html:true\n#columns:Front\tBack\tTags\n#tags column:3\n")
	w := csv.NewWriter(&b)
	w.Comma = '\t'
	bare := func(h template.HTML) string { return anchor.ReplaceAllString(string(h), "") }
	for _, q := range s.bank.Questions {
		var back strings.Builder
		back.WriteString("<p>" + bare(q.Short) + "</p><ul>")
		for _, p := range q.Points {
			back.WriteString("<li>" + bare(p.Says) + "</li>")
		}
		back.WriteString("</ul>" + bare(q.Long))
		if err := w.Write([]string{bare(q.Ask), back.String(), fmt.Sprintf("claimcheck claimcheck::%s claimcheck::%s", q.Topic.ID, q.Level)}); err != nil {
			return fmt.Errorf("write cards: %w", err)
		}
	}
	if w.Flush(); w.Error() != nil {
		return fmt.Errorf("write cards: %w", w.Error())
	}
	c.Header("Content-Disposition", `attachment; filename="claimcheck-questions.tsv"`)
	s.write(c, http.StatusOK, "text/tab-separated-values; charset=utf-8", b.Bytes(), cachePublic)
	return nil
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/lessons/questions"
	"claimcheck/web"
)

const (
	progressPath = "/learn/progress"
	// exportName is what a browser calls the file.
	exportName = "claimcheck-progress.json"
	// everything is the ?of= that means the whole course.
	everything = "all"
	// practised is the ?of= that means the questions of the interview.
	practised = "practice"
)

// A progressView is the page /learn/progress.
type progressView struct {
	Course *mapView
	Kept   keptView
	Undo   *lessons.Undo
	Items  int // exercises of which there is anything
	Done   int
	Asked  int // questions of the interview that were answered
	Drills int // of those, and of sessions and the like, there is anything
	Error  *lessons.TransferError
	Most   string // how large a file may be
	// Said is what happened last, empty for nothing.
	Said string
}

// progressPage is GET /learn/progress.
func (s *server) progressPage(c *gin.Context) error {
	v := &progressView{}
	switch c.Query("done") {
	case "import":
		v.Said = "The file was taken over." + leftOut(c.Query("left"))
	case "same":
		v.Said = "Nothing in the file is new here." + leftOut(c.Query("left"))
	case "deleted":
		v.Said = "Everything is deleted, and the cookie with it."
	case "reset":
		v.Said = "It is as on the first day."
	case "undo":
		v.Said = "Done."
	}
	return s.showProgress(c, http.StatusOK, v)
}

func (s *server) showProgress(c *gin.Context, status int, v *progressView) error {
	who := s.knownLearner(c)
	r := s.record(who)
	v.Course, v.Kept, v.Undo = newMapView(s.course, r), s.kept(), s.learners.Undo(who)
	for path := range r.done {
		if !strings.HasPrefix(path, questions.KeptPrefix) {
			v.Done++
		}
	}
	for path, k := range r.all {
		if !strings.HasPrefix(path, questions.KeptPrefix) {
			v.Items++
			continue
		}
		v.Drills++
		if k.Memory != nil {
			v.Asked++
		}
	}
	v.Most = fmt.Sprintf("%d MiB", lessons.MaxTransfer>>20)
	return s.page(c, status, "progress", web.Page{
		Title: "Your progress", Description: "What you have done, to keep, to carry to another browser, or to start over.", Nav: "learn", Data: v,
	})
}

// progressExport is GET /learn/progress/export: everything that is kept of the
// learner, as a file.
func (s *server) progressExport(c *gin.Context) error {
	var b bytes.Buffer
	if err := lessons.NewTransfer(s.learners.All(s.knownLearner(c)), s.now()).Write(&b); err != nil {
		return fmt.Errorf("export progress: %w", err)
	}
	c.Header("Content-Disposition", `attachment; filename="`+exportName+`"`)
	s.write(c, http.StatusOK, jsonType, b.Bytes())
	return nil
}

// leftOut says how many exercises of a file were left out, nothing for none.
func leftOut(count string) string {
	switch n, err := strconv.Atoi(count); {
	case err != nil || n < 1:
		return ""
	case n == 1:
		return " One of its exercises is not in this course, and was left out."
	default:
		return fmt.Sprintf(" %d of its exercises are not in this course, and were left out.", n)
	}
}

// importCosts says what an import costs, and importCost takes it from the burst.
const (
	importCosts = "An import reads up to 4 MiB."
	importCost  = 8
)

// progressImport is POST /learn/progress: a file of the export. A browser that
// lost its cookie goes on with it.
func (s *server) progressImport(c *gin.Context) error {
	if err := s.spend(c, importCost, importCosts); err != nil {
		return err
	}
	if _, err := s.form(c); err != nil {
		return err
	}
	raw, err := uploaded(c, "file", lessons.MaxTransfer)
	if err != nil {
		return err
	}
	t, err := lessons.ReadTransfer(raw)
	if wrong, ok := errors.AsType[*lessons.TransferError](err); ok {
		return s.showProgress(c, http.StatusUnprocessableEntity, &progressView{Error: wrong})
	}
	did, err := s.learners.Import(s.learner(c), t, s.knows)
	if wrong, ok := errors.AsType[*lessons.TransferError](err); ok {
		return s.showProgress(c, http.StatusUnprocessableEntity, &progressView{Error: wrong})
	}
	done, left := "import", ""
	if did.Taken == 0 {
		done = "same"
	}
	if did.LeftOut > 0 {
		left = fmt.Sprintf("&left=%d", did.LeftOut)
	}
	return s.redirect(c, progressPath+"?done="+done+left+"#said")
}

// knows says whether something has this path: an exercise of the course, or a question
// of the bank.
func (s *server) knows(path string) bool { return s.course.Knows(path) || s.bank.Knows(path) }

// uploaded is the file of a form that was read, up to a byte more than the most,
// and empty without one.
func uploaded(c *gin.Context, field string, most int64) ([]byte, error) {
	m := c.Request.MultipartForm
	if m == nil || len(m.File[field]) == 0 {
		return nil, nil
	}
	f, err := m.File[field][0].Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most+1))
}

// progressUndo is POST /learn/progress/undo.
func (s *server) progressUndo(c *gin.Context) error {
	if _, err := s.form(c); err != nil {
		return err
	}
	s.learners.TakeBack(s.learner(c))
	return s.redirect(c, progressPath+"?done=undo#said")
}

// A resetView is the page that asks whether to start over.
type resetView struct {
	Of          string // a slug, a track or "all"
	What, Back  string
	Items, Done int
	Practice    bool   // it is about questions, not exercises
	prefix      string // of the paths it concerns
}

// progressReset is GET /learn/progress/reset, which asks, and POST, which does.
func (s *server) progressReset(c *gin.Context) error {
	of := c.Query("of")
	if c.Request.Method == http.MethodPost {
		form, err := s.form(c)
		if err != nil {
			return err
		}
		of = form.Get("of")
	}
	v, ok := s.resetOf(of)
	if !ok {
		return problem{
			Status: http.StatusNotFound, Title: "There is no such lesson.", Detail: fmt.Sprintf("Nothing can be started over at %.60q.", of),
			Fix: "Choose it on the page " + progressPath + ".",
		}
	}
	if c.Request.Method == http.MethodPost {
		s.learners.StartOver(s.learner(c), v.prefix, "starting “"+v.What+"” over")
		return s.redirect(c, progressPath+"?done=reset#said")
	}
	for path, k := range s.learners.All(s.knownLearner(c)) {
		if strings.HasPrefix(path, v.prefix) {
			v.Items++
			if k.Done {
				v.Done++
			}
		}
	}
	return s.page(c, http.StatusOK, "progressreset", web.Page{
		Title: "Start over?", Description: "What starting over forgets, and the way back.", Nav: "learn", Data: v,
	})
}

// resetOf finds what ?of= names.
func (s *server) resetOf(of string) (resetView, bool) {
	if of == everything {
		return resetView{Of: of, What: "the whole course", Back: progressPath, prefix: "/learn/"}, true
	}
	if of == practised {
		return resetView{Of: of, What: "the practice for an interview", Back: progressPath, Practice: true, prefix: questions.KeptPrefix}, true
	}
	if l, ok := s.course.Lesson(of); ok {
		return resetView{Of: of, What: l.Title, Back: l.Path(), prefix: l.Path() + "/"}, true
	}
	for _, t := range s.course.Tracks {
		if t.ID == of {
			return resetView{Of: of, What: t.Title, Back: progressPath, prefix: "/learn/" + t.ID + "/"}, true
		}
	}
	return resetView{}, false
}

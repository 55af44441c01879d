package main

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"claimcheck/server/internal/search"
	"claimcheck/web"
)

// maxHits is how many results a page of the search shows.
const maxHits = 12

// A finder is the index of what can be found. It is made when somebody first
// searches, or in the background after the start, and anew when lessons changed.
type finder struct {
	once  sync.Once
	index *search.Index
	err   error
}

// get waits for the index, and for the texts that it is made of.
func (f *finder) get(ctx context.Context, s *server) (*search.Index, error) {
	if err := s.practised(); err != nil {
		return nil, err
	}
	f.once.Do(func() {
		tokens, err := s.attacks.get(s.now)
		if err != nil {
			s.log.WarnContext(ctx, "the search does without the attacks on tokens", "error", err.Error())
		}
		f.index, f.err = search.New(context.WithoutCancel(ctx), searchDocs(s.course, s.bank, s.walks, s.looked(), tokens))
	})
	return f.index, f.err
}

// prepareSearch reads what is left of the texts and makes the index, so that nobody
// need wait for it.
func (s *server) prepareSearch(ctx context.Context) {
	if _, err := s.finder.get(ctx, s); err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "no index for the search", "error", err.Error())
	}
	debug.FreeOSMemory() // reading the texts took more than keeping them does
}

// errForgotten is of a search in texts that were replaced while it ran.
var errForgotten = errors.New("the texts were replaced")

// close lets go of the index, if there is one. A search that is under way fails.
func (f *finder) close() {
	f.once.Do(func() { f.err = errForgotten })
	if f.index != nil {
		_ = f.index.Close() // it is memory
	}
}

// searchView is the page of results.
type searchView struct {
	Question string
	Hits     []search.Hit
	Size     int // how much can be found
	// Asked says that there was a question; Cut that it was longer than what is read.
	Asked, Cut bool
}

// search answers what somebody typed. It is the same for everybody, and whatever was
// typed is a question: none is an error.
func (s *server) search(c *gin.Context) error {
	v := searchView{Question: strings.TrimSpace(strings.ToValidUTF8(c.Query("q"), ""))}
	if len(v.Question) > search.MaxQuestion {
		v.Cut, v.Question = true, strings.ToValidUTF8(v.Question[:search.MaxQuestion], "")
	}
	v.Asked = v.Question != ""
	x, err := s.finder.get(c.Request.Context(), s)
	if err != nil {
		return problem{
			Status: http.StatusServiceUnavailable, Title: "The search does not work.", Detail: "Its index could not be made.",
			Fix: "All lessons are listed at /learn, all words at /learn/glossary.", Err: err,
		}
	}
	if v.Hits, err = x.Find(c.Request.Context(), v.Question, maxHits); err != nil {
		return problem{
			Status: http.StatusServiceUnavailable, Title: "The search did not work.", Detail: "The index could not be read.",
			Fix: "All lessons are listed at /learn, all words at /learn/glossary.", Err: err,
		}
	}
	v.Size = x.Size()
	title := "Search"
	if v.Asked {
		title = v.Question + " – Search"
	}
	return s.page(c, http.StatusOK, "search", web.Page{
		Title: title, Description: "Search the lessons, the glossary, misconceptions, parameters, error codes, flows, attacks, interview questions and standards.",
		Nav: "search", Data: v,
	})
}

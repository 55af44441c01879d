package main

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"claimcheck/lessons"
)

const (
	// maxBody is what a request to the site may carry. The playground's token
	// may have 64 KiB; keys, claims and urlencoding want room beside it.
	maxBody = 256 << 10
	// maxImport is what an import of progress may carry: the file, and the form
	// around it.
	maxImport = lessons.MaxTransfer + 64<<10

	// costlyRate and costlyBurst say how often one address may ask for work
	// that takes CPU: a live playground checks after each pause in typing.
	costlyRate  = rate.Limit(20)
	costlyBurst = 60
	// maxAddresses bounds the limiter's memory.
	maxAddresses = 1024
)

// limiter counts costly requests by the address that sends them.
type limiter struct {
	now func() time.Time

	mu  sync.Mutex
	all map[string]*rate.Limiter
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, all: map[string]*rate.Limiter{}}
}

// take takes n tokens from the address's bucket, or none and says how long to
// wait for them. More than a bucket holds are all of it.
func (l *limiter) take(addr string, n int) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.all[addr]
	if !ok {
		if len(l.all) >= maxAddresses {
			l.forget()
		}
		b = rate.NewLimiter(costlyRate, costlyBurst)
		l.all[addr] = b
	}
	now := l.now()
	r := b.ReserveN(now, min(n, costlyBurst))
	if wait = r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

// forget drops the addresses whose bucket is full again; if there is none, all
// of them: a flood of addresses must not grow the process.
func (l *limiter) forget() {
	for addr, b := range l.all {
		if b.TokensAt(l.now()) >= costlyBurst {
			delete(l.all, addr)
		}
	}
	if len(l.all) >= maxAddresses {
		clear(l.all)
	}
}

// spend takes what a request costs from the allowance of the address that sends
// it: 1 for an answer of about a millisecond of CPU, more for more. The error is
// the problem to answer with, 429 with Retry-After (RFC 6585 §4); detail says
// what costs so much.
func (s *server) spend(c *gin.Context, n int, detail string) error {
	wait := s.costly.take(c.RemoteIP(), n)
	if wait == 0 {
		return nil
	}
	seconds := int(math.Ceil(wait.Seconds()))
	fix := "Wait a second and send it again."
	if seconds > 1 {
		fix = fmt.Sprintf("Wait %d seconds and send it again.", seconds)
	}
	return problem{
		Status: http.StatusTooManyRequests, Title: "Too much work at once.", Detail: detail, Fix: fix, RetryAfter: seconds,
	}
}

// limitBody refuses a body that is announced too long, and cuts one that turns
// out to be.
func (s *server) limitBody(c *gin.Context) { s.limitBodyTo(c, maxBody) }

// limitImport is the same for a file of progress.
func (s *server) limitImport(c *gin.Context) { s.limitBodyTo(c, maxImport) }

func (s *server) limitBodyTo(c *gin.Context, most int64) {
	if c.Request.ContentLength > most {
		s.fail(c, bodyTooLarge(most))
		return
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, most)
}

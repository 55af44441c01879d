package main

import (
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"
)

const (
	// maxBody is what a request to the site may carry. The playground's token
	// may have 64 KiB; keys, claims and urlencoding want room beside it.
	maxBody = 256 << 10

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

// allow takes one token from the address's bucket.
func (l *limiter) allow(addr string) bool {
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
	return b.AllowN(l.now(), 1)
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

// limit refuses a costly request that comes too soon after many others.
func (s *server) limit(c *gin.Context) {
	addr, _, err := net.SplitHostPort(c.Request.RemoteAddr)
	if err != nil {
		addr = c.Request.RemoteAddr
	}
	if s.costly.allow(addr) {
		return
	}
	c.Header("Retry-After", "1")
	s.fail(c, problem{
		Status: http.StatusTooManyRequests, Title: "Too many requests at once.",
		Detail: "This address does work that takes CPU, and 20 a second are enough for a person.",
		Fix:    "Wait a second and send it again.",
	})
}

// limitBody refuses a body that is announced too long, and cuts one that turns
// out to be.
func (s *server) limitBody(c *gin.Context) {
	if c.Request.ContentLength > maxBody {
		s.fail(c, bodyTooLarge(maxBody))
		return
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBody)
}

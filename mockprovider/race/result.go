package race

import (
	"fmt"
	"strconv"
	"time"
)

// A Result is what an event did to the two designs.
type Result struct {
	// Guess is the option that was chosen beforehand, from 1, 0 for none. Answer
	// is the one that turned out to be right.
	Guess, Answer int
	// Sides are the opaque session and the other design.
	Sides [2]Side
	// Why says in a sentence or two what is behind it.
	Why string
}

// A Side is what happened to one design.
type Side struct {
	Kind Kind
	// Says is what happened, as a sentence.
	Says string
	// Measures are what was counted and timed.
	Measures []Measure
}

// What is the name of something that is measured.
type What string

// What is measured.
const (
	HeaderBytes  What = "bytes that carry the session in each request"
	RequestBytes What = "bytes of a whole request"
	Rows         What = "rows that are kept for one session"
	Lookups      What = "lookups"
	Checks       What = "signature checks"
	FindMedian   What = "to find out who calls, median"
	FindTotal    What = "to find out who calls, all together"
	UntilEffect  What = "seconds until it takes effect"
	TooLong      What = "seconds that it is accepted too long"
	Inside       What = "people who are still signed in"
	Impersonated What = "people whom Mallory can be"
	SignedOut    What = "people whom the repair signs out"
)

// A Measure is a number that came out.
type Measure struct {
	What What
	// N is the number: nanoseconds of a time, else what What says. Never is -1.
	N int64
	// Of is the number that it could be at most, 0 if that says nothing.
	Of int64
}

// Text is the number with its unit.
func (m Measure) Text() string {
	switch {
	case m.What == FindMedian || m.What == FindTotal:
		return duration(time.Duration(m.N))
	case m.N == never:
		return "never"
	case m.Of > 0:
		return fmt.Sprintf("%d of %d", m.N, m.Of)
	default:
		return thousands(m.N)
	}
}

// duration is a time in µs or ms, with as many digits as one can believe.
func duration(d time.Duration) string {
	us := float64(d) / float64(time.Microsecond)
	switch {
	case us < 10:
		return strconv.FormatFloat(us, 'f', 1, 64) + " µs"
	case us < 1000:
		return strconv.FormatFloat(us, 'f', 0, 64) + " µs"
	default:
		return strconv.FormatFloat(us/1000, 'f', 1, 64) + " ms"
	}
}

// thousands is 1,000.
func thousands(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// Number finds a measure of a side.
func (s *Side) Number(what What) (n int64, ok bool) {
	for _, m := range s.Measures {
		if m.What == what {
			return m.N, true
		}
	}
	return 0, false
}

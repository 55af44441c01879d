package mockprovider

import (
	"context"
	"crypto/rand"
	"time"
)

// wallClock is the clock of a Config that names none.
func wallClock() time.Time {
	return time.Now() //nolint:forbidigo // the one default; everything else takes a clock
}

// systemRandom is the source of a Config that names none. Since Go 1.24
// crypto/rand does not fail.
func systemRandom(_ context.Context, _ string, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

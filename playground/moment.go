package playground

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A moment is a NumericDate as it was written (RFC 7519 §2).
type moment struct {
	seconds int64
	// fraction says that it was written with one, or with an exponent.
	fraction bool
	// huge says that it lies outside what 64 bits of seconds hold.
	huge bool
}

// readMoment reads the digits of a JSON number.
func readMoment(digits string) moment {
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil && n < math.MaxInt64/2 && n > math.MinInt64/2 {
		return moment{seconds: n}
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.Abs(f) >= 4e18 {
		return moment{huge: true}
	}
	return moment{seconds: int64(math.Floor(f)), fraction: strings.ContainsAny(digits, ".eE")}
}

// milliseconds says that the number is a date only when read as milliseconds:
// as seconds it lies beyond the year 5138.
func (m moment) milliseconds() bool { return m.seconds > 1e11 }

// clock writes a time for a sentence: "21 Nov 2026, 12:15:00 UTC". Years of
// five digits are written as they are.
func clock(seconds int64) string {
	if seconds > 253402300799 || seconds < -62135596800 {
		return fmt.Sprintf("the year %d", 1970+seconds/31556952)
	}
	return time.Unix(seconds, 0).UTC().Format("2 Jan 2006, 15:04:05") + " UTC"
}

// Length writes a length of time in its two largest units: "1 h 1 min", "2 days".
func Length(seconds int64) string {
	if seconds < 0 {
		seconds = -seconds
	}
	units := []struct {
		size      int64
		one, many string
	}{{31556952, "year", "years"}, {86400, "day", "days"}, {3600, "h", "h"}, {60, "min", "min"}, {1, "s", "s"}}
	var parts []string
	for _, u := range units {
		n := seconds / u.size
		seconds %= u.size
		if n > 0 {
			word := u.many
			if n == 1 {
				word = u.one
			}
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
		if len(parts) == 2 || n > 0 && u.size >= 86400*365 && seconds < 86400 {
			break
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}

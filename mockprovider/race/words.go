package race

import (
	"fmt"
	"net/http"
	"strings"
)

// plural is "1 row", "2 rows", "no row".
func plural(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	default:
		return thousands(int64(n)) + " " + what + "s"
	}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// answered is a status with its words.
func answered(status int) string { return fmt.Sprintf("%d %s", status, http.StatusText(status)) }

// noticed says when something took effect.
func noticed(seconds int, what string) string {
	switch seconds {
	case never:
		return what + " at no time in half an hour"
	case 0:
		return what + " at the next request"
	default:
		return fmt.Sprintf("%s after %s", what, plural(seconds, "second"))
	}
}

// overdue says how long a session was accepted after its end.
func overdue(seconds int) string {
	if seconds == 0 {
		return "After its end it is refused there, too"
	}
	return fmt.Sprintf("After its end it is accepted there for %s more", plural(seconds, "second"))
}

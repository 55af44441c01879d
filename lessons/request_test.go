package lessons

import (
	"strings"
	"testing"
)

// TestRequestAsItIsCopied has what a browser copies from a page: the empty line
// of a message must be one again, whatever filled it on the page.
func TestRequestAsItIsCopied(t *testing.T) {
	const message = "POST /idp/main/token HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\ngrant_type=refresh_token"
	for _, copied := range []string{
		message, "\ufeff" + message, strings.ReplaceAll(message, "\n", "\r\n"),
		strings.ReplaceAll(message, "\n\n", "\n\u200b\n"), strings.ReplaceAll(message, "\n\n", "\r\n\u200b\r\n"),
	} {
		p, err := parseRequest(copied)
		if err != nil {
			t.Errorf("%q: %v", copied, err)
			continue
		}
		if p.method != "POST" || len(p.header) != 1 || p.body != "grant_type=refresh_token" {
			t.Errorf("%q: %+v", copied, p)
		}
	}
	if shown := string(Wire(message)); strings.ContainsRune(shown, '\u200b') || strings.Contains(shown, "8203") {
		t.Errorf("the fence holds a zero width space: %s", shown)
	}
}

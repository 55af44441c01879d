package lab

import (
	"net/http"
	"testing"
	"time"
)

func TestKeysLife(t *testing.T) {
	for cacheControl, want := range map[string]time.Duration{
		"": 0, "public": 0, "max-age=": 0,
		"public, max-age=300": 5 * time.Minute, "Max-Age=90": 90 * time.Second,
		"max-age=0": time.Minute, "max-age=-5": time.Minute, "no-store": time.Minute, "no-cache, max-age=600": time.Minute,
		"max-age=99999999999": time.Hour,
	} {
		if got := keysLife(http.Header{"Cache-Control": {cacheControl}}); got != want {
			t.Errorf("%q: %s, want %s", cacheControl, got, want)
		}
	}
}

// A party without a cache is a mistake of the lab's, and no panic.
func TestNoCacheForTheParty(t *testing.T) {
	l := newTestLab(t)
	if keys, _, err := l.keysFor(t.Context(), ClientParty(QuizFun), ""); err == nil || keys != nil {
		t.Errorf("%v, %v", keys, err)
	}
}

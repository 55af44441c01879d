package mockprovider

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"claimcheck/mockprovider/trace"
)

// preparedPaths are the endpoints whose answers are prepared, as idp.send has them and
// below the issuer.
var preparedPaths = map[string]string{
	"/.well-known/openid-configuration/idp/main": "/.well-known/openid-configuration",
	"/jwks": "/jwks",
}

// The first answer is put together, the next ones go out as they were: nobody can
// tell which is which, with and without a recorder.
func TestPreparedDocumentIsTheSameAnswer(t *testing.T) {
	for path, below := range preparedPaths {
		t.Run(path, func(t *testing.T) {
			i := newIDP(t)
			first := i.send(http.MethodGet, path, "")
			head := i.send(http.MethodHead, path, "")
			log := trace.NewLog(0, 0)
			for name, again := range map[string]*httptest.ResponseRecorder{
				"again":    i.send(http.MethodGet, path, ""),
				"origin":   i.send(http.MethodGet, path, "", "Origin", "https://evil.example"),
				"recorded": i.recorded(log, http.MethodGet, below, ""),
			} {
				again.Header().Del(trace.HeaderTrace)
				if again.Code != http.StatusOK || again.Body.String() != first.Body.String() {
					t.Errorf("%s: %d %s", name, again.Code, again.Body)
				}
				if !maps.EqualFunc(again.Header(), first.Header(), slices.Equal) {
					t.Errorf("%s: %v, first %v", name, again.Header(), first.Header())
				}
			}
			if !maps.EqualFunc(head.Header(), first.Header(), slices.Equal) || head.Body.Len() > 0 {
				t.Errorf("HEAD: %v %s", head.Header(), head.Body)
			}
			e, ok := log.Trace("tr-1")
			if !ok || e.Response.Status != http.StatusOK || string(e.Response.Body) != first.Body.String() || !maps.EqualFunc(e.Response.Header, first.Header(), slices.Equal) {
				t.Errorf("the log has %+v", e)
			}
			if i.document(below) == nil {
				t.Error("nothing is prepared")
			}
		})
	}
}

// Whoever has the document gets 304, also when it is prepared (RFC 9110 §13.1.2).
func TestPreparedDocumentIsNotSentAgain(t *testing.T) {
	for path := range preparedPaths {
		i := newIDP(t)
		tag := i.send(http.MethodGet, path, "").Header().Get("Etag")
		if w := i.send(http.MethodGet, path, "", "If-None-Match", tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if w := i.send(http.MethodPost, path, ""); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// What changes the document, and every fault, shows in the next answer, and ends
// with it.
func TestPreparedDocumentIsTheNewest(t *testing.T) {
	const metadata = "/.well-known/oauth-authorization-server/idp/main"
	keys, err := NewKeys() // the other tests share theirs
	if err != nil {
		t.Fatal(err)
	}
	i := newIDP(t, func(c *Config) { c.Keys = keys })
	for path := range preparedPaths {
		i.send(http.MethodGet, path, "")
	}
	before := i.send(http.MethodGet, "/jwks", "").Body.String()
	next, err := generate("ES256")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Keys().Publish(*next); err != nil {
		t.Fatal(err)
	}
	if after := i.send(http.MethodGet, "/jwks", "").Body.String(); after == before {
		t.Error("the key set is the one from before the new key")
	}
	promised := i.send(http.MethodGet, metadata, "").Body.String()
	if err := i.SetPolicy(PolicyFAPI2); err != nil {
		t.Fatal(err)
	}
	if after := i.send(http.MethodGet, metadata, "").Body.String(); after == promised {
		t.Error("the metadata is that of the policy before")
	}
	for path := range preparedPaths {
		honest := i.send(http.MethodGet, path, "")
		if err := i.SetFault(FaultSwitch{Name: "cors_missing", Times: 1}); err != nil {
			t.Fatal(err)
		}
		if w := i.send(http.MethodGet, path, ""); w.Header().Get("Access-Control-Allow-Origin") != "" || w.Header().Get(trace.HeaderFault) != "cors_missing" {
			t.Errorf("%s: with the fault %v", path, w.Header())
		}
		if w := i.send(http.MethodGet, path, ""); !maps.EqualFunc(w.Header(), honest.Header(), slices.Equal) {
			t.Errorf("%s: after the fault %v", path, w.Header())
		}
	}
}

// A document of the same length is another one.
func TestPreparedDocumentIsTheVeryOne(t *testing.T) {
	var last atomic.Pointer[tagged]
	for _, text := range []string{`{"n":1}`, `{"n":2}`} {
		body := []byte(text)
		if prepared(&last, body) != nil {
			t.Errorf("%s was never sent, and is prepared", text)
		}
		w := httptest.NewRecorder()
		cacheable(&last, w, httptest.NewRequest(http.MethodGet, "/", nil), cacheKeySet, body)
		if w.Body.String() != text || prepared(&last, body) == nil {
			t.Errorf("%s: sent %s", text, w.Body)
		}
	}
}

// document is what is prepared for this path.
func (i *idp) document(path string) *trace.Document {
	e, _ := i.route(i.issuer.Path + path)
	return e.document()
}

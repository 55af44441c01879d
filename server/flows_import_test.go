package main

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"claimcheck/mockprovider/paste"
)

func (s *site) paste(t *testing.T, text string) (status int, page *html.Node, body string) {
	t.Helper()
	got := s.send(t, http.MethodPost, "/flows/import", url.Values{"text": {text}}.Encode(), s.owner(), header("Content-Type", "application/x-www-form-urlencoded"))
	page, err := html.Parse(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, page, got.body
}

const pastedJWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.c2ln"

// Each form is read, named and explained; what it shows stands beside it.
func TestImport(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	issuer := s.world.Main().Issuer()
	for text, want := range map[string][]string{
		"http://localhost:3000/callback?code=c-1&state=s-1&x_mine=1": {
			"It is a URL, with 1 message", "authorization response", "A stub for the tokens", "No specification that is known here names it", "which server it comes from", "The app itself has to judge this one",
		},
		"curl -u fittrack:wrong '" + issuer + "/token' -d grant_type=authorization_code -d code=cc_nothing": {
			"It is a curl line", "token request", "What the app gives for the tokens", "AcmeID would refuse it, by its rule", "no code was spent",
		},
		issuer + "/authorize?response_type=token&client_id=fittrack": {
			"authorization request", "It asks for a code, not for a token", "AcmeID would refuse it",
		},
		"https://op.example/auth?response_type=code&client_id=a&scope=openid": {"Nothing binds the answer to this browser", "another server than this lab’s AcmeID"},
		"GET /v1/steps HTTP/1.1\nHost: api.example\nAuthorization: Bearer " + pastedJWT: {
			"request to an API", "Open the JWT in the playground", "How the sender proves who it is",
		},
		`{"log":{"entries":[{"request":{"method":"POST","url":"https://op.example/token","postData":{"mimeType":"application/x-www-form-urlencoded","text":"grant_type=password&username=alice&password=alice"}},"response":{"status":200,"content":{"mimeType":"application/json","text":"{\"id_token\":\"` + pastedJWT + `\",\"expires_in\":300}"}}}]}}`: {
			"It is a HAR", "It never gets to see the user’s password", "Open the JWT in the playground", "How many seconds the token lives",
		},
	} {
		status, page, body := s.paste(t, text)
		if status != http.StatusOK {
			t.Errorf("%s: %d", text, status)
		}
		said := textOf(page)
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("%.60s: the page lacks %q", text, w)
			}
		}
		for _, a := range all(page, "a", "") {
			if href := attrOf(a, "href"); strings.Contains(href, pastedJWT) && !strings.HasPrefix(href, "/playground#token=") {
				t.Errorf("a token in %s", href)
			}
		}
		if strings.Contains(body, "ZgotmplZ") {
			t.Errorf("%.60s: a link that the template refused", text)
		}
	}
}

// What can't be read says why, with the text kept in the field. Nothing of it is
// left in the lab.
func TestImportRefuses(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	before := s.world.Main().Log().Last()
	for text, want := range map[string]string{
		"": "There is nothing to read", "no url at all": "That is no URL", "curl -d @file http://x": "stands in a file",
		"{}": "no member log", pastedJWT: "looks like a token", `{"log":{"entries":[]}}`: "no message of OAuth",
	} {
		status, page, _ := s.paste(t, text)
		wrong := firstIn(page, "p", "error")
		if status != http.StatusUnprocessableEntity || wrong == nil || !strings.Contains(textOf(wrong), want) {
			t.Errorf("%q: %d, %v", text, status, wrong)
		}
		if area := firstIn(page, "textarea", ""); strings.TrimSpace(textOf(area)) != text {
			t.Errorf("%q: the field has %q", text, textOf(area))
		}
	}
	if status, _, _ := s.paste(t, strings.Repeat("x", paste.MaxText+1)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("too long: %d", status)
	}
	if got := s.world.Main().Log().Last(); got != before {
		t.Errorf("the lab’s log grew from %d to %d", before, got)
	}
}

// A request that is only judged spends no code: the app can still redeem it.
func TestImportSpendsNothing(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	_, run := s.walked(t, "callback")
	w, ok := s.walks.Get(s.world.Main(), run)
	if !ok {
		t.Fatal("no walk")
	}
	_, out, err := w.Preview(t.Context(), "token-request")
	if err != nil {
		t.Fatal(err)
	}
	m := messageOf(out)
	for range 2 {
		if _, page, _ := s.paste(t, m.Curl()); !strings.Contains(textOf(page), "AcmeID would take it") {
			t.Fatalf("AcmeID refuses what it would take: %s", textOf(page))
		}
	}
	if _, err := w.Send(t.Context(), "token-request"); err != nil || !w.Passed("token-request") {
		t.Errorf("the code is spent: %v", err)
	}
}

// A file does as well as the field.
func TestImportFile(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "a.har")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte("https://op.example/jwks")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got := s.send(t, http.MethodPost, "/flows/import", b.String(), s.owner(), header("Content-Type", w.FormDataContentType()))
	if got.StatusCode != http.StatusOK || !strings.Contains(got.body, "request for the keys") {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

// To judge messages takes of the address's allowance: whoever imports on and on
// is told to wait.
func TestImportIsLimited(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	for range 2 * costlyBurst {
		switch status, _, _ := s.paste(t, "http://localhost:3000/callback?code=c-1"); status {
		case http.StatusOK:
		case http.StatusTooManyRequests:
			return
		default:
			t.Fatalf("%d", status)
		}
	}
	t.Error("nobody stopped it")
}

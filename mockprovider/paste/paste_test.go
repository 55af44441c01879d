package paste_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"claimcheck/mockprovider/paste"
	"claimcheck/mockprovider/trace"
)

const har = `{"log":{"version":"1.2","entries":[
{"request":{"method":"GET","url":"https://app.example/style.css","headers":[]},"response":{"status":200,"headers":[],"content":{}}},
{"request":{"method":"GET","url":"https://op.example/auth?response_type=code&client_id=a","headers":[{"name":":path","value":"/auth"},{"name":"Cookie","value":"sid=secret"}]},"response":{"status":302,"headers":[{"name":"Location","value":"https://app.example/cb?code=c"},{"name":"Set-Cookie","value":"sid=secret"}],"content":{}}},
{"request":{"method":"POST","url":"https://op.example/token","headers":[],"postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"grant_type","value":"authorization_code"},{"name":"code","value":"c d"}]}},"response":{"status":200,"headers":[],"content":{"mimeType":"application/json","encoding":"base64","text":"eyJhY2Nlc3NfdG9rZW4iOiJ0In0="}}}
]}}`

func read(t *testing.T, text string) (*trace.Message, paste.Form) {
	t.Helper()
	all, form, err := paste.Read(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return &all[0].Request, form
}

func TestReads(t *testing.T) {
	for text, want := range map[string]string{
		"http://localhost:3000/callback?code=c&state=s": "a URL: GET http://localhost:3000/callback?code=c&state=s | |",
		"localhost:3000/cb?code=c":                      "a URL: GET http://localhost:3000/cb?code=c | |",
		"com.example.app:/cb?code=c":                    "a URL: GET com.example.app:/cb?code=c | |",
		"  https://app.example/cb#access_token=t \n":    "a URL: GET https://app.example/cb#access_token=t | |",

		"curl https://op.example/jwks": "a curl line: GET https://op.example/jwks | |",
		"curl -sS op.example/jwks":     "a curl line: GET http://op.example/jwks | |",
		"curl -u 'app:se cret' https://op.example/token -d grant_type=x -d 'a=b c'":  "a curl line: POST https://op.example/token | grant_type=x&a=b c | Basic YXBwOnNlIGNyZXQ=",
		"curl https://op.example/token \\\n  --data-urlencode \"code=a b\" \\\n  -i": "a curl line: POST https://op.example/token | code=a+b |",
		"curl -G https://op.example/auth -d response_type=code":                      "a curl line: GET https://op.example/auth?response_type=code | |",
		"curl -XDELETE https://op.example/x -H'Authorization: Bearer t'":             "a curl line: DELETE https://op.example/x | | Bearer t",
		`curl --url=https://op.example/x --data-raw $'a=\'b\''`:                      "a curl line: POST https://op.example/x | a='b' |",
		`curl "https://op.example/x?a=\"b\"&c=$d"`:                                   `a curl line: GET https://op.example/x?a="b"&c=$d | |`,
		"curl --oauth2-bearer t https://api.example/v1 -b sid=1":                     "a curl line: GET https://api.example/v1 | | Bearer t",

		"POST /token HTTP/1.1\r\nHost: localhost:8080\r\nCookie: a=b\r\n\r\ngrant_type=x": "a request as it stands on the wire: POST http://localhost:8080/token | grant_type=x |",
		"GET /auth HTTP/1.1\nHost: op.example":                                            "a request as it stands on the wire: GET https://op.example/auth | |",
		"get http://op.example/auth HTTP/1.1":                                             "a request as it stands on the wire: GET http://op.example/auth | |",
	} {
		m, form := read(t, text)
		got := strings.TrimSpace(string(form) + ": " + m.Method + " " + m.URL + " | " + strings.TrimSpace(string(m.Body)+" | "+m.Header.Get("Authorization")))
		if got != strings.TrimSpace(want) {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
		if m.Header.Get("Cookie") != "" {
			t.Errorf("%q: a cookie was kept", text)
		}
	}
}

func TestReadsHAR(t *testing.T) {
	all, form, err := paste.Read(har)
	if err != nil || form != paste.FormHAR || len(all) != 2 {
		t.Fatalf("%d messages, %s, %v", len(all), form, err)
	}
	ask, fetch := all[0], all[1]
	if ask.Request.Header.Get("Cookie") != "" || ask.Response.Header.Get("Set-Cookie") != "" || len(ask.Request.Header) != 0 || ask.Response.Location().Query().Get("code") != "c" {
		t.Errorf("the authorization request: %+v, %+v", ask.Request.Header, ask.Response.Header)
	}
	if fetch.Seq != 2 || fetch.Request.Param("code") != "c d" || string(fetch.Response.Body) != `{"access_token":"t"}` {
		t.Errorf("the token request: %d %s %s", fetch.Seq, fetch.Request.Body, fetch.Response.Body)
	}
}

// What this site hands out can be pasted here.
func TestReadsOurOwn(t *testing.T) {
	m := &trace.Message{
		Method: http.MethodPost, URL: "http://localhost:8080/idp/main/token", Proto: "HTTP/1.1", Body: []byte("grant_type=x&code=it's"),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Authorization": {"Basic YTpi"}},
	}
	file, err := trace.HAR([]*trace.Entry{{Request: *m}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"curl": m.Curl(), "raw": m.Raw(), "HAR": string(file)} {
		got, _ := read(t, text)
		if got.Method != m.Method || got.URL != m.URL || string(got.Body) != string(m.Body) || got.Header.Get("Authorization") != "Basic YTpi" {
			t.Errorf("%s: %s %s %q %v", name, got.Method, got.URL, got.Body, got.Header)
		}
	}
}

func TestCaps(t *testing.T) {
	one := `{"request":{"method":"GET","url":"https://op.example/jwks","headers":[]},"response":{"status":200,"headers":[],"content":{}}}`
	all, _, err := paste.Read(`{"log":{"entries":[` + strings.Repeat(one+",", 2*paste.MaxMessages) + one + `]}}`)
	if err != nil || len(all) != paste.MaxMessages {
		t.Errorf("%d messages, %v", len(all), err)
	}
}

// Each kind of bad input has its own words.
func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "nothing to read",
		strings.Repeat("x", paste.MaxText+1):   "too long",
		"\xff":                                 "no text",
		"hello world":                          "no URL, no curl line",
		"eyJhbGciOiJub25lIn0.e30.":             "looks like a token",
		"http://":                              "no URL",
		"http://%zz":                           "no URL",
		"{":                                    "no HAR: the JSON",
		`{"access_token":"t"}`:                 "no member log",
		`{"log":{"entries":[]}}`:               "no message of OAuth",
		"curl":                                 "no address",
		"curl 'http://x":                       "quote is not closed",
		"curl http://x http://y":               "two addresses",
		"curl http://x?a=b&c=d":                "more than one request",
		"curl http://x\ncurl http://y":         "more than one command",
		"curl --frobnicate http://x":           "--frobnicate is not known",
		"curl http://x -d":                     "-d lacks its value",
		"curl http://x -d @secret.txt":         "stands in a file",
		"curl http://x -H nonsense":            "header fields is none",
		"curl -X 'a b' http://x":               "no method",
		"curl http://%zz":                      "no URL that can be read",
		"GET /x HTTP/1.1":                      "names no host",
		"GET /x HTTP/1.1\nHost: a\nnonsense":   "header fields is none",
		"G(T /x HTTP/1.1\nHost: a":             "names no method",
		"GET /x HTTP/1.1\nHost: a b\nX: y\n\n": "no URL that can be read",
	} {
		_, _, err := paste.Read(text)
		e, ok := errors.AsType[*paste.Error](err)
		if !ok || !strings.Contains(e.Text, want) || e.Fix == "" {
			t.Errorf("%.40q: %v, want “%s”", text, err, want)
		}
	}
}

// FuzzRead: whatever is pasted, it is read within the caps or refused with words,
// and no cookie stays.
func FuzzRead(f *testing.F) {
	for _, text := range []string{har, "curl -u a:b https://x/token -d 'a=b' --data-urlencode \"c=$d\"", "POST /t HTTP/1.1\nHost: x\n\na=b", "x:/cb?code=1#a=b", "curl $'a\\n'", "{}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, _, err := paste.Read(text)
		if _, ok := errors.AsType[*paste.Error](err); err != nil && !ok {
			t.Fatalf("an error without words: %v", err)
		}
		if err == nil && (len(all) == 0 || len(all) > paste.MaxMessages) {
			t.Fatalf("%d messages", len(all))
		}
		for _, e := range all {
			if e.Request.Header.Get("Cookie") != "" || e.Response.Header.Get("Set-Cookie") != "" {
				t.Error("a cookie was kept")
			}
			e.Request.Curl()
			e.Request.Lines()
			e.Request.Query()
		}
	})
}

package paste

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/witness"
)

// archive is what is read of HAR 1.2.
type archive struct {
	Log *struct {
		Entries []harEntry `json:"entries"`
	} `json:"log"`
}

type pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harEntry struct {
	Request struct {
		Method   string `json:"method"`
		URL      string `json:"url"`
		Headers  []pair `json:"headers"`
		PostData *struct {
			MimeType string `json:"mimeType"`
			Text     string `json:"text"`
			Params   []pair `json:"params"`
		} `json:"postData"`
	} `json:"request"`
	Response struct {
		Status  int    `json:"status"`
		Headers []pair `json:"headers"`
		Content struct {
			MimeType string `json:"mimeType"`
			Text     string `json:"text"`
			Encoding string `json:"encoding"`
		} `json:"content"`
	} `json:"response"`
}

// readHAR reads the messages of OAuth in a HAR, or of the one entry that the
// site’s own log hands out. Pictures, scripts and pages around them are left out.
func readHAR(text []byte) ([]*trace.Entry, error) {
	var doc archive
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, &Error{"That is no HAR: the JSON can’t be read.", "Save it in the network tools of the browser (“Save all as HAR”), and paste the whole file."}
	}
	if doc.Log == nil {
		return nil, &Error{"That is JSON, and no HAR: it has no member log.", "A token response or a claims set belongs into the playground at /playground."}
	}
	var entries []*trace.Entry
	for i := range doc.Log.Entries {
		m := doc.Log.Entries[i].message()
		if m == nil || witness.KindOf(m) == witness.Other {
			continue
		}
		if len(entries) == MaxMessages {
			break
		}
		e := entry(int64(len(entries)+1), m)
		e.Response = doc.Log.Entries[i].answer()
		entries = append(entries, e)
	}
	if len(entries) == 0 {
		return nil, &Error{"The HAR holds no message of OAuth.", "Record while the app logs in: begin on the app’s page, and let the recording go on over the redirects (“Preserve log”)."}
	}
	return entries, nil
}

func (e *harEntry) message() *trace.Message {
	r := &e.Request
	if u, err := url.Parse(r.URL); err != nil || u.Host == "" || !token(r.Method) {
		return nil
	}
	m := &trace.Message{Method: strings.ToUpper(r.Method), URL: r.URL, Header: fields(r.Headers)}
	if p := r.PostData; p != nil {
		m.Body = []byte(p.Text)
		if p.Text == "" && len(p.Params) > 0 {
			v := url.Values{}
			for _, x := range p.Params {
				v.Add(x.Name, x.Value)
			}
			m.Body = []byte(v.Encode())
		}
		if m.Header.Get("Content-Type") == "" && p.MimeType != "" {
			m.Header.Set("Content-Type", p.MimeType)
		}
	}
	return m
}

func (e *harEntry) answer() trace.Message {
	r := &e.Response
	m := trace.Message{Proto: "HTTP/1.1", Status: r.Status, Header: fields(r.Headers), Body: []byte(r.Content.Text)}
	if r.Content.Encoding == "base64" {
		if b, err := base64.StdEncoding.DecodeString(r.Content.Text); err == nil {
			m.Body = b
		}
	}
	m.Header.Del("Set-Cookie")
	if m.Header.Get("Content-Type") == "" && r.Content.MimeType != "" {
		m.Header.Set("Content-Type", r.Content.MimeType)
	}
	return m
}

// fields are header fields. What HTTP/2 calls :path and the like is none.
func fields(list []pair) http.Header {
	h := http.Header{}
	for _, x := range list {
		if token(x.Name) {
			h.Add(x.Name, strings.Map(func(r rune) rune {
				if r < ' ' && r != '\t' {
					return -1
				}
				return r
			}, x.Value))
		}
	}
	return h
}

package rptest

import (
	"context"
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// A Browser belongs to one person. It follows redirects, keeps cookies, logs in
// at the provider's pages and allows what is asked for.
type Browser struct {
	Username, Password string

	client *http.Client
}

// NewBrowser is a browser without cookies.
func NewBrowser(username, password string) *Browser {
	jar, _ := cookiejar.New(nil) // fails with options only
	return &Browser{username, password, &http.Client{Jar: jar}}
}

// Through has the browser reach everybody by this transport: for a provider with a
// certificate that only it trusts.
func (b *Browser) Through(transport http.RoundTripper) *Browser {
	b.client.Transport = transport
	return b
}

var (
	formAction = regexp.MustCompile(`<form method="post" action="([^"]+)"`)
	hidden     = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
	box        = regexp.MustCompile(`type="checkbox" name="scope" value="([^"]+)"`)
)

// Open visits an address and answers the pages that come, until there is none to
// answer. It returns the last status and page.
func (b *Browser) Open(ctx context.Context, address string) (status int, page string, err error) {
	var form url.Values
	for range 10 {
		method, body := http.MethodGet, ""
		if form != nil {
			method, body = http.MethodPost, form.Encode()
		}
		r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
		if err != nil {
			return 0, "", err
		}
		if form != nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		res, err := b.client.Do(r)
		if err != nil {
			return 0, "", err
		}
		raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
		_ = res.Body.Close()
		if err != nil {
			return 0, "", err
		}
		page = string(raw)
		m := formAction.FindAllStringSubmatch(page, -1)
		if m == nil || res.StatusCode >= http.StatusBadRequest {
			return res.StatusCode, page, nil
		}
		next, err := res.Request.URL.Parse(html.UnescapeString(m[len(m)-1][1]))
		if err != nil {
			return 0, "", err
		}
		address, form = next.String(), b.fill(page)
	}
	return 0, "", errors.New("the pages do not end")
}

// fill fills in the form of a page.
func (b *Browser) fill(page string) url.Values {
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	switch {
	case strings.Contains(page, `value="allow"`):
		form.Set("action", "allow")
		for _, m := range box.FindAllStringSubmatch(page, -1) {
			form.Add("scope", m[1])
		}
	case strings.Contains(page, `name="password"`):
		form.Set("action", "login")
		form.Set("username", b.Username)
		form.Set("password", b.Password)
	}
	return form
}

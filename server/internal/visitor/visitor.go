// Package visitor is a browser without a window for one purpose: it takes an
// authorization request to an authorization server, fills in the login page,
// presses Allow on the consent page, and hands back the authorization response.
// The server's own checks go through it, so that they use the same pages as a
// person.
package visitor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"claimcheck/server/internal/markup"
)

const (
	maxHops = 12
	maxPage = 1 << 20
)

// Visitor is a person at a browser.
type Visitor struct {
	// Transport sends the requests. Nil means http.DefaultTransport.
	Transport http.RoundTripper
	// Username and Password are typed at the login page.
	Username, Password string
}

// ErrNoAnswer is returned when the pages do not lead to the redirection URI.
var ErrNoAnswer = errors.New("the authorization server's pages do not lead back to the client")

// Authorize opens the authorization request and goes on until the browser is
// sent to redirectURI. It returns the parameters of the authorization response
// (RFC 6749 §4.1.2), an error response's too; the redirection URI itself is
// not asked for.
func (v Visitor) Authorize(ctx context.Context, request, redirectURI string) (url.Values, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("visitor: %w", err)
	}
	client := &http.Client{
		Transport: v.Transport, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	method, address, body := http.MethodGet, request, ""
	for range maxHops {
		req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("visitor: %w", err)
		}
		req.Header.Set("Accept", "text/html")
		if method == http.MethodPost {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Origin", req.URL.Scheme+"://"+req.URL.Host)
			req.Header.Set("Sec-Fetch-Site", "same-origin")
		}
		resp, err := client.Do(req)
		if err != nil {
			return nil, fmt.Errorf("visitor: %w", err)
		}
		page, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
		if err = errors.Join(err, resp.Body.Close()); err != nil {
			return nil, fmt.Errorf("visitor: %w", err)
		}
		if loc := resp.Header.Get("Location"); resp.StatusCode >= 300 && resp.StatusCode < 400 && loc != "" {
			to, err := req.URL.Parse(loc)
			if err != nil {
				return nil, fmt.Errorf("visitor: %w", err)
			}
			if bare, _, _ := strings.Cut(to.String(), "?"); bare == redirectURI {
				return to.Query(), nil
			}
			method, address, body = http.MethodGet, to.String(), ""
			continue
		}
		f, ok := findForm(string(page))
		if resp.StatusCode != http.StatusOK || !ok {
			return nil, fmt.Errorf("%w: %s %s answered %d", ErrNoAnswer, method, req.URL.Path, resp.StatusCode)
		}
		to, err := req.URL.Parse(f.action)
		if err != nil {
			return nil, fmt.Errorf("visitor: %w", err)
		}
		method, address, body = http.MethodPost, to.String(), f.fill(v.Username, v.Password).Encode()
	}
	return nil, fmt.Errorf("%w: still asked after %d pages", ErrNoAnswer, maxHops)
}

// form is what a person sees of a form.
type form struct {
	action             string
	values             url.Values
	username, password string // names of the fields
	buttons            []button
}

type button struct{ name, value, text string }

// fill is the form as it is sent: the fields typed in, the button of consent
// pressed.
func (f form) fill(username, password string) url.Values {
	if f.username != "" {
		f.values.Set(f.username, username)
	}
	if f.password != "" {
		f.values.Set(f.password, password)
	}
	press := slices.IndexFunc(f.buttons, func(b button) bool {
		all := strings.ToLower(b.name + " " + b.value + " " + b.text)
		return strings.Contains(all, "allow") || strings.Contains(all, "approve")
	})
	if press < 0 && len(f.buttons) > 0 {
		press = 0
	}
	if press >= 0 && f.buttons[press].name != "" {
		f.values.Set(f.buttons[press].name, f.buttons[press].value)
	}
	return f.values
}

// findForm reads the first form of method POST.
func findForm(page string) (form, bool) {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return form{}, false
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && strings.EqualFold(markup.Attr(n, "method"), "post") {
			return readForm(n), true
		}
	}
	return form{}, false
}

func readForm(n *html.Node) form {
	f := form{action: markup.Attr(n, "action"), values: url.Values{}}
	for d := range n.Descendants() {
		name, value := markup.Attr(d, "name"), markup.Attr(d, "value")
		kind := markup.Attr(d, "type")
		switch {
		case d.Data == "button" && kind != "button", d.Data == "input" && kind == "submit":
			f.buttons = append(f.buttons, button{name, value, markup.Text(d)})
		case d.Data != "input" || name == "":
		case kind == "password":
			f.password = name
		case kind == "checkbox" || kind == "radio":
			if markup.HasAttr(d, "checked") {
				f.values.Add(name, value)
			}
		case kind == "hidden":
			f.values.Add(name, value)
		default:
			f.username = name
		}
	}
	return f
}

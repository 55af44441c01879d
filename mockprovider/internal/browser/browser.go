// Package browser is a person at a browser without a window, for tests of the
// provider: it keeps cookies, shows a page at a time, and fills in the forms
// that the pages really have. It follows no redirect by itself, so that a test
// sees every answer.
package browser

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// maxPage is the most that is read of an answer, in bytes.
const maxPage = 1 << 20

// Browser is one browser with its cookies. It is safe for concurrent use.
type Browser struct{ client http.Client }

// New returns a browser without cookies that sends its requests with the
// transport; nil means http.DefaultTransport.
func New(transport http.RoundTripper) *Browser {
	jar, _ := cookiejar.New(nil) // without options it can't fail
	return &Browser{http.Client{Transport: transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

// A Page is what an address answered.
type Page struct {
	Status int
	Header http.Header
	Body   string
	// URL is the address, Location where it redirects to, nil if it does not.
	URL, Location *url.URL
	// Forms are the forms of method POST on the page, in their order.
	Forms []Form
}

// A Form is what a person sees of a form.
type Form struct {
	// Action is where it goes to.
	Action *url.URL
	// Values are its hidden fields, its texts and the boxes that are ticked.
	Values url.Values
	// Buttons are the values of its buttons.
	Buttons []string
}

// Open opens an address.
func (b *Browser) Open(ctx context.Context, address string) (*Page, error) {
	return b.do(ctx, http.MethodGet, address, "")
}

// Post sends a form to an address.
func (b *Browser) Post(ctx context.Context, address string, values url.Values) (*Page, error) {
	return b.do(ctx, http.MethodPost, address, values.Encode())
}

func (b *Browser) do(ctx context.Context, method, address, body string) (*Page, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	if err != nil {
		return nil, err
	}
	page := &Page{Status: res.StatusCode, Header: res.Header, Body: string(raw), URL: r.URL}
	if res.Header.Get("Location") != "" {
		if page.Location, err = res.Location(); err != nil {
			return nil, err
		}
	}
	page.Forms, err = readForms(r.URL, page.Body)
	return page, err
}

// Form is the first form with the button, or nil.
func (p *Page) Form(button string) *Form {
	for n := range p.Forms {
		if slices.Contains(p.Forms[n].Buttons, button) {
			return &p.Forms[n]
		}
	}
	return nil
}

// Press sends the form with what is changed in it, names and values in turn, and
// with the button pressed.
func (b *Browser) Press(ctx context.Context, f *Form, button string, changes ...string) (*Page, error) {
	values := url.Values{}
	for name, all := range f.Values {
		values[name] = slices.Clone(all)
	}
	for n := 0; n+1 < len(changes); n += 2 {
		values.Set(changes[n], changes[n+1])
	}
	if button != "" {
		values.Set("action", button)
	}
	return b.Post(ctx, f.Action.String(), values)
}

// maxPages is more than the pages that one request may lead to.
const maxPages = 8

// SignIn opens the authorization request and does what a willing user does: logs
// in, allows everything that is asked for, as often as asked. It returns the first
// answer that is the client's: a redirect away from the issuer, or a page with a
// form that leaves it, and also any page that asks for nothing, such as an error.
func (b *Browser) SignIn(ctx context.Context, issuer, request, username, password string) (*Page, error) {
	page, err := b.Open(ctx, request)
	if err != nil {
		return nil, err
	}
	return b.GoOn(ctx, page, issuer, username, password)
}

// GoOn is SignIn from a page that is open already.
func (b *Browser) GoOn(ctx context.Context, page *Page, issuer, username, password string) (*Page, error) {
	var err error
	for range maxPages {
		switch {
		case page.Location != nil && !strings.HasPrefix(page.Location.String(), issuer+"/"):
			return page, nil
		case page.Location != nil:
			page, err = b.Open(ctx, page.Location.String())
		case page.Form("allow") != nil:
			page, err = b.Press(ctx, page.Form("allow"), "allow")
		case page.Form("login") != nil && page.Status == http.StatusOK:
			page, err = b.Press(ctx, page.Form("login"), "login", "username", username, "password", password)
		default:
			return page, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s keeps asking", issuer)
}

// Answer is the authorization response on a page: the parameters in the query or
// in the fragment of its redirect, or in its form. Nil means that there is none.
func (p *Page) Answer() url.Values {
	switch {
	case p.Location != nil && p.Location.Fragment != "":
		values, _ := url.ParseQuery(p.Location.EscapedFragment())
		return values
	case p.Location != nil:
		return p.Location.Query()
	case p.Status == http.StatusOK && len(p.Forms) == 1 && p.Forms[0].Action.Host != p.URL.Host:
		return p.Forms[0].Values
	}
	return nil
}

func readForms(base *url.URL, page string) ([]Form, error) {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil, err
	}
	var forms []Form
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" || !strings.EqualFold(attr(n, "method"), "post") {
			continue
		}
		action, err := base.Parse(attr(n, "action"))
		if err != nil {
			return nil, err
		}
		forms = append(forms, readForm(n, action))
	}
	return forms, nil
}

func readForm(n *html.Node, action *url.URL) Form {
	f := Form{Action: action, Values: url.Values{}}
	for d := range n.Descendants() {
		name, kind := attr(d, "name"), attr(d, "type")
		switch {
		case d.Data == "button":
			f.Buttons = append(f.Buttons, attr(d, "value"))
		case d.Data != "input" || name == "":
		case kind == "checkbox" && !slices.ContainsFunc(d.Attr, func(a html.Attribute) bool { return a.Key == "checked" }):
		default:
			f.Values.Add(name, attr(d, "value"))
		}
	}
	return f
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

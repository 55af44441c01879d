// Package crawl follows every link of a site from one address and says what is
// wrong with its pages: links that lead nowhere, and markup that a reader or a
// screen reader stumbles over. The server's own -check and its tests use it; it
// never leaves the origin that it was given.
package crawl

import (
	"bytes"
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

// Limits of one crawl.
const (
	maxPages = 6000
	maxBody  = 4 << 20
)

// Page is what one address answered.
type Page struct {
	// URL is the address, without a fragment.
	URL    *url.URL
	Status int
	Header http.Header
	Body   []byte
	// Doc is the parsed page, nil if it is no HTML.
	Doc *html.Node
}

// Crawler walks a site.
type Crawler struct {
	// Client sends the requests. Redirects and cookies are the crawler's own
	// business.
	Client *http.Client
	// Skip leaves an address out: one that does something when it is asked for.
	// Nil leaves none out.
	Skip func(*url.URL) bool
}

// link is a link and the page that it stands on.
type link struct {
	to   *url.URL
	from string
}

// Walk reads start and whatever it leads to on the same origin, in the order in
// which it is found. The lines say what is wrong, with the page's address first.
func (c *Crawler) Walk(ctx context.Context, start string) (pages []*Page, wrong []string, err error) {
	first, err := url.Parse(start)
	if err != nil {
		return nil, nil, fmt.Errorf("crawl: %w", err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, nil, fmt.Errorf("crawl: %w", err)
	}
	client := *c.Client
	client.Jar = jar // one visitor, with the cookies that the site gives
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	seen := map[string]*Page{}
	var anchors []link
	queue := []link{{first, "the start"}}
	for len(queue) > 0 {
		l := queue[0]
		queue = queue[1:]
		if l.to.Scheme != first.Scheme || l.to.Host != first.Host || c.Skip != nil && c.Skip(l.to) {
			continue
		}
		if l.to.Fragment != "" {
			anchors = append(anchors, l)
		}
		address := withoutFragment(l.to)
		if _, ok := seen[address]; ok {
			continue
		}
		if len(seen) >= maxPages {
			return pages, wrong, fmt.Errorf("crawl: more than %d addresses; does a link make a new one each time?", maxPages)
		}
		p, err := get(ctx, &client, address)
		if err != nil {
			return pages, wrong, err
		}
		seen[address] = p
		pages = append(pages, p)
		switch {
		case p.Status >= 300 && p.Status < 400:
			if to, err := p.URL.Parse(p.Header.Get("Location")); err != nil {
				wrong = append(wrong, fmt.Sprintf("%s: redirects to an address that is none: %v", address, err))
			} else {
				queue = append(queue, link{to, l.from})
			}
		case p.Status != http.StatusOK:
			wrong = append(wrong, fmt.Sprintf("%s: %d, linked from %s", address, p.Status, l.from))
		case p.Doc != nil:
			for _, w := range Inspect(p.Doc) {
				wrong = append(wrong, address+": "+w)
			}
			queue = append(queue, links(p)...)
		}
	}
	for _, a := range anchors {
		if p := seen[withoutFragment(a.to)]; p != nil && p.Doc != nil && !has(p.Doc, a.to.Fragment) {
			wrong = append(wrong, fmt.Sprintf("%s: links to %s, where no element has that id", a.from, a.to))
		}
	}
	return pages, slices.Compact(wrong), nil
}

// get reads one address without following a redirect.
func get(ctx context.Context, client *http.Client, address string) (*Page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("crawl: %w", err)
	}
	req.Header.Set("Accept", "text/html,*/*;q=0.8")
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("crawl: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("crawl %s: %w", address, err)
	}
	p := &Page{URL: req.URL, Status: resp.StatusCode, Header: resp.Header, Body: body}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		if p.Doc, err = html.Parse(bytes.NewReader(body)); err != nil {
			return nil, fmt.Errorf("crawl %s: %w", address, err)
		}
	}
	return p, nil
}

// links are the addresses that a page names: where a reader can go, what the
// browser loads, and where a form of method GET leads.
func links(p *Page) []link {
	var all []link
	for n := range p.Doc.Descendants() {
		name := map[string]string{"a": "href", "link": "href", "area": "href", "img": "src", "script": "src", "source": "src", "iframe": "src"}[n.Data]
		if n.Data == "form" && !strings.EqualFold(markup.Attr(n, "method"), "post") {
			name = "action"
		}
		if n.Type != html.ElementNode || name == "" || markup.Attr(n, name) == "" {
			continue
		}
		if to, err := p.URL.Parse(markup.Attr(n, name)); err == nil {
			all = append(all, link{to, p.URL.String()})
		}
	}
	return all
}

func has(doc *html.Node, id string) bool {
	for n := range doc.Descendants() {
		if markup.Attr(n, "id") == id {
			return true
		}
	}
	return false
}

func withoutFragment(u *url.URL) string {
	v := *u
	v.Fragment, v.RawFragment = "", ""
	return v.String()
}

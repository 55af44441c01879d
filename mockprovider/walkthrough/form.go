package walkthrough

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"

	"golang.org/x/net/html"

	"claimcheck/mockprovider/trace"
)

// A form is the first POST form of a page, as a browser would fill it in: what
// is hidden, and what is ticked beforehand.
type form struct {
	action  string
	values  url.Values
	buttons url.Values // submit buttons by name
}

// formOf reads the form out of a page that AcmeID answered with.
func formOf(page *trace.Entry) (*form, error) {
	root, err := html.Parse(bytes.NewReader(page.Response.Body))
	if err != nil {
		return nil, err
	}
	isForm := func(n *html.Node) bool { return n.Data == "form" && attr(n, "method") != "get" }
	node := find(root, isForm)
	// A page may offer to go on as somebody, before it asks for a password.
	if p := find(root, func(n *html.Node) bool { return n.Data == "input" && attr(n, "type") == "password" }); p != nil {
		for up := range p.Ancestors() {
			if up.Type == html.ElementNode && isForm(up) {
				node = up
			}
		}
	}
	if node == nil {
		return nil, fmt.Errorf("%w: %s shows no form at %s, it answered %d", errStuck, page.To.Name, page.Path(), page.Response.Status)
	}
	f := &form{values: url.Values{}, buttons: url.Values{}}
	if f.action, err = resolve(page.Request.URL, attr(node, "action")); err != nil {
		return nil, err
	}
	for n := range node.Descendants() {
		if n.Type != html.ElementNode || attr(n, "name") == "" {
			continue
		}
		name, value := attr(n, "name"), attr(n, "value")
		switch kind := attr(n, "type"); {
		case n.Data == "button":
			f.buttons.Add(name, value)
		case n.Data != "input":
		case kind == "submit":
			f.buttons.Add(name, value)
		case kind == "checkbox" || kind == "radio":
			if has(n, "checked") {
				f.values.Add(name, value)
			}
		default:
			f.values.Add(name, value)
		}
	}
	return f, nil
}

func (f *form) set(name, value string) { f.values.Set(name, value) }

// press adds the button that has this value.
func (f *form) press(value string) {
	for name, vs := range f.buttons {
		if slices.Contains(vs, value) {
			f.values.Set(name, value)
		}
	}
}

func find(n *html.Node, want func(*html.Node) bool) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && want(d) {
			return d
		}
	}
	return nil
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

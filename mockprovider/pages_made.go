package mockprovider

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"sync"
)

// How many pages are kept at most, and how large one is at most, with what it is found
// by, in bytes. Nearly all have four to five KB.
const (
	maxMadePages = 256
	maxMadePage  = 16 << 10
)

// A formView is the view of a page that many people see, each with the interaction that
// its form carries.
type formView interface {
	interaction() string
	// common tells whether nothing in it is of one person's own making.
	common() bool
	// with is the same view of another interaction.
	with(interaction string) formView
	// contents adds all that is in the view but the interaction.
	contents(c *contents)
}

// contents is what a page has in it, so that two pages have the same contents only if
// they look the same: each text follows its length.
type contents []byte

func (c *contents) add(texts ...string) {
	for _, text := range texts {
		c.count(len(text))
		*c = append(*c, text...)
	}
}

func (c *contents) count(n int) { *c = append(strconv.AppendInt(*c, int64(n), 10), ':') }

func (c *contents) flag(set bool) { *c = append(strconv.AppendBool(*c, set), ':') }

// contentsOf is what the page has in it, but for the interaction.
func contentsOf(name string, data *page, v formView) contents {
	c := make(contents, 0, 512)
	c.add(name, data.Name, data.Title, data.Style, data.Issuer)
	c.count(len(data.Faults))
	c.add(data.Faults...)
	v.contents(&c)
	return c
}

// A pageMaker executes templates. Two logins at the same app see pages that differ in
// nothing but the interaction, so those are executed once, with a marker in its place,
// and kept as the pieces around it. It is safe for concurrent use.
type pageMaker struct {
	templates *template.Template
	buffers   sync.Pool // of *bytes.Buffer
	marker    string    // that nobody can guess, and write into a page

	mu   sync.Mutex
	made map[string][][]byte // by all that is in the page
}

func newPageMaker(templates *template.Template) *pageMaker {
	return &pageMaker{templates: templates, marker: rand.Text(), made: map[string][][]byte{}}
}

// page returns the page. The caller must not change it.
func (m *pageMaker) page(name string, data page) ([]byte, error) {
	v, ok := data.View.(formView)
	if !ok || !v.common() || !isPlain(v.interaction()) {
		return m.execute(name, data)
	}
	key := contentsOf(name, &data, v)
	m.mu.Lock()
	pieces := m.made[string(key)]
	m.mu.Unlock()
	if pieces == nil {
		data.View = v.with(m.marker)
		whole, err := m.execute(name, data)
		if err != nil {
			return nil, err
		}
		pieces = bytes.Split(whole, []byte(m.marker))
		if len(key)+len(whole) <= maxMadePage {
			m.keep(string(key), pieces)
		}
	}
	return bytes.Join(pieces, []byte(v.interaction())), nil
}

func (m *pageMaker) keep(key string, pieces [][]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.made) >= maxMadePages {
		clear(m.made)
	}
	m.made[key] = pieces
}

func (m *pageMaker) execute(name string, data page) ([]byte, error) {
	out, _ := m.buffers.Get().(*bytes.Buffer)
	if out == nil {
		out = new(bytes.Buffer)
	}
	defer m.buffers.Put(out)
	out.Reset()
	if err := m.templates.ExecuteTemplate(out, name, data); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return bytes.Clone(out.Bytes()), nil
}

// isPlain tells whether the text is what it is in HTML too, as all values of ours are.
func isPlain(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// Package web holds what the browser gets: templates, styles and scripts,
// embedded. It turns a page's name and its view into HTML and serves the
// assets under a digest. It knows no other folder of this module: views are
// plain data that the server fills.
//
//	site, err := web.New(web.Options{})
//	err = site.Render(w, "home", web.Page{Title: "…", Data: web.Home{…}})
//
// A page is a folder pages/NAME with NAME.tmpl in it. The template defines
// "main", the content of <main class="wrap">; or "body", everything between
// header and footer, which then holds <main id="main"> itself. It may define
// "head". A component is a folder components/NAME whose NAME.tmpl defines the
// template of that name. Styles of both are part of the one site.css; a script
// beside them is a custom element, loaded where its tag occurs.
package web

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"sync"
)

//go:embed layout.tmpl components pages css js img
var embedded embed.FS

// Options say where the files come from. The zero value serves what is
// embedded in the binary.
type Options struct {
	// FS holds layout.tmpl, components, pages, css, js and img. Nil means the
	// embedded ones; os.DirFS("web") reads them from disk.
	FS fs.FS
	// Dev looks for changed files before each page and asset.
	Dev bool
}

// Site renders the pages and serves their assets. It is safe for concurrent use.
type Site struct {
	fsys fs.FS
	dev  bool

	mu    sync.Mutex // guards the two below, which change in Dev only
	built *build
	stamp string
}

// build is one state of the files.
type build struct {
	templates
	assets
}

// New parses the layout and the components and gathers the assets; a page is
// parsed when it is first asked for. New fails on a component that does not
// parse and on two custom elements with one tag.
func New(o Options) (*Site, error) {
	s := &Site{fsys: o.FS, dev: o.Dev}
	if s.fsys == nil {
		s.fsys = embedded
	}
	stamp, err := fingerprint(s.fsys)
	if err != nil {
		return nil, err
	}
	s.built, err = newBuild(s.fsys)
	s.stamp = stamp
	return s, err
}

func newBuild(fsys fs.FS) (*build, error) {
	a, err := gather(fsys)
	if err != nil {
		return nil, err
	}
	t, err := parse(fsys, a)
	if err != nil {
		return nil, err
	}
	return &build{templates: t, assets: a}, nil
}

// Render writes the page in the site's layout. The name is a folder under
// pages. On an error nothing has been written.
func (s *Site) Render(w io.Writer, page string, v Page) error {
	return s.execute(w, page, "layout", v)
}

// Fragment writes one template of a page without the layout, for a script that
// swaps it into the page. On an error nothing has been written.
func (s *Site) Fragment(w io.Writer, page, name string, data any) error {
	return s.execute(w, page, name, data)
}

func (s *Site) execute(w io.Writer, page, name string, data any) error {
	b, err := s.current()
	if err != nil {
		return err
	}
	parsed, ok := b.pages[page]
	if !ok {
		return fmt.Errorf("web: no page %q", page)
	}
	t, err := parsed()
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if err := t.ExecuteTemplate(&buf, name, data); err != nil {
		return fmt.Errorf("web: page %q: %w", page, err)
	}
	_, err = buf.WriteTo(w)
	return err
}

// current returns the parsed files, parsed anew in Dev if one has changed.
func (s *Site) current() (*build, error) {
	if !s.dev {
		return s.built, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	stamp, err := fingerprint(s.fsys)
	if err != nil {
		return nil, err
	}
	if stamp != s.stamp {
		b, err := newBuild(s.fsys)
		if err != nil {
			return nil, err
		}
		s.built, s.stamp = b, stamp
	}
	return s.built, nil
}

// fingerprint changes when a file is added, removed or written.
func fingerprint(fsys fs.FS) (string, error) {
	var b bytes.Buffer
	for _, root := range []string{"layout.tmpl", "components", "pages", "css", "js", "img"} {
		err := fs.WalkDir(fsys, root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			fmt.Fprintln(&b, path, info.Size(), info.ModTime().UnixNano())
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("web: %w", err)
		}
	}
	return b.String(), nil
}

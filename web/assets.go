package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
)

// AssetPrefix begins the path of every asset; the digest and the file follow.
const AssetPrefix = "/assets/"

// assets are the files that a browser loads, by name: "site.css", and scripts
// and pictures under the path that they have in this folder.
type assets struct {
	files map[string][]byte
	// digest covers all of them, so that relative imports between scripts stay
	// inside one state.
	digest string
	// elements maps the tag of a custom element to its script.
	elements []element
}

type element struct{ tag, file string }

// defines finds the tag in `static define(tag = "copy-button", …`.
var defines = regexp.MustCompile(`static define\(\s*tag = "([a-z]+(?:-[a-z]+)+)"`)

// gather reads the assets: the styles joined into one file in the order of the
// cascade layers, scripts and pictures as they are.
func gather(fsys fs.FS) (assets, error) {
	a := assets{files: map[string][]byte{}}
	css, err := joinStyles(fsys)
	if err != nil {
		return a, err
	}
	a.files["site.css"] = css
	for _, root := range []string{"js", "components", "pages", "img"} {
		err := fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !slices.Contains([]string{".js", ".svg"}, path.Ext(name)) {
				return err
			}
			a.files[name], err = fs.ReadFile(fsys, name)
			return err
		})
		if err != nil {
			return a, fmt.Errorf("web: %w", err)
		}
	}
	a.digest = digest(a.files)
	a.elements, err = findElements(a.files)
	return a, err
}

func joinStyles(fsys fs.FS) ([]byte, error) {
	var names []string
	for _, pattern := range []string{"css/tokens.css", "css/base.css", "css/*.css", "components/*/*.css", "pages/*/*.css"} {
		found, err := fs.Glob(fsys, pattern)
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		for _, name := range found {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	var all bytes.Buffer
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		all.Write(text)
		all.WriteByte('\n')
	}
	return all.Bytes(), nil
}

func digest(files map[string][]byte) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s %d\n", name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

func findElements(files map[string][]byte) ([]element, error) {
	var found []element
	for _, name := range slices.Sorted(maps.Keys(files)) {
		m := defines.FindSubmatch(files[name])
		if m == nil {
			continue
		}
		tag := string(m[1])
		if i := slices.IndexFunc(found, func(e element) bool { return e.tag == tag }); i >= 0 {
			return nil, fmt.Errorf("web: both %s and %s define <%s>", found[i].file, name, tag)
		}
		found = append(found, element{tag, name})
	}
	return found, nil
}

// path returns the address of an asset, or an error if there is none.
func (a *assets) path(name string) (string, error) {
	if _, ok := a.files[name]; !ok {
		return "", fmt.Errorf("web: no asset %q", name)
	}
	return AssetPrefix + a.digest + "/" + name, nil
}

// elementMap is what main.js reads: "tag=file" pairs, files relative to the digest.
func (a *assets) elementMap() string {
	pairs := make([]string, len(a.elements))
	for i, e := range a.elements {
		pairs[i] = e.tag + "=" + e.file
	}
	return strings.Join(pairs, " ")
}

// AssetPath returns the address of "site.css", "js/main.js" and so on, with
// the digest in it; empty if there is no such asset.
func (s *Site) AssetPath(name string) string {
	b, err := s.current()
	if err != nil {
		return ""
	}
	p, err := b.path(name)
	if err != nil {
		return ""
	}
	return p
}

// HasAsset tells whether target, the path of a request, names a file of the assets
// under whatever digest.
func (s *Site) HasAsset(target string) bool {
	b, err := s.current()
	if err != nil {
		return false
	}
	_, name, _ := strings.Cut(strings.TrimPrefix(target, AssetPrefix), "/")
	_, ok := b.files[name]
	return ok
}

// Asset serves GET and HEAD of AssetPrefix + digest + file. Under the current
// digest an answer never changes and says so; under another one (a page kept
// open over a restart) the current file is served for this once.
func (s *Site) Asset(w http.ResponseWriter, r *http.Request) {
	b, err := s.current()
	if err != nil {
		http.Error(w, "The assets cannot be read.", http.StatusInternalServerError)
		return
	}
	asked, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, AssetPrefix), "/")
	content, ok := b.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	if asked == b.digest {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(content) // a browser that went away is no fault of ours
	}
}

// contentType does not ask the machine's own table, which may say anything
// about .js.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

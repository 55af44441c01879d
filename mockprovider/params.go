package mockprovider

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
)

// maxQuery is the longest query of an authorization request, in bytes. It is
// far more than a browser's address bar carries between real parties.
const maxQuery = 16 << 10

// formType is the one media type of OAuth requests (RFC 6749 Appendix B).
const formType = "application/x-www-form-urlencoded"

// params are the parameters of a request. Parameters without a value are left
// out: they count as omitted (RFC 6749 §3.1, §3.2).
type params struct {
	values url.Values
	// err says that the encoding could not be read.
	err error
	// tooLarge says that the body went over the limit.
	tooLarge bool
	// contentType is the media type of the body.
	contentType string
}

// get returns the value of a parameter, the first if there are several.
func (p *params) get(name string) string { return p.values.Get(name) }

// has tells whether a parameter was sent with a value.
func (p *params) has(name string) bool { return len(p.values[name]) > 0 }

// repeated returns the first of the known parameters that was sent more than
// once, or "". Unknown parameters are ignored, also when they are repeated.
func (p *params) repeated(known []string) string {
	i := slices.IndexFunc(known, func(name string) bool { return len(p.values[name]) > 1 })
	if i < 0 {
		return ""
	}
	return known[i]
}

// parseParams reads the encoded parameters.
func parseParams(raw string) params {
	values, err := url.ParseQuery(raw)
	for name, all := range values {
		all = slices.DeleteFunc(all, func(v string) bool { return v == "" })
		if len(all) == 0 {
			delete(values, name)
			continue
		}
		values[name] = all
	}
	return params{values: values, err: err}
}

// queryParams are the parameters in the URL of a request.
func queryParams(r *http.Request) params { return parseParams(r.URL.RawQuery) }

// bodyParams are the parameters in the body of a request, and only those:
// unlike http.Request.FormValue nothing from the URL gets in.
func bodyParams(r *http.Request) params {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		var large *http.MaxBytesError
		return params{values: url.Values{}, err: err, tooLarge: errors.As(err, &large)}
	}
	contentType := r.Header.Get("Content-Type")
	if contentType != formType {
		contentType, _, _ = mime.ParseMediaType(contentType)
	}
	if contentType != formType {
		return params{values: url.Values{}, contentType: contentType}
	}
	p := parseParams(string(body))
	p.contentType = contentType
	return p
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/paste"
	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/witness"
	"claimcheck/playground"
	"claimcheck/web"
)

// importedPerUnit is how many messages take one of an address's allowance beside
// the one that the import takes itself: judging a message is a millisecond or two.
const importedPerUnit = 10

// An importView is the page /flows/import. It lives for one answer: nothing that
// was pasted is stored or logged.
type importView struct {
	Text     string
	Error    *paste.Error
	Form     string // what the text turned out to be
	Messages []importedView
	Shown    []web.Row // what the messages show of the app
	Kept     []web.Row
	Limit    string
}

// An importedView is one message: what it is, what is in it, and what this lab's
// AcmeID would say to it.
type importedView struct {
	N            int
	Kind, About  string
	Cite         string
	CiteHref     string
	Wires        []wireView
	Params       []importedParam
	Would        []web.Row // AcmeID's rules, without side effects
	WouldRest    []web.Row
	WouldSay     string
	WouldSkipped string // why AcmeID was not asked, empty if it was
}

type importedParam struct {
	Name, Value, Where, Text string
	Cite, CiteHref           string
	Open                     string // the playground with this token in its fragment
}

// importPage is GET /flows/import.
func (s *server) importPage(c *gin.Context) error {
	return s.showImport(c, http.StatusOK, importView{})
}

// importForm is POST /flows/import: text, or a file.
func (s *server) importForm(c *gin.Context) error {
	form, err := s.form(c)
	if err != nil {
		return err
	}
	v := importView{Text: form.Get("text")}
	if strings.TrimSpace(v.Text) == "" {
		if v.Text, err = importedFile(c); err != nil {
			return err
		}
	}
	entries, as, err := paste.Read(v.Text)
	if wrong, ok := errors.AsType[*paste.Error](err); ok {
		v.Error = wrong
		return s.showImport(c, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if err := s.spend(c, 1+len(entries)/importedPerUnit, "Each message is judged by all the rules that concern it."); err != nil {
		return err
	}
	v.Form = string(as)
	for i, e := range entries {
		x, err := s.imported(c, e)
		if err != nil {
			return err
		}
		x.N = i + 1
		v.Messages = append(v.Messages, x)
	}
	rows := witness.Concerned(witness.Examine(entries))
	for i := range rows {
		row := findingRow("", &rows[i])
		if rows[i].Status == playground.StatusPass {
			v.Kept = append(v.Kept, row)
		} else {
			v.Shown = append(v.Shown, row)
		}
	}
	return s.showImport(c, http.StatusOK, v)
}

// importedFile is the file of a form that was sent with one, empty without.
func importedFile(c *gin.Context) (string, error) {
	m := c.Request.MultipartForm
	if m == nil || len(m.File["file"]) == 0 {
		return "", nil
	}
	f, err := m.File["file"][0].Open()
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, paste.MaxText+1))
	return string(b), err
}

func (s *server) showImport(c *gin.Context, status int, v importView) error {
	v.Limit = strconv.Itoa(paste.MaxText>>10) + " KB"
	return s.page(c, status, "import", web.Page{
		Title: "Import a message", Description: "Paste a callback URL, a curl line or a HAR: what each message is, what each parameter means, and what it shows.",
		Nav: "flows", Mark: labName(s.labOf(c)), Data: v,
	})
}

// imported is what there is to say of one message.
func (s *server) imported(c *gin.Context, e *trace.Entry) (importedView, error) {
	kind := witness.KindOf(&e.Request)
	about, ref := kind.About()
	x := importedView{Kind: string(kind), About: about, Cite: ref.String(), CiteHref: ref.URL()}
	x.Wires = append(x.Wires, requestView(&e.Request, "The request", trace.RoleOwnApp))
	if fragment := witness.Fragment(&e.Request); len(fragment) > 0 {
		if kind == witness.AuthorizationResponse && fragment.Has("access_token") {
			x.About = "The server sends the browser back to the app with the access token itself: the implicit grant, which is not to be used any more (RFC 9700 §2.1.2). A script of the app’s page reads it."
		}
		x.Wires[0].Note = "What stands after the # stays in the browser; no request carries it."
	}
	if e.Response.Status > 0 {
		x.Wires = append(x.Wires, responseView(&e.Response, "The answer", trace.RoleAS))
	}
	x.params(e)
	return x, s.would(c, e, &x)
}

// params are the parameters of a message, by where they stand.
func (x *importedView) params(e *trace.Entry) {
	m := &e.Request
	for _, part := range []struct {
		where  string
		values url.Values
	}{{"query", m.Query()}, {"body", m.Form()}, {"fragment", witness.Fragment(m)}, {"header", authorization(m)}, {"answer", answerMembers(&e.Response)}} {
		for _, name := range slices.Sorted(maps.Keys(part.values)) {
			for _, value := range part.values[name] {
				if len(x.Params) < maxClaims {
					x.Params = append(x.Params, newImportedParam(name, value, part.where))
				}
			}
		}
	}
}

func newImportedParam(name, value, where string) importedParam {
	p := importedParam{Name: name, Value: cutText(value, 400), Where: where, Text: "No specification that is known here names it."}
	if where == "header" {
		p.Text = "How the sender proves who it is, or what it may."
		_, value, _ = strings.Cut(value, " ")
	}
	if known, ok := witness.Meaning(name); ok {
		p.Text, p.Cite, p.CiteHref = known.Text, known.Spec.String(), known.Spec.URL()
	}
	if isJWT(value) {
		p.Open = "/playground#" + url.Values{"token": {value}}.Encode()
	}
	return p
}

// isJWT says whether a value is a JWS in compact form: three parts, the first of
// which is a JSON object in base64url.
func isJWT(value string) bool {
	return strings.Count(value, ".") == 2 && strings.HasPrefix(value, "eyJ") && len(value) <= playground.MaxToken
}

// authorization are the header fields by which a sender proves something.
func authorization(m *trace.Message) url.Values {
	v := url.Values{}
	for _, name := range []string{"Authorization", "DPoP"} {
		for _, value := range m.Header.Values(name) {
			if name == "DPoP" {
				value = "DPoP " + value // the proof stands where a token would
			}
			v.Add(name, value)
		}
	}
	return v
}

// answerMembers are the parameters that an answer brings: in its Location, or as
// members of its JSON.
func answerMembers(m *trace.Message) url.Values {
	if u := m.Location(); u != nil {
		return u.Query()
	}
	v := url.Values{}
	var body map[string]any
	if m.JSON(&body) {
		for name, x := range body {
			switch x := x.(type) {
			case string:
				v.Set(name, x)
			case float64, bool:
				b, err := json.Marshal(x)
				if err == nil {
					v.Set(name, string(b))
				}
			}
		}
	}
	return v
}

// would asks AcmeID how it would judge a request that was meant for it: the same
// rules, and nothing is spent or stored. It is for the lab's owner, because the
// answer tells whether a code or a secret is good.
func (s *server) would(c *gin.Context, e *trace.Entry, x *importedView) error {
	l := s.labOf(c)
	r, ok := forIssuer(c, l, &e.Request)
	switch {
	case !ok:
		x.WouldSkipped = "It goes to another server than this lab’s AcmeID, so what that one would say can’t be asked."
		if witness.KindOf(&e.Request) == witness.AuthorizationResponse {
			x.WouldSkipped = "The app itself has to judge this one: it compares state and iss with what it keeps for this browser."
		}
		return nil
	case !s.visits(c, l):
		x.WouldSkipped = "What AcmeID would say is for the lab’s owner."
		return nil
	}
	rows, err := l.Provider().Preview(c.Request.Context(), l.Policy(), r)
	if errors.Is(err, mockprovider.ErrNoPreview) {
		x.WouldSkipped = "AcmeID judges without sending only what goes to its authorization, push and token endpoints."
		return nil
	}
	x.WouldSay = "AcmeID would take it."
	if errors.Is(err, mockprovider.ErrKeysNotHeld) {
		x.WouldSay = "AcmeID would first fetch the client’s keys, so what it would say stays open."
	} else if err != nil {
		return err
	}
	for i := range rows {
		row := findingRow("", &rows[i])
		switch rows[i].Status {
		case playground.StatusFail:
			x.WouldSay = "AcmeID would refuse it, by its rule “" + rows[i].Title + "” (" + rows[i].Named() + ")."
			x.Would = append(x.Would, row)
		case playground.StatusWarn:
			x.Would = append(x.Would, row)
		default:
			x.WouldRest = append(x.WouldRest, row)
		}
	}
	return nil
}

// forIssuer is the request as it would arrive at the lab's AcmeID; ok is false
// for one that goes elsewhere.
func forIssuer(c *gin.Context, l *lab.Lab, m *trace.Message) (r *http.Request, ok bool) {
	u, err := url.Parse(m.URL)
	if err != nil || !strings.HasPrefix(u.Scheme+"://"+u.Host+u.Path, l.Issuer()+"/") {
		return nil, false
	}
	u.Fragment = ""
	r, err = http.NewRequestWithContext(c.Request.Context(), m.Method, u.String(), bytes.NewReader(m.Body))
	if err != nil {
		return nil, false
	}
	r.Header = m.Header.Clone()
	return r, true
}

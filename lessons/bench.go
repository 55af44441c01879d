package lessons

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// A Bench does for an exercise what a learner would do with curl and a browser:
// it sends requests to a lab, over TCP, and walks flows.
type Bench struct {
	lab *lab.Lab
	who Learner
}

// sendTimeout bounds one request from a lesson.
const sendTimeout = 5 * time.Second

// NewBench returns a bench for the lab, for a learner who does nothing but what
// the bench does.
func NewBench(l *lab.Lab) *Bench { return &Bench{lab: l, who: Learner{Trail: &Trail{}}} }

// For returns a bench that works for this learner.
func (b *Bench) For(who Learner) *Bench { return &Bench{lab: b.lab, who: who} }

// Vars are the variables that the lab has without a flow: its addresses, and the
// Basic credentials of each client that has a secret.
func (b *Bench) Vars() map[string]string {
	v := labVars(b.lab.Origin(), b.lab.ID())
	for _, c := range b.lab.Clients() {
		if c.Secret == "" {
			continue
		}
		credentials := url.QueryEscape(c.ID) + ":" + url.QueryEscape(c.Secret) // RFC 6749 §2.3.1
		v["basic."+c.ID] = base64.StdEncoding.EncodeToString([]byte(credentials))
	}
	v["client_basic"] = v["basic."+lab.FitTrack]
	return v
}

// Attempt is what a check may look at, with the lab as it is now: of the log,
// what the bench's learner did after since, and was not undone.
func (b *Bench) Attempt(answers url.Values, since int64) (*Attempt, error) {
	jwks, err := b.lab.Keys().JWKS()
	if err != nil {
		return nil, fmt.Errorf("the lab's keys: %w", err)
	}
	items, _ := b.lab.Log().After(0)
	issued := issuedTokens(items)
	mine := slices.DeleteFunc(trace.Current(items), func(it trace.Item) bool { return !b.who.did(it) })
	return &Attempt{Answers: answers, Log: mine, Since: since, Issued: issued, Now: b.lab.Now(), JWKS: jwks, Vars: b.Vars()}, nil
}

// Last is the position of the last item of the lab's log.
func (b *Bench) Last() int64 { return b.lab.Log().Last() }

// A Reply is what came back for a request that a lesson sent.
type Reply struct {
	Status  int
	Request string // as it went out
	Answer  string // status line, headers that say something, body
	// Rule is the finding that refused the request, empty if none did, and By the
	// party that answered.
	Rule string
	Said string
	By   string
	Seq  int64 // of the entry in the lab's log, zero if no party has the address

	body []byte
}

// maxReply bounds what is kept of an answer's body, in bytes.
const maxReply = 8 << 10

var errElsewhere = errors.New("a request from a lesson goes to this lab only: /idp, /app, /rs or /.well-known")

// Send sends a request as it is written, with its variables filled in. The
// error is a sentence for the learner, or the network's.
func (b *Bench) Send(ctx context.Context, text string, vars map[string]string) (*Reply, error) {
	text, err := expand(text, vars)
	if err != nil {
		return nil, err
	}
	text = b.Here(text)
	p, err := parseRequest(text)
	if err != nil {
		return nil, err
	}
	if !b.inLab(p.target) {
		return nil, errElsewhere
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	req, err := p.request(ctx, b.lab.Origin())
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "Claimcheck lesson")
	res, e, err := b.lab.Send(req)
	if err != nil {
		return nil, fmt.Errorf("the lab did not answer: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxReply))
	if cerr := res.Body.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, fmt.Errorf("the lab's answer broke off: %w", err)
	}
	r := &Reply{Status: res.StatusCode, Request: strings.TrimRight(text, "\n"), Answer: answerText(res, body), body: body}
	if e != nil {
		r.Seq, r.By = e.Seq, e.To.Name
		b.who.Trail.addSent(e.Seq)
		if f := e.Refusal(); f != nil {
			r.Rule, r.Said = f.FindingID(), f.Title
		}
	}
	return r, nil
}

// inMain are the parties of the lab main, by the paths that the lessons write.
var inMain = regexp.MustCompile(`((?:/|%2F)(?:idp|app|rs)(?:/|%2F))main\b`)

// Here is a request or an address of a lesson, for the learner's lab: the lessons
// are written for the lab main.
func (b *Bench) Here(text string) string {
	if b.lab.ID() == lab.Main {
		return text
	}
	return inMain.ReplaceAllString(text, "${1}"+b.lab.ID())
}

func (b *Bench) inLab(target string) bool {
	path, _, _ := strings.Cut(target, "?")
	if strings.Contains(path, "..") {
		return false
	}
	for _, mount := range []string{"/idp/", "/app/", "/rs/"} {
		if strings.HasPrefix(path, mount+b.lab.ID()+"/") {
			return true
		}
	}
	return strings.HasPrefix(path, "/.well-known/")
}

// answerText is the answer for reading: headers about the transport are left out.
func answerText(res *http.Response, body []byte) string {
	var t strings.Builder
	fmt.Fprintf(&t, "%s %s\n", res.Proto, res.Status)
	for _, name := range slices.Sorted(maps.Keys(res.Header)) {
		switch name {
		case "Content-Type", "Www-Authenticate", "Location", "Cache-Control", "Retry-After":
			shown := name
			if name == "Www-Authenticate" {
				shown = "WWW-Authenticate"
			}
			for _, v := range res.Header[name] {
				fmt.Fprintf(&t, "%s: %s\n", shown, v)
			}
		}
	}
	if len(body) > 0 {
		t.WriteString("\n")
		t.Write(bytes.ToValidUTF8(readableJSON(body), []byte("�")))
	}
	return t.String()
}

// readableJSON breaks JSON into lines: what fits one line stays on it. Anything
// else comes back as it is.
func readableJSON(body []byte) []byte {
	var one bytes.Buffer
	if json.Compact(&one, body) != nil {
		return body
	}
	var out bytes.Buffer
	breakJSON(&out, one.Bytes(), "")
	return out.Bytes()
}

// lineWidth is where a line of JSON is broken, in bytes.
const lineWidth = 64

func breakJSON(out *bytes.Buffer, v []byte, indent string) {
	if len(v)+len(indent) <= lineWidth || v[0] != '{' && v[0] != '[' {
		out.Write(spaced(v))
		return
	}
	d := json.NewDecoder(bytes.NewReader(v))
	_, _ = d.Token() // the bracket; v is valid JSON
	out.WriteByte(v[0])
	for i := 0; d.More(); i++ {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n" + indent + "  ")
		if v[0] == '{' {
			name, _ := d.Token()
			fmt.Fprintf(out, "%q: ", name)
		}
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			return
		}
		breakJSON(out, raw, indent+"  ")
	}
	out.WriteString("\n" + indent)
	out.WriteByte(v[len(v)-1])
}

// spaced puts a space behind the commas and colons of compact JSON.
func spaced(v []byte) []byte {
	var out []byte
	quoted := false
	for i, c := range v {
		out = append(out, c)
		switch {
		case c == '"' && (i == 0 || v[i-1] != '\\'):
			quoted = !quoted
		case !quoted && (c == ',' || c == ':'):
			out = append(out, ' ')
		}
	}
	return out
}

// Learn adds the members of a JSON answer to the variables.
func (r *Reply) Learn(vars map[string]string) {
	vars["status"] = itoa(r.Status)
	var v map[string]any
	if json.Unmarshal(r.body, &v) != nil {
		return
	}
	for name, value := range v {
		if s, ok := value.(string); ok {
			vars["res."+name] = s
		}
	}
}

// Fill makes sure that the variables of a text have values: those of a flow are
// fetched by walking one, once. A name with a dot is a client's, or of an answer.
func (b *Bench) Fill(ctx context.Context, text string, vars map[string]string) error {
	if err := b.fillClients(ctx, text, vars); err != nil {
		return err
	}
	for _, name := range variables(text) {
		if _, ok := vars[name]; ok || strings.Contains(name, ".") {
			continue
		}
		got, err := b.Flow(ctx, FlowStep{})
		if err != nil {
			return err
		}
		for n, v := range got {
			if _, kept := vars[n]; !kept {
				vars[n] = v
			}
		}
		return nil
	}
	return nil
}

var errPage = errors.New("the flow stopped at a page that asks for nothing")

// Flow walks the authorization code flow for a user who says yes, in a run of
// its own, and returns what the client holds afterwards.
func (b *Bench) Flow(ctx context.Context, f FlowStep) (map[string]string, error) {
	cfg := lab.RunConfig{Client: f.Client, Scope: f.Scope, PKCE: f.PKCE == nil || *f.PKCE, Guided: true}
	if cfg.Client == "" {
		cfg.Client = lab.FitTrack
	}
	if cfg.Scope == "" {
		cfg.Scope = "openid steps:read"
	}
	user := f.User
	if user == "" {
		user = "alice"
	}
	run, err := b.lab.NewRun(cfg)
	if err != nil {
		return nil, fmt.Errorf("start a run: %w", err)
	}
	b.who.Trail.addRun(run.ID())
	app := b.lab.Origin() + "/app/" + b.lab.ID() + "/" + cfg.Client
	if _, err := b.browse(ctx, run, app+"/connect", user, f.Leave); err != nil {
		return nil, err
	}
	if f.Until != "code" {
		if _, err := run.Redeem(ctx, nil); err != nil {
			return nil, fmt.Errorf("redeem the code: %w", err)
		}
	}
	if f.Until == "api" {
		if _, err := run.CallAPI(ctx, nil); err != nil {
			return nil, fmt.Errorf("call the API: %w", err)
		}
	}
	s := run.Session()
	vars := map[string]string{
		"state": s.State, "code": s.Code, "code_verifier": s.Verifier, "redirect_uri": app + "/callback",
		"access_token": s.Tokens.AccessToken, "refresh_token": s.Tokens.RefreshToken, "id_token": s.Tokens.IDToken,
	}
	maps.DeleteFunc(vars, func(_, v string) bool { return v == "" })
	if s.Code == "" {
		return nil, fmt.Errorf("the flow brought no code: %s", s.Problem)
	}
	return vars, nil
}

// browse follows redirects and answers the login and the consent page, until a
// page comes that has no form of AcmeID. It returns the address at which the way
// leaves the lab's own, nil where it does not.
func (b *Bench) browse(ctx context.Context, run *lab.Run, address, user string, leave []string) (*url.URL, error) {
	e, err := run.Browse(ctx, http.MethodGet, address, nil)
	for range 12 {
		if err != nil {
			return nil, fmt.Errorf("browse: %w", err)
		}
		if l := e.Response.Location(); l != nil {
			base, perr := url.Parse(e.Request.URL)
			if perr != nil {
				return nil, fmt.Errorf("browse: %w", perr)
			}
			next := base.ResolveReference(l)
			if next.Scheme+"://"+next.Host != b.lab.Origin() {
				return next, nil
			}
			e, err = run.Browse(ctx, http.MethodGet, next.String(), nil)
			continue
		}
		if e.To.Role != trace.RoleAS {
			return nil, nil
		}
		action, form := fillForm(e, user, leave)
		if action == "" {
			return nil, fmt.Errorf("%w: %s answered %d", errPage, e.Path(), e.Response.Status)
		}
		e, err = run.Browse(ctx, http.MethodPost, action, form)
	}
	return nil, errPage
}

// fillForm fills in the first POST form of a page as a user would who says yes.
func fillForm(page *trace.Entry, user string, leave []string) (action string, form url.Values) {
	root, err := html.Parse(bytes.NewReader(page.Response.Body))
	base, uerr := url.Parse(page.Request.URL)
	if err != nil || uerr != nil {
		return "", nil
	}
	for n := range root.Descendants() {
		if n.Data != "form" || !strings.EqualFold(attribute(n, "method"), "post") {
			continue
		}
		target, err := base.Parse(attribute(n, "action"))
		if err != nil {
			return "", nil
		}
		form := url.Values{}
		for c := range n.Descendants() {
			fillControl(form, c, user, leave)
		}
		return target.String(), form
	}
	return "", nil
}

func fillControl(form url.Values, n *html.Node, user string, leave []string) {
	name, value := attribute(n, "name"), attribute(n, "value")
	if name == "" || n.Data != "input" && n.Data != "button" {
		return
	}
	kind := attribute(n, "type")
	switch {
	case name == "username" || name == "password":
		form.Set(name, user) // the password of each user of the story is the name
	case n.Data == "button" || kind == "submit":
		if !form.Has(name) && value != "deny" && value != "cancel" {
			form.Set(name, value)
		}
	case kind == "checkbox" && slices.Contains(leave, value):
		// the user unticks it
	case kind == "checkbox" || kind == "radio":
		if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" }) {
			form.Add(name, value)
		}
	default:
		form.Add(name, value)
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// Probe sends an exercise's probes and returns what came back, by card.
func (b *Bench) Probe(ctx context.Context, e *Exercise, vars map[string]string) (map[string]Outcome, error) {
	out := map[string]Outcome{}
	for _, p := range e.Probes {
		mine := maps.Clone(vars)
		if p.recipe != nil {
			if err := b.Fill(ctx, "${"+p.recipe.From+"}", mine); err != nil && p.recipe.From != "" {
				return nil, err
			}
			tok, err := b.mint(p.recipe, mine)
			if err != nil {
				return nil, err
			}
			mine["probe"] = tok
		}
		if err := b.Fill(ctx, p.Request, mine); err != nil {
			return nil, err
		}
		r, err := b.Send(ctx, p.Request, mine)
		if err != nil {
			return nil, err
		}
		out[p.ID] = Outcome{Status: r.Status, Rule: r.Rule, Said: r.Said, By: r.By}
	}
	return out, nil
}

// mint makes a token by a recipe, with the lab's own key.
func (b *Bench) mint(r *recipe, vars map[string]string) (string, error) {
	key, err := b.lab.Keys().Key("ES256")
	if err != nil {
		return "", fmt.Errorf("the lab's key: %w", err)
	}
	m := &minter{now: b.lab.Now(), vars: vars, key: key.Private, kid: key.KID, alg: key.Alg, jti: "lesson"}
	return m.mint(r)
}

// Answers fills the variables of a script into a proof's answers.
func (p *Proof) answers(vars map[string]string) (url.Values, error) {
	out := url.Values{}
	for name, list := range p.Answers {
		for _, v := range list {
			e, err := expand(v, vars)
			if err != nil {
				return nil, err
			}
			out.Add(name, e)
		}
	}
	return out, nil
}

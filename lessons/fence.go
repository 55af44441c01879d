package lessons

import (
	"bytes"
	"html/template"
	"regexp"
	"strconv"
	"strings"

	"github.com/alecthomas/chroma/v2"
	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/ast"
)

// A fenceInfo is the line that opens a fence: the language, flags, key=value.
type fenceInfo struct {
	lang  string
	flags map[string]bool
	attrs map[string]string
	body  string
	line  int // of the fence; its body begins on the next
}

// infoPart is a word, key=word or key="words".
var infoPart = regexp.MustCompile(`([a-z_]+)(?:=(?:"([^"]*)"|(\S+)))?`)

func (m *markdown) fenceInfo(f *ast.FencedCodeBlock) fenceInfo {
	var b strings.Builder
	for i := range f.Lines().Len() {
		l := f.Lines().At(i)
		b.Write(l.Value(m.src))
	}
	info := fenceInfo{flags: map[string]bool{}, attrs: map[string]string{}, body: b.String()}
	info.line = m.lineOf(f) - 1
	if f.Info == nil {
		return info
	}
	info.line = m.line(f.Info.Segment.Start)
	text := string(f.Info.Segment.Value(m.src))
	lang, rest, _ := strings.Cut(text, " ")
	info.lang = lang
	for _, p := range infoPart.FindAllStringSubmatch(rest, -1) {
		if strings.Contains(p[0], "=") {
			info.attrs[p[1]] = p[2] + p[3]
		} else {
			info.flags[p[1]] = true
		}
	}
	return info
}

// known reports attributes that the fence does not have.
func (m *markdown) known(f fenceInfo, names ...string) {
	have := map[string]bool{}
	for _, n := range names {
		have[n] = true
	}
	for a := range f.attrs {
		if !have[a] {
			m.ps.add(m.file, f.line, "use one of "+strings.Join(names, ", "), "unknown attribute %q of a fence %s", a, f.lang)
		}
	}
}

// wholeProgram is how many lines of code one copies and does not type.
const wholeProgram = 20

// fence renders a fence that is neither an exercise nor a request to run.
func (m *markdown) fence(n *ast.FencedCodeBlock) string {
	f := m.fenceInfo(n)
	var inner string
	switch f.lang {
	case "exercise":
		m.ps.add(m.file, f.line, "put it at the top level of the lesson", "an exercise inside another block")
	case "http":
		if f.flags["lab"] {
			m.ps.add(m.file, f.line, "put it at the top level of the lesson", "a request to run inside another block")
		}
		m.known(f, "caption")
		inner = string(Wire(f.body))
	case "jwt":
		m.known(f, "caption", "mark")
		inner = m.jwtFence(f)
	case "compare":
		return m.compare(f)
	case "flow":
		return m.flow(f)
	case "":
		m.ps.add(m.file, f.line, "name one (text if it is none); open with ~~~ if the first line holds a backtick, with ```` if the body holds a fence", "a fence without a language")
	default:
		m.known(f, "caption")
		inner = m.code(f)
		if strings.Count(f.body, "\n") >= wholeProgram {
			inner = element("copy-button", "", strings.Replace(inner, "<pre ", "<pre data-copy ", 1))
		}
	}
	return m.figure(f, inner)
}

func (m *markdown) figure(f fenceInfo, inner string) string {
	if c := f.attrs["caption"]; c != "" {
		inner += element("figcaption", "", string(m.inlineAt(f.line, c)))
	}
	return element("figure", `class="sample"`, inner) + "\n"
}

// code highlights with classes, so that no inline style is needed.
func (m *markdown) code(f fenceInfo) string {
	lexer := lexers.Get(f.lang)
	if lexer == nil {
		m.ps.add(m.file, f.line, "use go, json, http, jwt, text, sh, …", "unknown language %q", f.lang)
		return ""
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, f.body)
	if err != nil {
		m.ps.add(m.file, f.line, "mend the sample", "cannot be highlighted: %v", err)
		return ""
	}
	var b bytes.Buffer
	style, err := chroma.NewStyle("classes", nil) // the colours are in our stylesheet; chroma's own take time at start
	if err == nil {
		err = chromahtml.New(chromahtml.WithClasses(true), chromahtml.TabWidth(4)).Format(&b, style, tokens)
	}
	if err != nil {
		m.ps.add(m.file, f.line, "mend the sample", "cannot be highlighted: %v", err)
	}
	return b.String()
}

// codeLines highlights line by line, for exercises that ask for a line.
func (m *markdown) codeLines(line int, lang, src string) []template.HTML {
	src = strings.TrimRight(src, "\n")
	lexer := lexers.Get(lang)
	if lexer == nil {
		m.ps.add(m.file, line, "use go, json, http, text, …", "unknown language %q", lang)
		return nil
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, src)
	if err != nil {
		m.ps.add(m.file, line, "mend the sample", "cannot be highlighted: %v", err)
		return nil
	}
	var out []template.HTML
	for _, tl := range chroma.SplitTokensIntoLines(tokens.Tokens()) {
		var b strings.Builder
		for _, t := range tl {
			text := escape(strings.TrimRight(t.Value, "\n"))
			if class := chroma.StandardTypes[t.Type]; class != "" && text != "" {
				text = element("span", `class="`+class+`"`, text)
			}
			b.WriteString(text)
		}
		out = append(out, template.HTML(b.String())) //nolint:gosec // escaped above
	}
	return out
}

// Wire renders an HTTP message line by line: the method or status, and the
// names of headers and parameters, are marked.
func Wire(message string) template.HTML {
	var b strings.Builder
	inBody := false
	for i, line := range strings.Split(strings.TrimRight(strings.ReplaceAll(message, "\r\n", "\n"), "\n"), "\n") {
		var html string
		switch {
		case i == 0:
			html = startLine(line)
		case line == "":
			inBody, html = true, "<br>" // a line that copies as an empty one
		case inBody:
			html = bodyLine(line)
		default:
			name, value, ok := strings.Cut(line, ":")
			html = escape(line)
			if ok {
				html = element("span", `class="name"`, escape(name)) + ":" + escape(value)
			}
		}
		b.WriteString(element("span", "", html))
	}
	return template.HTML(element("pre", `class="wire"`, b.String())) //nolint:gosec // escaped line by line
}

func startLine(line string) string {
	first, rest, _ := strings.Cut(line, " ")
	if strings.HasPrefix(first, "HTTP/") {
		code, reason, _ := strings.Cut(rest, " ")
		return escape(first) + " " + element("b", "", escape(code+" "+reason))
	}
	target, proto, _ := strings.Cut(rest, " ")
	path, query, ok := strings.Cut(target, "?")
	html := element("b", "", escape(first)) + " " + escape(path)
	if ok {
		html += "?" + parameters(query)
	}
	return html + " " + escape(proto)
}

var formBody = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*=`)

func bodyLine(line string) string {
	if formBody.MatchString(line) {
		return parameters(line)
	}
	return escape(line)
}

// parameters marks the names of a query or form.
func parameters(s string) string {
	var b strings.Builder
	for i, p := range strings.Split(s, "&") {
		if i > 0 {
			b.WriteString("&amp;<wbr>")
		}
		name, value, ok := strings.Cut(p, "=")
		b.WriteString(element("span", `class="name"`, escape(name)))
		if ok {
			b.WriteString("=" + escape(value))
		}
	}
	return b.String()
}

// A Sample is a request of a lesson that really runs.
type Sample struct {
	Lesson  *Lesson
	ID      string
	Request string // with variables
	Expect  int
	Error   string // OAuth error code on the wire
	Rule    string // finding that refuses it
	Caption template.HTML
	Shown   template.HTML
	line    int
}

// Anchor is its place on the page.
func (s *Sample) Anchor() string { return "run-" + s.ID }

// Path is where its button posts to.
func (s *Sample) Path() string { return s.Lesson.Path() + "/run/" + s.ID }

func (m *markdown) sample(f fenceInfo) *Sample {
	m.known(f, "id", "expect", "error", "rule", "caption")
	s := &Sample{ID: f.attrs["id"], Request: f.body, Error: f.attrs["error"], Rule: f.attrs["rule"], line: f.line}
	if s.ID == "" || slug(s.ID) != s.ID {
		m.ps.add(m.file, f.line, "add id=some-name, lower case with hyphens", "a request to run has no proper id")
	}
	status, err := strconv.Atoi(f.attrs["expect"])
	if err != nil || status < 100 || status > 599 {
		m.ps.add(m.file, f.line, "add expect=401 or the like", "a request to run does not say which status it expects")
	}
	s.Expect = status
	if _, err := parseRequest(f.body); err != nil {
		m.ps.add(m.file, f.line+1, "write METHOD /path HTTP/1.1, headers, an empty line, the body", "%v", err)
	}
	s.Caption = m.inlineAt(f.line, f.attrs["caption"])
	s.Shown = Wire(readable(f.body))
	return s
}

// readable shows a variable as what it stands for.
func readable(request string) string {
	return regexp.MustCompile(`\$\{([a-z0-9_.]+)\}`).ReplaceAllStringFunc(request, func(v string) string {
		return "‹" + strings.ReplaceAll(v[2:len(v)-1], "_", " ") + "›"
	})
}

// Differs says what of a reply is not as the lesson says, or is empty.
func (s *Sample) Differs(r *Reply) string {
	switch {
	case r.Status != s.Expect:
		return "answered " + itoa(r.Status) + ", and the lesson says " + itoa(s.Expect)
	case s.Rule != "" && r.Rule != s.Rule:
		return "refused by rule " + strconv.Quote(r.Rule) + ", and the lesson says " + s.Rule
	case s.Error != "" && !strings.Contains(r.Answer, `"`+s.Error+`"`):
		return "the answer does not name the error " + s.Error
	}
	return ""
}

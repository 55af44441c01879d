package main

import (
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"claimcheck/mockprovider/walkthrough"
)

// A reader is a browser without a script: it follows links and redirects,
// fills in forms, and keeps cookies.
type reader struct {
	t      *testing.T
	client *http.Client
	at     *url.URL
	page   *html.Node
	status int
}

func (s *site) reader(t *testing.T) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(s.origin.String())
	if err != nil {
		t.Fatal(err)
	}
	return &reader{t: t, client: &http.Client{Jar: jar}, at: at}
}

func (r *reader) do(method, ref string, form url.Values) {
	r.t.Helper()
	u, err := r.at.Parse(ref)
	if err != nil {
		r.t.Fatal(err)
	}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, u.String(), body)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := r.client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	if r.page, err = html.Parse(res.Body); err != nil {
		r.t.Fatal(err)
	}
	r.at, r.status = res.Request.URL, res.StatusCode
	if r.status >= http.StatusInternalServerError {
		r.t.Fatalf("%s %s: %d", method, u.Path, r.status)
	}
}

func (r *reader) open(ref string) { r.t.Helper(); r.do(http.MethodGet, ref, nil) }

// first finds an element by its tag and one of its classes.
func (r *reader) first(tag, class string) *html.Node { return firstIn(r.page, tag, class) }

func firstIn(n *html.Node, tag, class string) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == tag && (class == "" || slices.Contains(strings.Fields(attrOf(d, "class")), class)) {
			return d
		}
	}
	return nil
}

func all(n *html.Node, tag, class string) []*html.Node {
	var out []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == tag && (class == "" || slices.Contains(strings.Fields(attrOf(d, "class")), class)) {
			out = append(out, d)
		}
	}
	return out
}

func attrOf(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// press submits the form around a button, with what a person typed.
func (r *reader) press(button *html.Node, typed map[string]string) {
	r.t.Helper()
	for up := range button.Ancestors() {
		if up.Data != "form" {
			continue
		}
		v := url.Values{}
		for _, in := range all(up, "input", "") {
			if kind := attrOf(in, "type"); kind != "checkbox" || has(in, "checked") {
				v.Add(attrOf(in, "name"), attrOf(in, "value"))
			}
		}
		for k, val := range typed {
			v.Set(k, val)
		}
		if name := attrOf(button, "name"); name != "" {
			v.Set(name, attrOf(button, "value"))
		}
		r.do(http.MethodPost, attrOf(up, "action"), v)
		return
	}
	r.t.Fatalf("the button %q is in no form", textOf(button))
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// goOn does the one thing that the page asks for: the ticket.
func (r *reader) goOn() {
	r.t.Helper()
	act := r.first("section", "act")
	if act == nil {
		r.t.Fatalf("%s: not a step's page: %s", r.at, textOf(r.page))
	}
	for _, n := range all(act, "a", "send") {
		r.open(attrOf(n, "href"))
		return
	}
	for _, n := range all(act, "button", "send") {
		r.press(n, nil)
		return
	}
	r.t.Fatalf("%s: nothing to press", r.at)
}

// answerPage fills in AcmeID's pages as Alice, who allows what is asked or denies it.
func (r *reader) answerPage(answer string) {
	r.t.Helper()
	for _, b := range all(r.page, "button", "") {
		switch attrOf(b, "value") {
		case "login":
			r.press(b, map[string]string{"username": "alice", "password": "alice"})
			return
		case answer:
			r.press(b, nil)
			return
		case "": // the page for the code of a device
			if strings.Contains(attrOf(b, "class"), "send") {
				r.press(b, nil)
				return
			}
		}
	}
	r.t.Fatalf("%s: no button of AcmeID's: %s", r.at, textOf(r.page))
}

// A person walks every variant of every flow to its end with links and forms
// alone.
func TestFlowStepByStep(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	for _, f := range s.walks.Flows() {
		for _, v := range f.Variants() {
			t.Run(f.ID+"/"+v.Words(), func(t *testing.T) { s.stepByStep(t, v) })
		}
	}
}

func (s *site) stepByStep(t *testing.T, v *walkthrough.Variant) {
	t.Helper()
	r := s.reader(t)
	steps := v.Steps()
	last := v.Href(steps[len(steps)-1].ID)
	last, _, _ = strings.Cut(last, "?")
	r.open(v.Href(steps[0].ID))
	answer := "allow"
	if _, no := v.Step("refusal"); no {
		answer = "deny"
	}
	seen := map[string]bool{}
	for range 8 * len(steps) {
		switch {
		case strings.HasPrefix(r.at.Path, "/idp/"), strings.HasSuffix(r.at.Path, "/password"): // an app that asks for it
			r.answerPage(answer)
			continue
		case strings.HasPrefix(r.at.Path, "/app/"):
			for _, n := range all(r.page, "a", "") {
				if textOf(n) == "Back to the walkthrough" {
					r.open(attrOf(n, "href"))
				}
			}
			if !strings.HasPrefix(r.at.Path, "/flows/") {
				t.Fatalf("no way back to the walkthrough; at %s", r.at)
			}
		}
		seen[r.at.Path] = true
		result := ""
		if n := r.first("p", "result"); n != nil {
			result = textOf(n)
		}
		if d := v.DeadEnd(r.at.Path[strings.LastIndex(r.at.Path, "/")+1:]); d != nil && strings.Contains(result, d.Says) {
			return
		}
		if strings.HasPrefix(result, "refused") {
			t.Fatalf("%s: %s", r.at, result)
		}
		if r.at.Path == last && (len(steps) == len(seen)) && strings.Contains(textOf(r.first("nav", "steps")), ", 0 to come") {
			return
		}
		r.goOn()
	}
	t.Errorf("no end; %d of %d steps were seen, now at %s", len(seen), len(steps), r.at)
}

// walked is a reader whose run has been done up to a step.
func (s *site) walked(t *testing.T, step string) (r *reader, run string) {
	t.Helper()
	r = s.reader(t)
	r.do(http.MethodPost, "/flows/authorization-code-pkce/"+step+"/do", url.Values{"client": {"fittrack"}, "pkce": {"on"}})
	return r, r.at.Query().Get("run")
}

func (r *reader) act(step, what, run string, more url.Values) {
	r.t.Helper()
	v := url.Values{"run": {run}}
	maps.Copy(v, more)
	r.do(http.MethodPost, "/flows/authorization-code-pkce/"+step+"/"+what, v)
}

// The list, the picture and the text are views of one source.
func TestFlowViewsAgree(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	for _, f := range s.walks.Flows() {
		t.Run(f.ID, func(t *testing.T) { s.viewsAgree(t, f.Variants()[0]) })
	}
}

func (s *site) viewsAgree(t *testing.T, v *walkthrough.Variant) {
	t.Helper()
	want := v.Steps()
	walk, err := s.walks.Start(s.world.Main(), v, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := walk.Do(t.Context(), want[len(want)/2].ID); err != nil {
		t.Fatal(err)
	}
	run, r := walk.Run().ID(), s.reader(t)
	page := func(step int, query string) {
		t.Helper()
		r.open(strings.SplitN(v.Href(want[step].ID), "?", 2)[0] + "?" + query + "run=" + run)
	}
	page(0, "")
	steps := all(r.first("nav", "steps"), "li", "")
	rows := all(r.first("div", "rows"), "svg", "m")
	others := map[string][]*html.Node{}
	for view, tag := range map[string]string{"wire": "li", "list": "li", "table": "tr"} {
		page(0, "view="+view+"&")
		for _, n := range all(r.first("section", "overview"), tag, "") {
			if attrOf(n, "data-step") != "" {
				others[view] = append(others[view], n)
			}
		}
	}
	page(1, "")
	if got := textOf(r.first("nav", "views")); got != "Lanes Wire List Table Text" || r.first("section", "overview") == nil {
		t.Errorf("the view that was chosen last does not stay; there are %q", got)
	}
	page(0, "view=text&")
	texts := all(r.page, "section", "plate")
	if len(steps) != len(want) || len(rows) != len(want) || len(texts) != len(want) {
		t.Fatalf("list %d, picture %d, text %d, source %d", len(steps), len(rows), len(texts), len(want))
	}
	w := walk
	for view, rows := range others {
		if len(rows) != len(want) {
			t.Fatalf("%s: %d rows, source %d", view, len(rows), len(want))
		}
		for i, st := range want {
			says := []string{strconv.Itoa(st.N), st.From.Name, st.To.Name}
			switch view {
			case "list":
				says = append(says, st.Title, strings.Join(strings.Fields(st.Say), " "))
			case "table":
				says = append(says, st.Short)
				if st.Kind == walkthrough.KindRequest {
					for _, p := range st.Params {
						says = append(says, p.Name)
					}
				}
			case "wire":
				says = append(says, st.Short)
				if e := w.Entry(st.ID); e != nil && w.HalfOf(st.ID) == walkthrough.HalfRequest {
					says = append(says, e.Request.Method+" "+e.Path())
				}
			}
			for _, x := range says {
				if got := textOf(rows[i]); !strings.Contains(got, x) {
					t.Errorf("%s, step %d: %q does not say %q", view, st.N, got, x)
				}
			}
		}
	}
	for i, st := range want {
		if got := textOf(steps[i]); !strings.Contains(got, st.Short) {
			t.Errorf("list, step %d: %q does not say %q", st.N, got, st.Short)
		}
		if got := textOf(rows[i]); attrOf(rows[i], "data-step") != strconv.Itoa(st.N) || !strings.Contains(got, st.Label) {
			t.Errorf("picture, step %d: %q does not say %q", st.N, got, st.Label)
		}
		if got := textOf(texts[i]); !strings.Contains(got, st.Title) || !strings.Contains(got, strings.Fields(st.Say)[0]) {
			t.Errorf("text, step %d: %q", st.N, got)
		}
	}
}

// The sheets for paper are made of the steps as well; the key fits the cards.
func TestFlowPrints(t *testing.T) {
	s := start(t)
	r, run := s.walked(t, "token-request")
	want := s.walks.Flows()[0].Variants()[0].Steps()
	open := func(kind string) {
		t.Helper()
		r.open("/flows/authorization-code-pkce/connect?print=" + kind + "&run=" + run)
		if got := textOf(r.first("div", "sheethead")); !strings.Contains(got, version()) || !strings.Contains(got, "seed") {
			t.Errorf("%s: the head says %q", kind, got)
		}
	}
	open("cards")
	cards := map[string]string{}
	inOrder := true
	for i, n := range all(r.first("ul", "cards"), "li", "") {
		title := textOf(firstIn(n, "h2", ""))
		cards[textOf(firstIn(n, "b", ""))] = title
		inOrder = inOrder && title == want[i].Title
	}
	if len(cards) != len(want) || inOrder {
		t.Errorf("%d cards, in order %v", len(cards), inOrder)
	}
	open("blank")
	if got := textOf(r.first("div", "rows")); got != "" || len(all(r.page, "svg", "m")) != len(want) {
		t.Errorf("the picture to fill in says %q", got)
	}
	open("key")
	rows := all(r.first("tbody", ""), "tr", "")
	for i, st := range want {
		cells := all(rows[i], "td", "")
		if got := cards[textOf(cells[1])]; got != st.Title || textOf(cells[0]) != strconv.Itoa(st.N) {
			t.Errorf("the key calls step %d %q; that card says %q", st.N, textOf(cells[1]), got)
		}
		if got := textOf(all(r.page, "svg", "m")[i]); got != st.Label {
			t.Errorf("the key's picture, step %d: %q", st.N, got)
		}
		if q := st.Predict; q != nil && !strings.Contains(textOf(r.first("ol", "answers")), q.Options[q.Answer-1]) {
			t.Errorf("the key lacks the answer of step %d", st.N)
		}
	}
	open("1")
	if got := len(all(r.page, "section", "plate")); got != len(want) {
		t.Errorf("%d steps in words", got)
	}
}

// A fault is prepared, shown, sent and undone with forms alone.
func TestFlowFaultAndUndo(t *testing.T) {
	s := start(t)
	r, run := s.walked(t, "code")
	r.act("callback", "fault", run, url.Values{"fault": {"wrong_state"}, "guess": {"2"}})
	if got := textOf(r.first("ul", "changes")); !strings.Contains(got, "changed: state") {
		t.Errorf("the change is not shown: %q", got)
	}
	r.goOn()
	if got := textOf(r.first("p", "result")); !strings.Contains(got, "refused") {
		t.Errorf("after the fault: %q", got)
	}
	if got := textOf(r.first("section", "act")); !strings.Contains(got, "You predicted") {
		t.Errorf("the prediction is not answered: %q", got)
	}
	r.goOn() // the ticket is now the undo
	if got := textOf(r.first("section", "act")); !strings.Contains(got, "A1, undone") {
		t.Errorf("the undone attempt is not kept: %q", got)
	}
	r.goOn()
	if got := textOf(r.first("p", "result")); !strings.Contains(got, "all that applied passed") {
		t.Errorf("after the undo: %q", got)
	}
}

// An earlier attempt is gone back to, by its tab.
func TestFlowRestore(t *testing.T) {
	s := start(t)
	r, run := s.walked(t, "token-request")
	r.act("token-request", "send", run, nil)
	r.open("/flows/authorization-code-pkce/token-request?attempt=1&run=" + run)
	for _, b := range all(r.first("div", "attempts"), "button", "") {
		r.press(b, nil)
	}
	if got := textOf(r.first("p", "result")); !strings.Contains(got, "all that applied passed") {
		t.Errorf("after the restore: %q", got)
	}
	r.act("token-request", "restore", run, url.Values{"attempt": {"9"}})
	if r.status != http.StatusConflict {
		t.Errorf("an attempt that there is not: %d", r.status)
	}
}

// An edit is kept, marked, and really sent.
func TestFlowEdit(t *testing.T) {
	s := start(t)
	r, run := s.walked(t, "callback-check")
	r.open("/flows/authorization-code-pkce/token-request?edit=1&run=" + run)
	if r.first("section", "edit") == nil {
		t.Fatal("there is no edit form")
	}
	r.act("token-request", "edit", run, url.Values{"field_code": {"cc_invented"}, "field_grant_type": {"authorization_code"}})
	if got := textOf(r.first("ul", "changes")); !strings.Contains(got, "changed: code") {
		t.Fatalf("the change is not shown: %q", got)
	}
	r.goOn()
	if got := textOf(r.page); !strings.Contains(got, "invalid_grant") {
		t.Error("the invented code was not refused with invalid_grant")
	}
}

func TestFlowRawEdit(t *testing.T) {
	s := start(t)
	r, run := s.walked(t, "callback-check")
	raw := "POST /idp/main/token HTTP/1.1\nHost: " + r.at.Host + "\nContent-Type: application/json\n\n{}"
	r.act("token-request", "edit", run, url.Values{"raw": {raw}})
	r.goOn()
	if got := textOf(r.page); !strings.Contains(got, "invalid_request") && !strings.Contains(got, "invalid_client") {
		t.Errorf("a JSON body was not refused: %s", got)
	}
	r.act("token-request", "edit", run, url.Values{"raw": {"GET /elsewhere HTTP/1.1\nHost: example.com"}})
	if r.status != http.StatusConflict {
		t.Errorf("a request to elsewhere: %d, want 409", r.status)
	}
}

// A reader who was too slow is told what happened, and gets the step again.
func TestFlowExpired(t *testing.T) {
	s := start(t)
	r, run := s.walked(t, "callback-check")
	for range 11 {
		r.act("token-request", "clock", run, nil)
	}
	r.goOn()
	if got := textOf(r.first("p", "result")); !strings.Contains(got, "code had expired") {
		t.Fatalf("after eleven minutes: %q", got)
	}
	r.open("/flows/authorization-code-pkce/token-check?run=" + run)
	r.goOn() // the ticket gets a fresh code
	if !strings.HasSuffix(r.at.Path, "/token-request") {
		t.Errorf("the renewal leads to %s", r.at)
	}
	r.goOn()
	if got := textOf(r.first("p", "result")); !strings.Contains(got, "all that applied passed") {
		t.Errorf("with a fresh code: %q", got)
	}
}

func TestFlowResetStepAndFlow(t *testing.T) {
	s := start(t)
	r, run := s.walked(t, "page")
	r.act("token-request", "reset", run, nil)
	if got := textOf(r.first("nav", "steps")); !strings.Contains(got, "10 done, 7 to come") {
		t.Errorf("after the reset of step 11: %q", got)
	}
	r.act("token-request", "restart", run, nil)
	if got := textOf(r.first("nav", "steps")); !strings.Contains(got, "0 done") || !strings.HasSuffix(r.at.Path, "/connect") {
		t.Errorf("after the reset of the flow: %q at %s", got, r.at)
	}
}

// In free mode nothing is held: one click leads to AcmeID's login page, and
// after consent to FitTrack. The walk then shows what happened.
func TestFlowFreeMode(t *testing.T) {
	s := start(t)
	r, run := s.walked(t, "connect")
	r.act("connect", "restart", run, nil)
	r.act("connect", "mode", run, url.Values{"mode": {"free"}})
	r.goOn()
	if !strings.HasPrefix(r.at.Path, "/idp/") {
		t.Fatalf("one click leads to %s, want AcmeID", r.at)
	}
	r.answerPage("allow")
	r.answerPage("allow")
	if !strings.HasPrefix(r.at.Path, "/app/main/fittrack") {
		t.Fatalf("after consent: %s", r.at)
	}
	r.open("/flows/authorization-code-pkce/token-check?run=" + run)
	if got := textOf(r.first("nav", "steps")); !strings.Contains(got, "17 done") {
		t.Errorf("afterwards: %q", got)
	}
}

func TestFlowTabsAndViews(t *testing.T) {
	s := start(t)
	r, run := s.walked(t, "page")
	for _, st := range s.walks.Flows()[0].Variants()[0].Steps() {
		for _, q := range []string{"tab=explain", "tab=message", "tab=xray", "tab=values", "tab=who", "tab=wrong", "tab=rfc", "attempt=1", "attempt=99", "tab=none", "edit=1", "print=1", "print=cards", "print=blank", "print=key", "print=none", "view=text", "view=wire", "view=list", "view=table", "view=none", "view=lanes"} {
			r.open("/flows/authorization-code-pkce/" + st.ID + "?run=" + run + "&" + q)
			if r.status != http.StatusOK {
				t.Errorf("%s?%s: %d", st.ID, q, r.status)
			}
		}
	}
}

func TestFlowBadInput(t *testing.T) {
	s := start(t)
	r, run := s.walked(t, "authorization-request")
	for ref, want := range map[string]int{
		"/flows/none": 404, "/flows/authorization-code-pkce/none": 404, "/flows/none/connect": 404,
		"/flows/authorization-code-pkce/connect?run=gone": 410, "/flows/authorization-code-pkce/login/go?run=gone": 410,
		"/flows/authorization-code-pkce/connect/har":                 400,
		"/flows/authorization-code-pkce/token-request/go?run=" + run: 409,
		"/flows/authorization-code-pkce/callback/go?run=" + run:      409,
		"/flows/authorization-code-pkce/4?run=" + run:                200,
		"/flows/authorization-code-pkce/99":                          404,
	} {
		r.open(ref)
		if r.status != want {
			t.Errorf("%s: %d, want %d", ref, r.status, want)
		}
	}
	for what, form := range map[string]url.Values{
		"predict": {"guess": {"77"}}, "fault": {"fault": {"none"}}, "edit": {"raw": {"\x00"}}, "send": nil,
	} {
		r.act("token-request", what, run, form)
		if r.status != http.StatusConflict {
			t.Errorf("POST %s: %d, want 409", what, r.status)
		}
	}
	r.act("connect", "none", run, nil)
	if r.status != http.StatusNotFound {
		t.Errorf("POST none: %d, want 404", r.status)
	}
}

func TestFlowHAR(t *testing.T) {
	s := start(t)
	_, run := s.walked(t, "page")
	a := s.send(t, http.MethodGet, "/flows/authorization-code-pkce/page/har?run="+run, "")
	if a.StatusCode != http.StatusOK || !strings.Contains(a.body, `"_from"`) {
		t.Errorf("%d: %.200s", a.StatusCode, a.body)
	}
	w, _ := s.walks.Get(s.world.Main(), run)
	one := strconv.FormatInt(w.Entry("token-request").Seq, 10)
	a = s.send(t, http.MethodGet, "/flows/authorization-code-pkce/page/har?entry="+one+"&run="+run, "")
	if strings.Count(a.body, `"startedDateTime"`) != 1 || !strings.Contains(a.body, `"_seq": `+one) {
		t.Errorf("one entry: %.200s", a.body)
	}
	if a = s.send(t, http.MethodGet, "/flows/authorization-code-pkce/page/har?entry=1&run="+run, ""); a.StatusCode != http.StatusNotFound {
		t.Errorf("an entry of nobody's: %d", a.StatusCode)
	}
}

// Without a script the page holds each request in the words of four programs.
func TestFlowCopyAs(t *testing.T) {
	s := start(t)
	r, run := s.walked(t, "token-response")
	r.open("/flows/authorization-code-pkce/token-request?run=" + run)
	got := textOf(r.first("details", "copyas"))
	for _, want := range []string{"curl -i", "package main", "http --ignore-stdin", "POST /idp/main/token HTTP/1.1", "lab value"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in %.300s", want, got)
		}
	}
}

// A token of the run opens in the playground, by a form: no link carries it.
func TestFlowTokenToPlayground(t *testing.T) {
	s := start(t)
	r, _ := s.walked(t, "token-response")
	for _, b := range all(r.page, "button", "link") {
		if attrOf(b, "value") == "check" {
			r.press(b, map[string]string{"alg": "RS256"})
			if got := textOf(r.page); r.at.Path != "/playground" || !strings.Contains(got, "at+jwt") {
				t.Errorf("at %s: %.300s", r.at, got)
			}
			return
		}
	}
	t.Fatal("there is no way to the playground")
}

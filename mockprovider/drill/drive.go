package drill

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/internal/noanswer"
)

// maxHops is how many addresses one login may lead through, maxPage how much of
// a page is read.
const (
	maxHops = 30
	maxPage = 64 << 10
)

// Run drives the app through every fault, after a first login without any. It
// returns when it is done, stopped, or ctx ends.
func (d *Drill) Run(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, runLimit)
	defer cancel()
	go func() {
		select {
		case <-d.stop:
		case <-ctx.Done():
		}
		cancel()
	}()
	if problem := d.control(ctx); problem != "" {
		d.finish(Failed, problem)
		return
	}
	for _, name := range d.cfg.Faults {
		if ctx.Err() != nil {
			break
		}
		v, why := d.try(ctx, name)
		d.mu.Lock()
		if d.report.State == Running {
			d.add(name, v, why)
		}
		d.mu.Unlock()
	}
	if ctx.Err() != nil {
		d.finish(Stopped, "")
		return
	}
	d.finish(Done, "")
}

func (d *Drill) finish(state State, problem string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.end(state, problem)
}

// control is a login without a fault. It returns what is wrong with the app's
// configuration, or nothing.
func (d *Drill) control(ctx context.Context) string {
	if d.cfg.SignedIn != "" {
		switch status, err := d.browser().status(ctx, d.cfg.SignedIn); {
		case err != nil:
			return "The page for people who are logged in can't be opened: start the app, or correct the address (" + err.Error() + ")."
		case status == http.StatusOK:
			return "The page for people who are logged in answers 200 to a stranger too, so it tells nothing."
		}
	}
	d.begin(d.provider, "")
	end := d.login(ctx)
	asked, tokens, _ := d.counted()
	switch {
	case end.err != nil:
		return "Without a fault the login does not work: " + end.err.Error() + "."
	case !asked:
		return "The app does not send the browser to the drill's issuer. Set its issuer and restart it."
	case tokens == 0:
		return "Without a fault the app redeems no code."
	case d.cfg.SignedIn != "" && !end.in:
		return "Without a fault nobody is logged in afterwards: the page for people who are logged in does not answer 200."
	case end.status >= http.StatusBadRequest:
		return fmt.Sprintf("Without a fault the app answers %d at the end of the login.", end.status)
	}
	return ""
}

// try is one login under one fault.
func (d *Drill) try(ctx context.Context, name string) (Verdict, string) {
	d.provider.ClearFault("")
	d.begin(d.provider, name)
	if err := d.provider.SetFault(mockprovider.FaultSwitch{Name: name}); err != nil {
		return NotReached, err.Error()
	}
	defer d.provider.ClearFault("")
	end := d.login(ctx)
	_, _, userInfo := d.counted()
	fault, _ := mockprovider.FaultNamed(name)
	switch v, why := d.judge(d.provider, name); {
	case v != Unseen:
		return v, why
	case end.in:
		return Accepted, "The page for people who are logged in opens."
	case d.cfg.SignedIn != "":
		return Refused, "The page for people who are logged in does not open." + end.crash()
	case userInfo > 0 && fault.Group != mockprovider.GroupUserInfo: // what comes after that call is then the question
		return Accepted, "It called UserInfo with the tokens of that login."
	case end.err != nil, end.status >= http.StatusBadRequest:
		return Refused, fmt.Sprintf("The login ends with an error (%d).", end.status) + end.crash()
	}
	return Unseen, "The login ends without an error. Whether somebody is logged in can't be seen from here: name a page that only opens for people who are."
}

// ending is how a login ended.
type ending struct {
	status int // of the app's last page
	in     bool
	err    error
}

func (e *ending) crash() string {
	if e.status >= http.StatusInternalServerError {
		return fmt.Sprintf(" The app answers %d on the way; a page that says what happened would be kinder.", e.status)
	}
	return ""
}

func (d *Drill) login(ctx context.Context) (end ending) {
	ctx, cancel := context.WithTimeout(ctx, attemptLimit)
	defer cancel()
	b := d.browser()
	end.status, end.err = b.open(ctx, d.cfg.Start)
	if d.cfg.SignedIn != "" {
		status, err := b.status(ctx, d.cfg.SignedIn)
		end.in = err == nil && status == http.StatusOK
	}
	return end
}

// browser is a fresh browser of the person who logs in. What goes to the drill's
// issuer is handed over in the process; everything else goes to the app, at a
// loopback address, and nowhere else.
type browser struct {
	d      *Drill
	jar    http.CookieJar
	client *http.Client
}

func (d *Drill) browser() *browser {
	jar, _ := cookiejar.New(nil) // fails with options only
	dialer := &net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			return errAway
		}
		return nil
	}}
	return &browser{d: d, jar: jar, client: &http.Client{
		Jar: jar, Timeout: attemptLimit,
		Transport:     &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

var (
	errAway      = errors.New("the app sends the browser to an address that a drill does not visit")
	errNoAddress = errors.New("the app sends the browser to something that is no address")
)

// status opens one address of the app.
func (b *browser) status(ctx context.Context, address string) (int, error) {
	res, _, err := b.send(ctx, address, nil) //nolint:bodyclose // send has read and closed it
	if err != nil {
		return 0, err
	}
	return res.StatusCode, nil
}

// open follows redirects and answers the provider's pages, until the app shows a
// page. It returns that page's status.
func (b *browser) open(ctx context.Context, address string) (int, error) {
	var form url.Values
	for range maxHops {
		res, page, err := b.send(ctx, address, form) //nolint:bodyclose // send has read and closed it
		if err != nil {
			return 0, err
		}
		at, err := url.Parse(address)
		if err != nil {
			return 0, errNoAddress
		}
		if next, err := res.Location(); err == nil {
			address, form = at.ResolveReference(next).String(), nil
			continue
		}
		if !b.atProvider(address) || res.StatusCode != http.StatusOK {
			return res.StatusCode, nil
		}
		var action string
		if action, form = b.fill(page); action == "" {
			return res.StatusCode, nil
		}
		next, err := at.Parse(action)
		if err != nil {
			return 0, errNoAddress
		}
		address = next.String()
	}
	return 0, errors.New("the redirects do not end")
}

func (b *browser) atProvider(address string) bool {
	return strings.HasPrefix(address, b.d.provider.Issuer()+"/")
}

func (b *browser) send(ctx context.Context, address string, form url.Values) (*http.Response, string, error) {
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, "", errNoAddress
	}
	r.Header.Set("Accept", "text/html")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.atProvider(address) {
		return b.hand(r)
	}
	if !slices.Contains(b.d.origins, r.URL.Scheme+"://"+r.URL.Host) {
		return nil, "", errAway
	}
	res, err := b.client.Do(r)
	if errors.Is(err, errAway) {
		return nil, "", errAway
	}
	if err != nil {
		return nil, "", unanswered(err)
	}
	page, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	if cerr := res.Body.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, "", unanswered(err)
	}
	return res, string(page), nil
}

// unanswered is for the learner, to whom Go's own words say little.
func unanswered(err error) error {
	return fmt.Errorf("the app does not answer: %w", &noanswer.Error{Err: err})
}

// hand gives a request to the drill's issuer without a connection.
func (b *browser) hand(r *http.Request) (*http.Response, string, error) {
	for _, c := range b.jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:0"
	w := &answer{header: http.Header{}, status: http.StatusOK}
	b.d.ServeHTTP(w, r)
	res := &http.Response{StatusCode: w.status, Header: w.header, Request: r}
	b.jar.SetCookies(r.URL, res.Cookies())
	return res, w.body.String(), nil
}

// answer keeps what a handler answers.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

var (
	formAction  = regexp.MustCompile(`<form method="post" action="([^"]+)"`)
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
	scopeBox    = regexp.MustCompile(`type="checkbox" name="scope" value="([^"]+)"`)
)

// fill fills in the form of a page of the provider: it logs in, and allows.
func (b *browser) fill(page string) (action string, form url.Values) {
	m := formAction.FindAllStringSubmatch(page, -1)
	if m == nil {
		return "", nil
	}
	form = url.Values{}
	for _, field := range hiddenField.FindAllStringSubmatch(page, -1) {
		form.Set(field[1], html.UnescapeString(field[2]))
	}
	switch {
	case strings.Contains(page, `value="allow"`):
		form.Set("action", "allow")
		for _, one := range scopeBox.FindAllStringSubmatch(page, -1) {
			form.Add("scope", one[1])
		}
	case strings.Contains(page, `name="password"`):
		form.Set("action", "login")
		form.Set("username", b.d.cfg.Username)
		form.Set("password", b.d.cfg.Password)
	}
	return html.UnescapeString(m[len(m)-1][1]), form
}

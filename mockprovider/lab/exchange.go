package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/oauth2"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// maxReply is how much of an answer a client of the cast reads.
const maxReply = 64 << 10

// errCaptured ends a preview: the request was made and not sent.
var errCaptured = errors.New("lab: captured, not sent")

// ErrNoCode is returned for a token request before the callback brought a code.
var ErrNoCode = errors.New("lab: the client holds no code yet")

// ErrNoRequest is returned for a pushed request before somebody began.
var ErrNoRequest = errors.New("lab: nobody has begun at the client yet")

// ErrNoToken is returned for an API request before there is an access token.
var ErrNoToken = errors.New("lab: the client holds no access token yet")

// A sending is the way out of a client. It is handed to x/oauth2 as transport:
// without a wire it only keeps the request, with an edited request it sends
// that one instead.
type sending struct {
	wire   *trace.Wire // nil for a preview
	edited *http.Request
	// recorded is the answer to a message that the client's page has sent: it is
	// handed to x/oauth2, and nothing is sent.
	recorded *reply
	// prove adds a DPoP proof to the request. Nil adds none.
	prove func(*http.Request) error
	made  *http.Request
	reply reply
}

type reply struct {
	status int
	header http.Header
	body   []byte
}

// RoundTrip implements [http.RoundTripper].
func (s *sending) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		b, err := io.ReadAll(req.Body)
		_ = req.Body.Close() // it is in memory
		if err != nil {
			return nil, err
		}
		body = b
	}
	s.made = withBody(req, body)
	if s.prove != nil {
		if err := s.prove(s.made); err != nil {
			return nil, err
		}
	}
	if s.recorded != nil {
		s.reply = *s.recorded
		return s.reply.response(req), nil
	}
	if s.wire == nil {
		return nil, errCaptured
	}
	out := withBody(s.made, body)
	if s.edited != nil {
		out = s.edited.Clone(req.Context())
	}
	res, err := s.wire.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, maxReply))
	if cerr := res.Body.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	s.reply = reply{status: res.StatusCode, header: res.Header, body: b}
	res.Body = io.NopCloser(bytes.NewReader(b))
	return res, nil
}

// response is the reply as an answer to req.
func (r *reply) response(req *http.Request) *http.Response {
	return &http.Response{
		Status: strconv.Itoa(r.status) + " " + http.StatusText(r.status), StatusCode: r.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: r.header.Clone(),
		Body: io.NopCloser(bytes.NewReader(r.body)), ContentLength: int64(len(r.body)), Request: req,
	}
}

func withBody(req *http.Request, body []byte) *http.Request {
	out := req.Clone(req.Context())
	out.Body, out.GetBody = http.NoBody, nil
	if body != nil {
		out.Body = io.NopCloser(bytes.NewReader(body))
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	return out
}

// tokenRequest is the token request as x/oauth2 makes it.
func (a *app) tokenRequest(ctx context.Context, s *Session) (*http.Request, error) {
	if s.Code == "" {
		return nil, ErrNoCode
	}
	out := &sending{}
	if _, err := a.exchange(ctx, s, out); !errors.Is(err, errCaptured) {
		return nil, fmt.Errorf("lab: x/oauth2 made no request: %w", err)
	}
	return out.made, nil
}

func (a *app) exchange(ctx context.Context, s *Session, out *sending) (*oauth2.Token, error) {
	ctx = libraryContext(ctx, out)
	var opts []oauth2.AuthCodeOption
	if s.Verifier != "" {
		opts = append(opts, oauth2.VerifierOption(s.Verifier))
	}
	out.prove = func(req *http.Request) error { return a.bind(ctx, req, "", s.DPoPNonce) }
	return a.at(s).Exchange(ctx, s.Code, opts...)
}

// redeem exchanges the code for tokens, over TCP, and tests the answer. What
// was wrong is in s.Problem and in the findings; the error is for a message
// that never arrived.
func (a *app) redeem(ctx context.Context, s *Session, edited *http.Request) (*trace.Entry, error) {
	if s.Code == "" {
		return nil, ErrNoCode
	}
	call := &trace.Call{Sender: a.sender(ctx)}
	ctx = trace.WithCall(ctx, call)
	out := &sending{wire: a.lab.world.wire, edited: edited}
	tok, err := a.exchange(ctx, s, out)
	if out.reply.status == 0 {
		return nil, fmt.Errorf("lab: token request: %w", err)
	}
	trace.ReportResponse(ctx, a.takeTokens(s, out.reply, tok, err))
	return call.Entry(), nil
}

// takeTokens tests an answer of the token endpoint and keeps what it brought.
// err is what x/oauth2 had against it.
func (a *app) takeTokens(s *Session, answer reply, tok *oauth2.Token, err error) []playground.Finding {
	t := &tokenAnswer{reply: answer, asked: s.Scope, library: err}
	rows, refused, _ := playground.Run(a.lab.mode(), t, a.answer)
	s.Tokens, s.Problem, s.Steps = Tokens{}, "", nil
	if nonce := answer.header.Get("DPoP-Nonce"); nonce != "" {
		s.DPoPNonce = nonce
	}
	switch {
	case refused != nil:
		s.Problem = "AcmeID gave no token: " + refused.Got + "."
	case tok != nil:
		s.Tokens = t.tokens
		s.Tokens.AccessToken, s.Tokens.Obtained = tok.AccessToken, a.lab.Now()
		if a.login() {
			rows = append(rows, a.takeIDToken(s, &t.tokens)...)
		}
	}
	return rows
}

// sender is the client as it sends on its own.
func (a *app) sender(ctx context.Context) trace.Sender {
	if r := a.run(ctx); r != nil {
		return r.sender(ClientParty(a.id), trace.Back, a.via())
	}
	return trace.Sender{From: ClientParty(a.id), Channel: trace.Back, Via: a.via()}
}

// finish does what is left after the callback, in one go.
func (a *app) finish(ctx context.Context, s *Session) {
	if a.login() {
		a.signIn(ctx, s)
		return
	}
	if a.hub() {
		a.signInWithHub(ctx, s)
		return
	}
	e, err := a.redeem(ctx, s, nil)
	if err == nil && a.bound && wantsNonce(e) { // the same request once more, with the nonce (RFC 9449 §8)
		_, err = a.redeem(ctx, s, nil)
	}
	if err != nil {
		s.Problem = "AcmeID could not be reached."
		return
	}
	if s.Problem != "" {
		return
	}
	if _, err := a.callAPI(ctx, s, nil); err != nil {
		s.Problem = "StepCloud could not be reached."
	}
}

// tokenAnswer is the state of one answer of the token endpoint.
type tokenAnswer struct {
	reply   reply
	asked   string
	library error // what x/oauth2 made of it
	tokens  Tokens
}

// tokenAnswerChecks are what a client tests before it uses a token.
func tokenAnswerChecks() []playground.Check[tokenAnswer] {
	return []playground.Check[tokenAnswer]{
		{
			Rule: playground.Rule{
				ID: "token_status", Title: "The token endpoint answered 200",
				Spec: rfc("6749", "5.1"), Level: playground.Must,
			},
			Test: func(t *tokenAnswer) playground.Outcome {
				if t.reply.status == http.StatusOK {
					return playground.Pass()
				}
				got := strconv.Itoa(t.reply.status)
				var e struct {
					Error string `json:"error"`
				}
				if json.Unmarshal(t.reply.body, &e) == nil && e.Error != "" {
					got += " " + e.Error
				}
				return playground.Fail("200", got, "Read the error code, and the rule at which AcmeID refused the request.")
			},
		},
		{
			Rule: playground.Rule{
				ID: "token_json", Title: "The answer is JSON",
				Spec: rfc("6749", "5.1"), Level: playground.Must,
			},
			Test: func(t *tokenAnswer) playground.Outcome {
				if err := json.Unmarshal(t.reply.body, &t.tokens); err != nil {
					return playground.Fail("a JSON object", err.Error(), "The token endpoint must answer in JSON.")
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{
				ID: "token_no_store", Title: "Nobody on the way may keep the answer",
				Spec: rfc("6749", "5.1"), Level: playground.Must,
			},
			Test: func(t *tokenAnswer) playground.Outcome {
				cc := t.reply.header.Get("Cache-Control")
				if strings.Contains(cc, "no-store") {
					return playground.Pass()
				}
				o := playground.Fail("Cache-Control: no-store", orNone(cc), "The server must send it. A client can still use the token.")
				o.Status = playground.StatusWarn
				return o
			},
		},
		{
			Rule: playground.Rule{
				ID: "access_token_present", Title: "There is an access token",
				Spec: rfc("6749", "5.1"), Level: playground.Must,
			},
			Test: func(t *tokenAnswer) playground.Outcome {
				if t.tokens.AccessToken == "" {
					return playground.Fail("access_token", "none", "The token endpoint must send one.")
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{
				ID: "token_type_bearer", Title: "The client knows how to use this type of token",
				Spec: rfc("6749", "7.1"), Level: playground.Must,
			},
			Test: func(t *tokenAnswer) playground.Outcome {
				if !strings.EqualFold(t.tokens.TokenType, "Bearer") {
					return playground.Fail("Bearer", orNone(t.tokens.TokenType), "Do not use a token of a type that you do not understand.")
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{
				ID: "scope_granted", Title: "The scope is the one that was asked for",
				Spec: rfc("6749", "3.3"), Level: playground.Should,
			},
			Test: func(t *tokenAnswer) playground.Outcome {
				if t.tokens.Scope == "" || t.tokens.Scope == t.asked { // absent means: as asked
					return playground.Pass()
				}
				return playground.Outcome{
					Status: playground.StatusInfo, Expected: t.asked, Got: t.tokens.Scope,
					Why: "The person or the server may grant less. A client works with what it got.",
				}
			},
		},
		{
			Rule: playground.Rule{
				ID: "oauth2_library", Title: "golang.org/x/oauth2 accepts the answer",
				Spec: rfc("6749", "5.1"), Level: playground.Choice,
			},
			Test: func(t *tokenAnswer) playground.Outcome {
				if t.library != nil {
					return playground.Fail("a token", t.library.Error(), "This is the library's own sentence.")
				}
				return playground.Pass()
			},
		},
	}
}

func isNotFound(err error) bool { return errors.Is(err, mockprovider.ErrNotFound) }

// sendable says whether an edited request may go out: to a party of this lab
// and nowhere else.
func (l *Lab) sendable(req *http.Request) error {
	u := req.URL
	origin := (&url.URL{Scheme: u.Scheme, Host: u.Host}).String()
	own := origin == l.world.cfg.Origin || origin == l.schoolOrigin(Courses) || origin == l.schoolOrigin(Quiz)
	if !own || labID(u.Path) != l.id {
		return fmt.Errorf("lab: %s is no address of this lab; requests go to %s only", origin+u.Path, l.world.cfg.Origin)
	}
	return nil
}

// Package snippet makes configuration to paste into an app of the learner's own:
// what one registered client needs at one issuer, in the words of the usual
// libraries. It is for the page that registers such a client, and knows nothing
// of the lab. Each text is whole and as short as it can be; the tests run what
// can be run here.
package snippet

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

// A Kind is what sort of app it is.
type Kind string

// The kinds of apps.
const (
	Web     Kind = "web"     // it has a server that keeps a secret
	SPA     Kind = "spa"     // it runs in the browser
	Native  Kind = "native"  // it is installed on a device (RFC 8252)
	Machine Kind = "machine" // nobody is there: it acts for itself
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{Web, SPA, Native, Machine} }

// An App is a registered client, as its developer has to know it.
type App struct {
	Kind   Kind
	Issuer string
	// ID and Secret are the client's. Only Web and Machine have a secret.
	ID, Secret string
	// RedirectURI is where the answer goes; Machine has none.
	RedirectURI string
	// Scopes are what it asks for.
	Scopes []string
	// API is an address that the access token opens, empty if there is none.
	API string
}

// A Snippet is a text to paste.
type Snippet struct {
	ID   string // "go"
	Name string // "Go"
	// For says which libraries and versions it is for.
	For string
	// File is what the text is usually called, Run how to start it.
	File, Run string
	Text      string
	// Note is what to know besides; may be empty.
	Note string
}

// form is how one kind of text is made.
type form struct {
	id, name, lib, file, run string
	kinds                    []Kind
	note                     func(*view) string
}

// forms are all texts. The names in them were compared with the documentation of
// the version that lib names.
func forms() []form {
	all := []Kind{Web, Native, Machine}
	return []form{
		{"go", "Go", "golang.org/x/oauth2 0.37, github.com/coreos/go-oidc/v3 3.21", "main.go", "go mod init app && go mod tidy && go run .", all, nil},
		{"node", "Node", "openid-client 6, Node 20 or newer", "app.mjs", "npm install openid-client@6 && node app.mjs", all, nil},
		{"spa", "Single-page app", "no library: fetch and WebCrypto", "index.html", "", []Kind{SPA}, servedNote},
		{"python", "Python", "Authlib 1.6, Flask 3", "app.py", "pip install authlib flask requests && python app.py", []Kind{Web, Machine}, nil},
		{"java", "Java", "Spring Boot 4 with Spring Security 7", "application.yml", "add spring-boot-starter-security-oauth2-client", []Kind{Web, Machine}, springNote},
		{"dotnet", ".NET", "ASP.NET Core 9, Microsoft.AspNetCore.Authentication.OpenIdConnect", "Program.cs", "dotnet add package Microsoft.AspNetCore.Authentication.OpenIdConnect && dotnet run", []Kind{Web}, dotnetNote},
		{"curl", "curl", "bash, curl 7.82 or newer, openssl", "login.sh", "bash login.sh", all, nil},
	}
}

// view is what the templates read.
type view struct {
	App
	URL *url.URL // the redirect URI
}

//go:embed templates/*.tmpl
var templates embed.FS

// ErrValue is returned for a value that can't stand in source code as it is.
var ErrValue = errors.New("snippet: a value has characters that have a meaning in source code")

// plain is what may stand between quotes in every one of the languages.
var plain = regexp.MustCompile(`^[A-Za-z0-9:/?&=._~%@+,;\[\] -]*$`)

// Plain tells whether a value can stand in the texts: no quotes, no backslash, no
// dollar sign, nothing beyond ASCII.
func Plain(value string) bool { return plain.MatchString(value) }

// For makes the texts that fit the app, the most usual first. The error is
// ErrValue, or for a redirect URI that is none.
func For(app App) ([]Snippet, error) {
	for _, value := range append([]string{app.Issuer, app.ID, app.Secret, app.RedirectURI, app.API}, app.Scopes...) {
		if !Plain(value) {
			return nil, fmt.Errorf("%w: %q", ErrValue, value)
		}
	}
	u, err := url.Parse(app.RedirectURI)
	if err != nil {
		return nil, fmt.Errorf("snippet: %w", err)
	}
	v := &view{App: app, URL: u}
	set, err := template.New("").Funcs(template.FuncMap{"join": strings.Join}).ParseFS(templates, "templates/*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("snippet: %w", err)
	}
	var out []Snippet
	for _, f := range forms() {
		if !slices.Contains(f.kinds, app.Kind) {
			continue
		}
		var b bytes.Buffer
		if err := set.ExecuteTemplate(&b, f.id+".tmpl", v); err != nil {
			return nil, fmt.Errorf("snippet: %w", err)
		}
		s := Snippet{ID: f.id, Name: f.name, For: f.lib, File: f.file, Run: f.run, Text: b.String()}
		if f.note != nil {
			s.Note = f.note(v)
		}
		out = append(out, s)
	}
	return out, nil
}

// Listen is the address that the app listens on, from its redirect URI. A native
// app takes any free port of the loopback address (RFC 8252 §7.3).
func (v *view) Listen() string {
	port := v.URL.Port()
	switch {
	case port != "":
	case v.Kind == Native:
		port = "0"
	case v.URL.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(v.URL.Hostname(), port)
}

// Port is the port of Listen.
func (v *view) Port() string {
	_, port, _ := net.SplitHostPort(v.Listen())
	return port
}

// Path is where the answer arrives in the app, Login where it begins: another one.
func (v *view) Path() string {
	if v.URL.Path == "" {
		return "/"
	}
	return v.URL.Path
}

// Login is the path at which the app begins a login.
func (v *view) Login() string {
	if v.Path() == "/login" {
		return "/begin"
	}
	return "/login"
}

// Scope is the scope parameter.
func (v *view) Scope() string { return strings.Join(v.Scopes, " ") }

// Public tells an app without a secret.
func (v *view) Public() bool { return v.Secret == "" }

// Insecure tells an issuer that is reached by http, which libraries refuse unless
// told otherwise.
func (v *view) Insecure() bool { return strings.HasPrefix(v.Issuer, "http://") }

func servedNote(v *view) string {
	return "Serve the file at `" + v.RedirectURI + "`, as in `npx serve -l " + v.Port() + "` or `python -m http.server " + v.Port() + "`. Opened from the disk it has no origin, and no redirect URI."
}

func springNote(v *view) string {
	if v.Kind == Web && v.Path() != "/login/oauth2/code/claimcheck" {
		return "Spring Security waits at `/login/oauth2/code/{registrationId}`. Register the redirect URI `" + v.URL.Scheme + "://" + v.URL.Host + "/login/oauth2/code/claimcheck`, or move Spring's end with `oauth2Login(login -> login.redirectionEndpoint(…))`. Version 7 sends PKCE by itself, version 6 only for public clients."
	}
	return ""
}

func dotnetNote(v *view) string {
	if v.URL.Scheme == "http" {
		return "The handler's cookies are `SameSite=None; Secure` by default, and a browser drops those that come over http from anywhere but this machine. `ResponseMode = \"query\"` lets them be Lax."
	}
	return ""
}

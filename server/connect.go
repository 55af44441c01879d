package main

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/server/internal/doctor"
	"claimcheck/server/internal/snippet"
	"claimcheck/web"
)

// ownAppPrefix begins the client_id of an app that this page has registered.
const ownAppPrefix = "my-"

// connectPage is GET /connect: a form that registers an app of the learner's own,
// and for a registered one what to paste into it, its requests, and the doctor.
func (s *server) connectPage(c *gin.Context) error {
	l := s.labOf(c)
	owned := s.visits(c, l)
	v := web.Connect{Lab: l.ID(), Owned: owned, Kinds: connectKinds(), Kind: string(snippet.Web), Issuer: l.Issuer()}
	if owned {
		v.Apps = ownApps(l)
		if id := c.Query("client"); id != "" {
			client := l.Registry().Client(id)
			if client == nil || !isOwnApp(client) {
				return problem{Status: http.StatusNotFound, Title: "No app of yours has this client_id.", Detail: "It was removed, or the server has started anew.", Fix: "Register it at /connect."}
			}
			app, err := s.connectApp(c, l, client)
			if err != nil {
				return err
			}
			v.App = app
		}
	}
	return s.showConnect(c, http.StatusOK, v)
}

func (s *server) showConnect(c *gin.Context, status int, v web.Connect) error {
	return s.page(c, status, "connect", web.Page{
		Title: "Connect your own app", Description: "Register your app at AcmeID, copy the configuration, and see each of its requests.",
		Nav: "lab", Mark: labName(s.labOf(c)), Data: v,
	})
}

func connectKinds() []web.ConnectKind {
	return []web.ConnectKind{
		{ID: string(snippet.Web), Name: "A web app with a server", What: "keeps a secret", Redirect: "http://localhost:3000/callback"},
		{ID: string(snippet.SPA), Name: "A single-page app", What: "runs in the browser, keeps no secret", Redirect: "http://localhost:3000/"},
		{ID: string(snippet.Native), Name: "A native app", What: "on a phone or a desktop; its loopback address matches on any port", Redirect: "http://127.0.0.1/callback"},
		{ID: string(snippet.Machine), Name: "A machine", What: "no user, no redirect URI", Redirect: ""},
	}
}

// isOwnApp tells the clients that were registered here from the cast's.
func isOwnApp(client *mockprovider.Client) bool {
	return strings.HasPrefix(client.ID, ownAppPrefix) && lab.ClientParty(client.ID).Role == trace.RoleOwnApp
}

func ownApps(l *lab.Lab) []web.ConnectApp {
	var out []web.ConnectApp
	for _, client := range l.Registry().Clients() {
		if isOwnApp(client) {
			out = append(out, web.ConnectApp{ID: client.ID, Name: client.Name})
		}
	}
	return out
}

// connectRegister takes the form and registers the app.
func (s *server) connectRegister(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	v := web.Connect{
		Lab: l.ID(), Owned: true, Kinds: connectKinds(), Issuer: l.Issuer(), Apps: ownApps(l),
		Kind: form("kind"), Name: limit(strings.TrimSpace(form("name")), 60), Redirect: strings.TrimSpace(form("redirect_uri")),
	}
	client, err := s.newOwnApp(l, snippet.Kind(v.Kind), v.Name, v.Redirect)
	if err == nil {
		err = l.Registry().AddClient(client)
	}
	if _, wrong := errors.AsType[*mockprovider.FieldError](err); wrong || errors.Is(err, errConnect) || errors.Is(err, mockprovider.ErrRegistryFull) {
		v.Problem = strings.TrimPrefix(err.Error(), errConnect.Error()+": ")
		return s.showConnect(c, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	l.Log().Mark(trace.Mark{Kind: trace.MarkClientChanged, At: l.Now(), Text: "The app " + client.ID + " was registered.", Data: map[string]string{"client_id": client.ID}})
	return s.redirect(c, "/connect?client="+url.QueryEscape(client.ID)+"#app")
}

// errConnect is for a form that can't be taken; its text is for the learner.
var errConnect = errors.New("connect")

// newOwnApp is the client that the form asks for, with a fresh id and secret.
func (s *server) newOwnApp(l *lab.Lab, kind snippet.Kind, name, redirect string) (mockprovider.Client, error) {
	if !slices.Contains(snippet.Kinds(), kind) {
		return mockprovider.Client{}, fmt.Errorf("%w: choose what sort of app it is", errConnect)
	}
	random := make([]byte, 3+24)
	if _, err := io.ReadFull(s.rand, random); err != nil {
		return mockprovider.Client{}, fmt.Errorf("connect: %w", err)
	}
	client := mockprovider.Client{
		ID: ownAppPrefix + string(kind) + "-app-" + hex.EncodeToString(random[:3]), Name: name, RedirectURIs: []string{redirect},
		Scopes: []string{"openid", "profile", "email", "offline_access", lab.ScopeStepsRead, lab.ScopeStepsWrite, lab.ScopeProfileRead},
		Native: kind == snippet.Native,
	}
	if kind == snippet.Web || kind == snippet.Machine {
		client.Secret = base64.RawURLEncoding.EncodeToString(random[3:])
	}
	if kind == snippet.Machine {
		client.RedirectURIs, client.GrantTypes = nil, []string{"client_credentials"}
		return client, nil
	}
	switch u, err := url.Parse(redirect); {
	case err != nil || u.Scheme == "" || u.Scheme != "http" && u.Scheme != "https" && kind != snippet.Native:
		return client, fmt.Errorf("%w: the redirect URI is the whole address to which the browser comes back, as in http://localhost:3000/callback", errConnect)
	case !snippet.Plain(redirect):
		return client, fmt.Errorf("%w: the redirect URI may not have quotes, spaces or characters beyond ASCII", errConnect)
	case strings.HasPrefix(redirect, l.Origin()+"/"):
		return client, fmt.Errorf("%w: that is an address of this server; give the one at which your app listens", errConnect)
	}
	return client, nil
}

// connectRemove removes an app.
func (s *server) connectRemove(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	client := l.Registry().Client(form("client"))
	if client != nil && isOwnApp(client) {
		if err := l.Registry().RemoveClient(client.ID); err != nil && !errors.Is(err, mockprovider.ErrNotRegistered) {
			return err
		}
		l.Log().Mark(trace.Mark{Kind: trace.MarkClientChanged, At: l.Now(), Text: "The app " + client.ID + " was removed.", Data: map[string]string{"client_id": client.ID}})
	}
	return s.redirect(c, "/connect")
}

// kindOf is what sort of app a client was registered as.
func kindOf(client *mockprovider.Client) snippet.Kind {
	for _, kind := range snippet.Kinds() {
		if strings.HasPrefix(client.ID, ownAppPrefix+string(kind)+"-") {
			return kind
		}
	}
	return snippet.Web
}

// connectApp is the page's part about one app.
func (s *server) connectApp(c *gin.Context, l *lab.Lab, client *mockprovider.Client) (*web.ConnectApp, error) {
	kind := kindOf(client)
	app := snippet.App{
		Kind: kind, Issuer: l.Issuer(), ID: client.ID, Secret: client.Secret, Scopes: []string{"openid", "profile", "email", lab.ScopeStepsRead},
		API: l.APIs()[0].Audience + "/v1/steps",
	}
	if kind == snippet.Machine {
		app.Scopes = []string{lab.ScopeStepsRead}
	}
	if len(client.RedirectURIs) > 0 {
		app.RedirectURI = client.RedirectURIs[0]
	}
	snippets, err := snippet.For(app)
	if err != nil {
		return nil, err
	}
	v := &web.ConnectApp{
		ID: client.ID, Name: client.Name, Secret: client.Secret, Redirect: app.RedirectURI, Issuer: app.Issuer,
		Discovery: app.Issuer + "/.well-known/openid-configuration", Machine: kind == snippet.Machine,
		Address: limit(strings.TrimSpace(c.Query("address")), 500), Sent: limit(strings.TrimSpace(c.Query("sent")), 500),
		LogHref: "/lab?client=" + url.QueryEscape(client.ID) + "#log",
	}
	for _, one := range snippets {
		v.Snippets = append(v.Snippets, web.ConnectSnippet{
			ID: one.ID, Name: one.Name, For: one.For, File: one.File, Run: one.Run, Text: one.Text, Note: one.Note,
		})
	}
	items, _ := l.Log().After(0)
	items = ofClient(items, client.ID)
	v.Log, _ = newLogView(l, client.ID)
	v.Doctor = findingRows("doctor-", doctor.Examine(&doctor.Patient{
		Issuer: l.Issuer(), Address: v.Address, RedirectURI: v.Sent, Registered: client.RedirectURIs, Native: client.Native,
		ClientID: client.ID, Entries: trace.Entries(items),
	}))
	return v, nil
}

// ofClient keeps what an own app has sent: messages that name the client, and
// those from outside that name none (metadata, keys, UserInfo) and may be its.
// A browser's requests of no run that name a client that does not exist are kept
// too: a mistyped client_id is what one looks for.
func ofClient(items []trace.Item, id string) []trace.Item {
	if id == "" {
		return items
	}
	out := make([]trace.Item, 0, len(items))
	for _, it := range items {
		if it.Entry == nil {
			continue
		}
		switch e := it.Entry; {
		case e.From.ID == id, e.Run == "" && e.From.Role == trace.RoleOutside,
			e.Run == "" && e.From.Role == trace.RoleBrowser && e.Finding("client_known") != nil && e.Refusal() == e.Finding("client_known"):
			out = append(out, it)
		}
	}
	return out
}

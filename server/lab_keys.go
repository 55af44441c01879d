package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/web"
)

// labKeysPage is GET /lab/keys: the key set, and a form that mints tokens.
func (s *server) labKeysPage(c *gin.Context) error {
	l := s.labOf(c)
	mint := web.LabMint{Kind: mockprovider.MintAccessToken, Client: lab.FitTrack, User: "alice", Scope: lab.ScopeStepsRead, Lifetime: "3600"}
	return s.keysPage(c, l, web.LabKeys{LabControl: s.control(c, l), Mint: mint})
}

func (s *server) keysPage(c *gin.Context, l *lab.Lab, v web.LabKeys) error {
	keys, err := l.PublishedKeys()
	if err != nil {
		return err
	}
	for _, k := range keys {
		v.Keys = append(v.Keys, labKeyRow(k))
		v.Mint.KIDs = append(v.Mint.KIDs, k.KID)
	}
	v.Held = heldRows(l, keys)
	v.Algs, v.Mint.Kinds = l.Keys().Algs(), mockprovider.MintKinds()
	for _, cl := range l.Clients() {
		v.Mint.Clients = append(v.Mint.Clients, cl.ID)
	}
	for _, u := range l.Registry().Users() {
		v.Mint.Users = append(v.Mint.Users, u.ID)
	}
	return s.page(c, http.StatusOK, "labkeys", web.Page{
		Title: "Keys of the lab", Description: "AcmeID’s signing keys: publish, activate, retire, revoke; and tokens minted by hand.", Nav: "lab", Mark: labName(l), Data: v,
	})
}

// heldRows are what the parties hold, beside what AcmeID publishes now.
func heldRows(l *lab.Lab, published []mockprovider.KeyInfo) []web.LabHeld {
	var rows []web.LabHeld
	for _, held := range l.HeldKeys() {
		row := web.LabHeld{Party: held.Party.Name, Stale: held.Stale}
		if !held.At.IsZero() {
			row.At, row.Until = held.At.UTC().Format(time.TimeOnly), held.Until.UTC().Format(time.TimeOnly)
		}
		is := func(kid string) func(mockprovider.KeyInfo) bool {
			return func(k mockprovider.KeyInfo) bool { return k.KID == kid }
		}
		for _, kid := range held.KIDs {
			row.Keys = append(row.Keys, web.LabHeldKey{KID: kid, Gone: !slices.ContainsFunc(published, is(kid))})
		}
		for _, k := range published {
			if row.At != "" && !slices.Contains(held.KIDs, k.KID) {
				row.Keys = append(row.Keys, web.LabHeldKey{KID: k.KID, New: true})
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func labKeyRow(k mockprovider.KeyInfo) web.LabKey {
	row := web.LabKey{KID: k.KID, Alg: k.Alg, State: k.State}
	revoke := web.LabAct{Value: "revoke", Text: "Revoke"}
	switch k.State {
	case mockprovider.KeySigns:
		row.What, row.Acts = "new tokens are signed with it", []web.LabAct{revoke}
	case mockprovider.KeyNext:
		row.What = "published ahead, has signed nothing yet"
		row.Acts = []web.LabAct{{Value: "activate", Text: "Activate"}, {Value: "retire", Text: "Retire"}}
	default:
		row.What = "stays for the tokens that it has signed"
		row.Acts = []web.LabAct{{Value: "activate", Text: "Activate"}, {Value: "retire", Text: "Retire"}}
	}
	return row
}

// labKeysForm is POST /lab/keys.
func (s *server) labKeysForm(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	act, kid := form("act"), form("kid")
	if act == "publish" || act == "revoke" {
		if err := s.spend(c, seededKeyCost, "Making a key takes a good part of a second."); err != nil {
			return err
		}
	}
	switch act {
	case "publish":
		_, err = l.PublishKey(form("alg"))
	case "activate":
		err = l.ActivateKey(kid)
	case "retire":
		err = l.RetireKey(kid)
	case "revoke":
		err = l.RevokeKey(kid)
	default:
		err = problem{Status: http.StatusBadRequest, Title: "Keys cannot do that.", Fix: "Choose one of the buttons on the page."}
	}
	if err != nil {
		return asRefusal(err)
	}
	return s.redirect(c, backTo(form, "/lab/keys?done="+act+"#set"))
}

// labMint is POST /lab/mint. The token stands on the answer's page alone, and in
// no address.
func (s *server) labMint(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	v := web.LabKeys{LabControl: s.control(c, l), Mint: web.LabMint{
		Kind: form("kind"), Client: form("client"), User: form("user"), Scope: form("scope"), Lifetime: form("lifetime"),
		KID: form("kid"), Claims: form("claims"), Header: form("header"), Unsigned: form("unsigned") == "yes",
	}}
	in, err := mintForm(v.Mint)
	if err == nil {
		var out mintedToken
		out, err = mintToken(controlled{s, c, l}, in)
		v.Token = out.Token
	}
	if err != nil {
		p := asProblem(asRefusal(err))
		if p.Status >= http.StatusInternalServerError {
			return err
		}
		v.Problem, v.Fix = strings.TrimSuffix(p.Title, ".")+".", p.Fix
	}
	return s.keysPage(c, l, v)
}

// mintForm reads what was typed.
func mintForm(m web.LabMint) (mintCall, error) {
	in := mintCall{Kind: m.Kind, Client: m.Client, User: m.User, Scope: m.Scope, KID: m.KID, Unsigned: m.Unsigned}
	if m.Lifetime != "" {
		n, err := strconv.Atoi(strings.TrimSpace(m.Lifetime))
		if err != nil {
			return in, problem{Status: http.StatusBadRequest, Title: "“" + limit(m.Lifetime, 20) + "” is no number of seconds", Fix: "Write digits, as in 3600. A negative number makes a token that has expired."}
		}
		in.Lifetime = n
	}
	for _, field := range []struct {
		name, text string
		into       *map[string]any
	}{{"claims", m.Claims, &in.Claims}, {"header members", m.Header, &in.Header}} {
		if strings.TrimSpace(field.text) == "" {
			continue
		}
		if err := json.Unmarshal([]byte(field.text), field.into); err != nil {
			return in, problem{Status: http.StatusBadRequest, Title: "The other " + field.name + " are no JSON object", Fix: `Write them as in {"aud": "somebody-else"}.`}
		}
	}
	return in, nil
}

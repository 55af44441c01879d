package lessons

import (
	"html/template"
	"strings"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// tokenMadeCheck verifies a token that the learner made and looks at its members.
func tokenMadeCheck(b *builder) Check {
	var p struct {
		Field  string         `yaml:"field"`
		Secret string         `yaml:"secret"`
		Raw    string         `yaml:"secret_base64url"`
		Key    string         `yaml:"key"`
		Alg    string         `yaml:"alg"`
		Header map[string]any `yaml:"header"`
		Claims map[string]any `yaml:"claims"`
	}
	if !b.params(&p) || !b.field(p.Field) || !b.need(p.Secret != "" || p.Raw != "" || p.Key == "acmeid", "secret, secret_base64url or key: acmeid") {
		return nil
	}
	secret, err := secretBytes(p.Secret, p.Raw)
	if err != nil {
		b.problem(b.d.line("with", "secret_base64url"), "write base64url without padding", "%v", err)
		return nil
	}
	title := b.label(p.Field)
	return func(a *Attempt) Verdict {
		tok, problem := pasted(a.Answers.Get(p.Field))
		switch {
		case tok == "" && problem == "":
			return open(title, "No token yet.")
		case problem != "":
			return near(title, problem)
		}
		header := joseHeader(tok)
		alg, _ := header["alg"].(string)
		if strings.EqualFold(alg, "none") {
			return near(title, "Its header says `alg` none: nobody signed it. A verifier must not take that from the token.")
		}
		if p.Alg != "" && alg != p.Alg {
			return near(title, say("Its `alg` is `%s`; `%s` is asked for.", alg, p.Alg))
		}
		published := p.Key == "acmeid"
		if why := verifyWith(tok, alg, verifier(secret, published, a.JWKS), published); why != "" {
			return near(title, why)
		}
		if why := differ(header, p.Header, a); why != "" {
			return near(title, "The signature holds, but: "+why)
		}
		if why := differ(payload(tok), p.Claims, a); why != "" {
			return near(title, "The signature holds, but: "+why)
		}
		return done(title, "The signature holds, and the claims are as asked.")
	}
}

// pasted cleans a pasted token, or says what is wrong with it. Both results are
// empty if nothing was pasted.
func pasted(s string) (tok string, problem template.HTML) {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		return "", ""
	}
	if len(s) > 7 && strings.EqualFold(s[:7], "Bearer ") {
		return "", "That begins with `Bearer`, the name of the scheme. Paste the token that follows it."
	}
	s = strings.ReplaceAll(s, " ", "")
	if strings.Count(s, ".") != 2 || joseHeader(s) == nil || payload(s) == nil {
		return "", say("`%s` is no JWT: three parts with two dots, each base64url, the first two JSON.", s)
	}
	return s, ""
}

// verifyWith checks a signature and says why it fails; empty if it holds. The
// keys are AcmeID's published ones, or the exercise's secret.
func verifyWith(tok, alg string, keys *playground.KeySet, published bool) template.HTML {
	d := playground.Diagnose(tok, keys)
	mac := strings.HasPrefix(alg, "HS")
	switch {
	case d.Signature == playground.SignatureValid:
		return ""
	case published && mac:
		return say("`%s` is a MAC, which takes a shared secret, and AcmeID’s keys are published. Who signs with a public key as if it were a secret tries key confusion, and AcmeID’s verifiers refuse that.", alg)
	case published:
		return say("None of AcmeID’s published keys made this signature. %s", d.Cause)
	case !mac:
		return say("`%s` is no MAC, and the exercise has a shared secret.", alg)
	case d.Cause != "":
		return say("The signature does not hold with the exercise’s secret. %s", d.Cause)
	}
	return "The signature does not hold with the exercise’s secret. Was it another secret, or was the token changed after signing?"
}

// verifier are the keys of AcmeID, or the exercise's secret.
func verifier(secret []byte, published bool, jwks []byte) *playground.KeySet {
	if !published {
		return playground.NewKeySet("the exercise’s secret", playground.NewKey(secret, "", ""))
	}
	keys, err := playground.ParseKey(jwks, playground.UTF8)
	if err != nil {
		return nil // then no signature holds
	}
	return keys
}

// tokenOfLabCheck wants a token that AcmeID issued in this lab.
func tokenOfLabCheck(b *builder) Check {
	var p struct {
		Field  string         `yaml:"field"`
		Kind   string         `yaml:"kind"`
		Claims map[string]any `yaml:"claims"`
	}
	if !b.params(&p) || !b.field(p.Field) || !b.need(p.Kind == "access" || p.Kind == "id" || p.Kind == "any", "kind: access, id or any") {
		return nil
	}
	title := b.label(p.Field)
	return func(a *Attempt) Verdict {
		tok := strings.TrimSpace(a.Answers.Get(p.Field))
		kind := a.Issued[tok]
		switch {
		case tok == "":
			return open(title, "No token yet.")
		case kind != "" && issuedTokens(a.Log)[tok] == "":
			return near(title, "AcmeID issued that in this lab, but in no run of this browser, or in a step that was undone. Take one from your own run.")
		case kind == "refresh":
			return near(title, "That is the refresh token. It is for AcmeID alone, and says nothing to anybody else.")
		case kind != "" && p.Kind != "any" && kind != p.Kind:
			return near(title, say("AcmeID issued that in this lab, as %s. The %s is asked for.", kindWords(kind), kindWords(p.Kind)))
		case kind != "" && len(p.Claims) > 0 && joseHeader(tok) == nil:
			return near(title, "AcmeID issued that, but it is opaque: there are no claims to read in it.")
		case kind != "":
			if why := differ(payload(tok), p.Claims, a); why != "" {
				return near(title, why)
			}
			return done(title, say("AcmeID issued it in this lab, as %s.", kindWords(kind)))
		}
		return near(title, notIssued(tok, a))
	}
}

func kindWords(kind string) string {
	if kind == "id" {
		return "ID token"
	}
	return kind + " token"
}

// notIssued says why a pasted text is none of the lab's tokens.
func notIssued(text string, a *Attempt) template.HTML {
	tok, problem := pasted(text)
	if problem != "" {
		return problem
	}
	sameBody := func(part int) bool {
		for known := range a.Issued {
			if x, y := strings.Split(known, "."), strings.Split(tok, "."); len(x) == 3 && x[part] == y[part] {
				return true
			}
		}
		return false
	}
	iss, _ := payload(tok)["iss"].(string)
	switch {
	case iss != a.Vars["issuer"]:
		return say("Its `iss` is `%s`. AcmeID in this lab is `%s`.", iss, a.Vars["issuer"])
	case sameBody(1):
		return "That has the claims of a token of this lab, with another header or signature. Paste it unchanged."
	case sameBody(2):
		return "That has the signature of a token of this lab under other contents: it was edited. Paste it unchanged."
	}
	return "AcmeID has not issued that token in this lab. Take one from the walkthrough or the live log."
}

// A flowPart is a message that a complete flow has.
type flowPart struct {
	title, missing template.HTML
	is             func(*trace.Entry) bool
}

// flowDoneCheck wants one run of the authorization code flow from end to end.
func flowDoneCheck(b *builder) Check {
	var p struct {
		Client string `yaml:"client"`
		PKCE   bool   `yaml:"pkce"`
	}
	if !b.params(&p) {
		return nil
	}
	parts := flowParts(p.Client, p.PKCE)
	for _, part := range parts {
		b.e.Events = append(b.e.Events, Event{Is: part.title, Missing: part.missing})
	}
	return func(a *Attempt) Verdict {
		runs := map[string][]*trace.Entry{}
		for _, e := range trace.Entries(newWireLog(a).items) {
			runs[e.Run] = append(runs[e.Run], e)
		}
		best := flowVerdict(parts, nil)
		for _, entries := range runs {
			if v := flowVerdict(parts, entries); v.Done || len(v.Missing) < len(best.Missing) {
				best = v
			}
			if best.Done {
				break
			}
		}
		return best
	}
}

func flowParts(client string, pkce bool) []flowPart {
	return []flowPart{
		{"The authorization request reached AcmeID", "Start the walkthrough and send the authorization request.", func(e *trace.Entry) bool {
			return e.To.Role == trace.RoleAS && strings.HasSuffix(e.Path(), "/authorize") && e.Response.Status < 400 &&
				(client == "" || e.Request.Param("client_id") == client) && (!pkce || e.Request.Param("code_challenge") != "")
		}},
		{"The code came back to the client", "Log in as Alice and allow it, so that AcmeID sends the browser back with a code.", func(e *trace.Entry) bool {
			return e.To.Role == trace.RoleClient && e.Request.Param("code") != "" && e.Response.Status < 400
		}},
		{"The client redeemed the code for tokens", "Send the token request.", func(e *trace.Entry) bool {
			return e.To.Role == trace.RoleAS && e.Request.Form().Get("grant_type") == "authorization_code" && e.Response.Status == 200
		}},
		{"StepCloud answered with Alice's steps", "Send the API request with the access token.", func(e *trace.Entry) bool {
			return e.To.Role == trace.RoleRS && e.Response.Status == 200
		}},
	}
}

func flowVerdict(parts []flowPart, entries []*trace.Entry) Verdict {
	var v Verdict
	next, last := 0, -1
	for i, e := range entries {
		if next < len(parts) && parts[next].is(e) {
			v.Rungs = append(v.Rungs, Rung{Status: "pass", Word: "done", Title: parts[next].title, At: e.At})
			next, last = next+1, i
		}
	}
	for _, part := range parts[next:] {
		v.Rungs = append(v.Rungs, Rung{Status: "skipped", Word: "open", Title: part.missing})
		v.Missing = append(v.Missing, part.missing)
	}
	for i, e := range entries {
		f := e.Refusal()
		if f == nil {
			continue
		}
		why := say("%s refused a message on the way, by its rule `%s`. Start a new run and walk it without a detour.", e.To.Name, f.FindingID())
		if next < len(parts) && i > last {
			v.near(next, why)
		} else if next == len(parts) {
			v.Missing = append(v.Missing, why)
			v.Rungs = append(v.Rungs, Rung{Status: "fail", Word: "near", Title: "No refusal on the way", Why: why})
			v.NearMiss = why
			break
		}
	}
	v.Done = len(v.Missing) == 0
	return v
}

// codeRefusedCheck wants a code that was issued and that a rule refused to redeem.
func codeRefusedCheck(b *builder) Check {
	var p struct {
		Rule string `yaml:"rule"`
	}
	if !b.params(&p) || !b.need(p.Rule != "", "rule") {
		return nil
	}
	got := say("AcmeID issued a code")
	refused := say("AcmeID refused to redeem it, by its rule `%s`", p.Rule)
	b.e.Events = []Event{{Is: got, Missing: "Walk the flow up to the code."}, {Is: refused, Missing: "Now change the token request so that this rule refuses it, and send it."}}
	events := b.e.Events
	return func(a *Attempt) Verdict {
		var v Verdict
		codes := map[string]bool{}
		var whenIssued, whenRefused *trace.Entry
		var miss template.HTML
		for _, e := range trace.Entries(newWireLog(a).items) {
			if l := e.Response.Location(); l != nil && e.To.Role == trace.RoleAS && l.Query().Get("code") != "" {
				codes[l.Query().Get("code")] = true
				whenIssued = e
			}
			if e.To.Role != trace.RoleAS || e.Request.Form().Get("grant_type") != "authorization_code" {
				continue
			}
			f := e.Refusal()
			switch {
			case !codes[e.Request.Form().Get("code")]:
			case f == nil && e.Response.Status == 200:
				miss = "AcmeID redeemed the code: every rule held. Change the request before you send it."
			case f != nil && refusedBy(e, p.Rule):
				whenRefused = e
			case f != nil:
				miss = say("AcmeID refused, but by its rule `%s`. `%s` is asked for.", f.FindingID(), p.Rule)
			}
		}
		for i, e := range []*trace.Entry{whenIssued, whenRefused} {
			if e != nil {
				v.Rungs = append(v.Rungs, Rung{Status: "pass", Word: "done", Title: events[i].Is, At: e.At})
				continue
			}
			v.Rungs = append(v.Rungs, Rung{Status: "skipped", Word: "open", Title: events[i].Missing})
			v.Missing = append(v.Missing, events[i].Missing)
		}
		if v.Done = whenRefused != nil; !v.Done && whenIssued != nil {
			v.near(1, miss)
		}
		return v
	}
}

// forgedTokenCheck wants a token that AcmeID did not issue to reach StepCloud,
// and to end as asked.
func forgedTokenCheck(b *builder) Check {
	var p struct {
		Claims  map[string]any `yaml:"claims"`
		Header  map[string]any `yaml:"header"`
		Outcome string         `yaml:"outcome"`
		Rule    string         `yaml:"rule"`
	}
	if !b.params(&p) || !b.need(p.Outcome == "refused" || p.Outcome == "accepted", "outcome: refused or accepted") {
		return nil
	}
	title := say("StepCloud %s a forged token", p.Outcome)
	missing := template.HTML("Change a token and send it to StepCloud.")
	b.e.Events = []Event{{Is: title, Missing: missing}}
	return func(a *Attempt) Verdict {
		w := newWireLog(a)
		v := open(missing, "")
		v.Missing = []template.HTML{missing}
		for _, e := range trace.Entries(w.items) {
			tok := bearer(e)
			if e.To.Role != trace.RoleRS || tok == "" {
				continue
			}
			if why := forgery(e, tok, w.issued, p.Claims, p.Header, p.Outcome, p.Rule); why != "" {
				v.near(0, why)
				continue
			}
			d := done(title, "")
			d.Rungs[0].At = e.At
			return d
		}
		return v
	}
}

func forgery(e *trace.Entry, tok string, issued map[string]string, claims, header map[string]any, outcome, rule string) template.HTML {
	accepted := e.Response.Status < 300
	f := e.Refusal()
	switch {
	case issued[tok] != "":
		return "That token is real: AcmeID issued it as it stands. Change its contents first."
	case joseHeader(tok) == nil || payload(tok) == nil:
		return "What you sent is no JWT that can be read. Keep three parts, each base64url."
	case !hasAll(payload(tok), claims):
		return say("The token that you sent says `%s`. It should say `%s`.", jsonText(pick(payload(tok), claims)), jsonText(claims))
	case !hasAll(joseHeader(tok), header):
		return say("The token's header says `%s`. It should say `%s`.", jsonText(pick(joseHeader(tok), header)), jsonText(header))
	case outcome == "accepted" && !accepted && f != nil:
		return say("StepCloud refused it, by its rule `%s`.", f.FindingID())
	case outcome == "refused" && accepted:
		return "StepCloud accepted the forgery. Is one of its rules switched off?"
	case outcome == "refused" && rule != "" && !refusedBy(e, rule):
		name := "another"
		if f != nil {
			name = f.FindingID()
		}
		return say("StepCloud refused it, but by its rule `%s`. It should get as far as `%s`.", name, rule)
	}
	return ""
}

// pick is the part of v that the wanted members are about.
func pick(v, want map[string]any) map[string]any {
	out := map[string]any{}
	for name := range want {
		out[name] = v[name]
	}
	return out
}

package web

// Specimen is what the examples of the components show, and what the tests
// render. It is no traffic: the styleguide says so.
type Specimen struct {
	Roles  []Role
	Parts  []Part
	Rows   []Row
	Wire   Wire
	JWT    JWT
	Brief  JWT
	Stub   Stub
	KV     KV
	Tabs   Tabs
	Notes  []Callout
	Send   Send
	Submit Send
}

// NewSpecimen returns one of each, with every field in use somewhere.
func NewSpecimen() Specimen {
	jwt := specimenJWT()
	brief := jwt
	brief.Brief = true
	brief.Payload.Claims = brief.Payload.Claims[1:3]
	return Specimen{
		Roles: []Role{
			{"owner", "Alice"},
			{"browser", "Browser"},
			{"client", "FitTrack"},
			{"as", "AcmeID"},
			{"rs", "StepCloud"},
			{"attacker", "Mallory"},
			{"own", "Your app"},
			{"outside", "Outside"},
		},
		Parts: []Part{{"header", "header"}, {"payload", "payload"}, {"signature", "signature"}},
		Rows:  specimenRows(),
		Wire: Wire{Role: "as", Label: "Answer of AcmeID to the browser", Lines: []Line{
			{Text: "HTTP/1.1 303 See Other", Strong: true},
			{Text: "Location: http://localhost:8080/app/main/fittrack/callback\n  ?code=cc_-Z5s1HmmUUmRoRBAB8x5YP09I6M2We9q\n  &state=yyx0wUBOOd9UbpbFxB9DMw", Hit: true},
			{Text: "Cache-Control: no-store"},
			{Text: "Set-Cookie: session=••••", Note: "masked"},
		}},
		JWT:   jwt,
		Brief: brief,
		Stub: Stub{
			Edge: "STEPCLOUD · ADMIT ONE APP", Title: "Access token, opaque",
			Value: "7Qk2xV9fLm04RzT8bNcW3g", Note: "Good for steps:read until 12:15",
		},
		KV: KV{Caption: "Parameters of the answer", Columns: []string{"Parameter", "Value", "What it is for"}, Rows: []KVRow{
			{Name: "code", Value: "cc_-Z5s1HmmU…", Text: "A stub: nothing to read in it. Only AcmeID knows what it stands for.", Hit: true},
			{Name: "state", Value: "yyx0wUBOOd9U…", Text: "FitTrack’s own value, returned unchanged."},
			{Name: "iss", Value: "http://localhost:8080/idp/main", Text: "Who is answering; FitTrack compares it with `issuer` in the metadata."},
		}},
		Tabs: Tabs{Label: "Attempts", Items: []Tab{
			{Text: "Attempt 1", Href: "#tabs", Status: "fail"}, {Text: "Attempt 2", Href: "#tabs", Current: true, Status: "pass"}, {Text: "Compare", Href: "#tabs"},
		}},
		Notes: []Callout{
			{"note", "Good to know", "The `state` belongs to FitTrack. AcmeID returns it and reads nothing in it."},
			{"warning", "Mind this", "`exp` is seconds since 1970, not milliseconds."},
			{"heard", "Often heard", "“JWT replaces OAuth.” A format cannot replace a procedure."},
			{"rfc", "RFC 6749 §4.1.3", "The access token request says which fields FitTrack sends."},
			{"interview", "In an interview", "Decoding needs no key and proves nothing."},
		},
		Send:   Send{Text: "Send the request", Stub: "Enter", Href: "#send"},
		Submit: Send{Text: "Check", Stub: "4/17", Name: "do", Value: "check"},
	}
}

func specimenRows() []Row {
	return []Row{
		{ID: "row-redirect", Status: "pass", Title: "`redirect_uri` as registered", Cite: "RFC 9700 §2.1", Small: "equal, byte for byte"},
		{
			ID: "row-exp", Status: "fail", Title: "The token has not expired", Cite: "RFC 7519 §4.1.4", CiteHref: "#row-exp",
			Small: "`exp` against the API’s clock", Expected: "later than 12:17:00", Got: "12:15:00, 2 minutes ago",
			Why: "A stolen token must stop working by itself.", Fix: "Ask AcmeID for a new one with the refresh token.",
			Href: "#row-exp", HrefText: "Open in the playground",
		},
		{
			ID: "row-pkce", Status: "warn", Title: "Code bound to the challenge", Cite: "RFC 7636 §4.6",
			Small: "You switched `pkce` off, so it was let through.", Href: "#row-pkce", HrefText: "Switch on",
		},
		{ID: "row-kid", Status: "info", Title: "The header names no key", Cite: "RFC 7515 §4.1.4", Small: "One key is published, so there is no choice to make."},
		{ID: "row-scope", Status: "skipped", Title: "The scope covers this request", Cite: "RFC 6750 §3.1", Small: "not reached: an earlier rule ended it"},
		{Status: "skipped", Word: "not yet", Title: "`state` equals the session’s", Small: "FitTrack’s rule, step 10"},
	}
}

// specimenJWT is a real token; its key was thrown away.
func specimenJWT() JWT {
	return JWT{
		Title: "Access token, JWT", Note: "issued by AcmeID, for StepCloud", Sealed: true, Seal: [2]string{"ACME", "ID"},
		Header: Segment{
			Raw: "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImFjbWUtMjAyNi0xMSJ9",
			Claims: []Claim{
				{Name: "alg", Value: "ES256", Text: "ECDSA on P-256 with SHA-256. A claim by the token; the verifier decides what it accepts."},
				{Name: "typ", Value: "at+jwt", Text: "Says: access token, nothing else."},
				{Name: "kid", Value: "acme-2026-11", Text: "Which of AcmeID’s keys to use."},
			},
		},
		Payload: Segment{
			Raw: "eyJpc3MiOiJodHRwOi8vbG9jYWxob3N0OjgwODAvaWRwL21haW4iLCJzdWIiOiJhbGljZSIsImF1ZCI6Imh0dHA6Ly9sb2NhbGhvc3Q6ODA4MC9ycy9tYWluL3N0ZXBjbG91ZCIsImNsaWVudF9pZCI6ImZpdHRyYWNrIiwic2NvcGUiOiJzdGVwczpyZWFkIiwiaWF0IjoxNzk1MjYyNzAwLCJleHAiOjE3OTUyNjMzMDAsImp0aSI6InQtNDcxMSJ9",
			Claims: []Claim{
				{Name: "iss", Value: "http://localhost:8080/idp/main", Text: "AcmeID"},
				{Name: "sub", Value: "alice", Text: "About whom"},
				{Name: "scope", Value: "steps:read", Text: "May do this"},
				{Name: "exp", Value: "1795263300", Text: "21 Nov 2026, 12:15:00 UTC", Hit: true},
			},
		},
		Signature: Segment{
			Raw:  "cqHkD86h1IdT3BpjZvcovZKrWPg6OEMknmZr3Q5wA3a9ZC6Y06i0nE_wLUdVO3xCo9qQke1d0QiUueFKl1sGvw",
			Note: "64 bytes, r‖s. Checked with AcmeID’s published key.",
		},
	}
}

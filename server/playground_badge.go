package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"claimcheck/playground"
	"claimcheck/web"
)

// benchBadge is the decoded token, part by part.
type benchBadge struct {
	Title, Note string
	Parts       []badgePart
	Sealed      bool
	Seal        [2]string
}

// badgePart is one part, its characters with those marked that a rule speaks of.
type badgePart struct {
	Kind, Title, Small string
	Runs               []badgeRun
	Claims             []web.Claim
	// Text is what the part holds where that is no JSON object.
	Text, Note string
}

type badgeRun struct {
	Text string
	// Hit is how the rule ended that speaks of these characters, "fail" or
	// "warn"; empty for none.
	Hit string
}

// badgeOf lays the token out. What a rule refused or warned of is marked.
func badgeOf(r *playground.Result, now int64) benchBadge {
	t := r.Token
	b := benchBadge{Title: kindTitle(r)}
	var sizes []string
	for i := range t.Parts {
		p := &t.Parts[i]
		sizes = append(sizes, strconv.Itoa(len(p.Encoded)))
		b.Parts = append(b.Parts, partOf(r, p, now))
	}
	for i := range t.Disclosures {
		b.Parts = append(b.Parts, partOf(r, &t.Disclosures[i], now))
	}
	if len(t.Parts) > 1 {
		b.Note = fmt.Sprintf("%d characters · %s", len(t.Text), strings.Join(sizes, " . "))
	}
	if b.Sealed = r.Signature == playground.SignatureValid; b.Sealed {
		b.Seal = [2]string{"KEY", "HELD"}
		if strings.HasPrefix(r.KeySource, "AcmeID") {
			b.Seal = [2]string{"ACME", "ID"}
		}
	}
	return b
}

func kindTitle(r *playground.Result) string {
	switch {
	case r.Profile.Name != "":
		title := r.Profile.Title() + ", " + r.Profile.Spec.Name
		return strings.ToUpper(title[:1]) + title[1:]
	case r.Token.Kind == playground.JWE:
		return "Encrypted token (JWE)"
	case r.Token.Kind == playground.SDJWT:
		return "Signed token with disclosures (SD-JWT)"
	case r.Token.Kind == playground.JWS && len(r.Token.Parts) == 3:
		return "Signed token (JWS)"
	case r.Token.Kind == playground.JWS:
		return "Part of a signed token"
	case r.Token.Kind == playground.Opaque:
		return "Nothing to decode"
	}
	return "Not a token"
}

// maxClaims is how many members of a part have a row.
const maxClaims = 200

func partOf(r *playground.Result, p *playground.Part, now int64) badgePart {
	title := strings.ReplaceAll(p.Name, "_", " ")
	if p.Name == "iv" {
		title = "initialization vector"
	}
	part := badgePart{Kind: p.Name, Title: strings.ToUpper(title[:1]) + title[1:], Runs: runs(r, p)}
	switch p.Name {
	case playground.PartHeader:
		part.Small = "dashed: how the token says it was signed"
	case playground.PartPayload:
		part.Small = "solid: what the issuer states; readable by anyone"
		if r.Signature != playground.SignatureValid {
			part.Small = "solid: what somebody states; not proven"
		}
	case playground.PartSignature:
		part.Small = "double: why you may believe the rest"
		part.Note = signatureNote(r, p)
		return part
	case "extra":
		part.Small = "does not belong to a token of three parts"
	}
	o := p.Object()
	if o == nil {
		if len(p.Bytes) > 0 && (p.Name == playground.PartHeader || p.Name == playground.PartPayload || p.Name == "disclosure" || p.Name == "extra") {
			part.Text = printable(p.Bytes)
		} else {
			part.Note = fmt.Sprintf("%d bytes", len(p.Bytes))
		}
		return part
	}
	for i := range o.Members {
		if i == maxClaims {
			part.Note = fmt.Sprintf("%d members; the first %d are shown.", len(o.Members), maxClaims)
			break
		}
		m := &o.Members[i]
		raw := string(p.Bytes[m.Value.Start:m.Value.End])
		if m.Value.Kind == playground.KindString {
			raw = escaped(m.Value.Text)
		}
		text := headerMeans(m.Name, m.Value.Text)
		if carried := p.CarriedKey(m.Name); carried != "" && p.Name == playground.PartHeader {
			text += " " + carried
		}
		if p.Name != playground.PartHeader {
			text = claimMeans(m, now)
		}
		part.Claims = append(part.Claims, web.Claim{Name: escaped(m.Name), Value: raw, Text: text, Hit: spoken(r, m.Name)})
	}
	return part
}

// escaped shows characters that are invisible, or change what is beside them,
// by their numbers.
func escaped(text string) string {
	quoted := strconv.QuoteToGraphic(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// spoken says whether the first failed rule is about this claim.
func spoken(r *playground.Result, name string) bool { return r.Refused != nil && r.Refused.ID == name }

func signatureNote(r *playground.Result, p *playground.Part) string {
	note := fmt.Sprintf("%d bytes. ", len(p.Bytes))
	switch r.Signature {
	case playground.SignatureValid:
		source := r.KeySource
		if source == "" {
			source = "the key that you gave"
		}
		return note + "Checked with " + source + ": it matches."
	case playground.SignatureInvalid:
		return note + "Checked: it does not match."
	case playground.SignatureUnchecked:
	}
	return note + "Not checked."
}

// runs cuts the part's characters at the spans of what failed or was warned of.
func runs(r *playground.Result, p *playground.Part) []badgeRun {
	text := p.Encoded
	for i := range r.Findings {
		f := &r.Findings[i]
		bad := f.Status == playground.StatusFail || f.Status == playground.StatusWarn
		start, end := f.Span.Start, f.Span.End
		if f.Span.Part == playground.PartToken {
			start, end = start-p.Start, end-p.Start
		} else if f.Span.Part != p.Name {
			continue
		}
		if !bad || start < 0 || start >= end || end > len(text) || end-start == len(text) {
			continue
		}
		return []badgeRun{{Text: text[:start]}, {Text: text[start:end], Hit: string(f.Status)}, {Text: text[end:]}}
	}
	return []badgeRun{{Text: text}}
}

// headerMeans explains a header parameter (RFC 7515 §4.1, RFC 7516 §4.1).
func headerMeans(name, value string) string {
	if name == "alg" {
		if words := playground.AlgorithmWords(value); words != "" {
			return words + " A claim by the token; the verifier decides what it accepts."
		}
	}
	return map[string]string{
		"alg":  "Which algorithm, says the token.",
		"typ":  "What kind of token this is.",
		"cty":  "What kind of content the payload is.",
		"kid":  "Which of the issuer’s keys to use.",
		"jku":  "Where the key set is said to be. Not fetched.",
		"jwk":  "A key that the token brings. Not used.",
		"x5u":  "Where a certificate is said to be. Not fetched.",
		"x5c":  "Certificates that the token brings. Not used.",
		"x5t":  "A certificate’s SHA-1 thumbprint.",
		"crit": "Extensions that must be understood.",
		"enc":  "How the content is encrypted.",
		"zip":  "How the content was compressed.",
		"b64":  "Whether the payload is encoded (RFC 7797).",
	}[name]
}

// claimMeans explains a claim; times are said as dates.
func claimMeans(m *playground.Member, now int64) string {
	if m.Value.Kind == playground.KindNumber {
		switch m.Name {
		case "exp", "nbf", "iat", "auth_time", "updated_at":
			return when(m.Value.Text, now)
		}
	}
	return map[string]string{
		"iss": "Who issued it", "sub": "About whom", "aud": "For whom", "exp": "Until when", "nbf": "From when", "iat": "Issued when", "jti": "Its number",
		"client_id": "Asked for by", "scope": "May do this", "azp": "Which client asked", "nonce": "The client’s own value, returned", "at_hash": "Hash of the access token beside it",
		"c_hash": "Hash of the code beside it", "auth_time": "When the user signed in", "acr": "How strong the sign-in was", "amr": "By what the user signed in", "sid": "Which session",
		"cnf": "Whose key has to be shown with it", "act": "Who acts for the subject", "events": "What happened", "htm": "For which HTTP method", "htu": "For which address", "ath": "Hash of the access token",
		"name": "Full name", "given_name": "First name", "family_name": "Last name", "preferred_username": "Name to show", "email": "E-mail address", "email_verified": "Whether the address was checked",
		"roles": "Roles", "groups": "Groups", "authorization_details": "May do this, in detail", "_sd": "Digests of what is disclosed apart", "_sd_alg": "How the digests were made",
	}[m.Name]
}

// when says a NumericDate as a date and how far it is from now.
func when(digits string, now int64) string {
	n, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err == nil && n > 1e11 && n < 1e14:
		return "As seconds far beyond the year 5000; as milliseconds " + time.UnixMilli(n).UTC().Format("2 Jan 2006, 15:04:05") + " UTC"
	case err != nil || n > 253402300799 || n < 0:
		return "No date of this calendar"
	}
	date := time.Unix(n, 0).UTC().Format("2 Jan 2006, 15:04:05") + " UTC"
	switch {
	case n == now:
		return date + ", now"
	case n > now:
		return date + ", in " + playground.Length(n-now)
	}
	return date + ", " + playground.Length(now-n) + " ago"
}

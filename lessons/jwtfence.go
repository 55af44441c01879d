package lessons

import (
	"strconv"
	"strings"

	"claimcheck/playground"
)

// jwtFence shows a token in its three parts and offers it to the playground.
func (m *markdown) jwtFence(f fenceInfo) string {
	body := strings.TrimSpace(f.body)
	tok := strings.Join(strings.Fields(body), "")
	if strings.Contains(body, ":") || body == "{}" {
		d := parseYAML(m.ps, m.file, f.line, []byte(f.body))
		var r recipe
		if d == nil || !d.decode(d.root, &r) {
			return ""
		}
		var err error
		if tok, err = m.minted(&r); err != nil {
			m.ps.add(m.file, f.line, "mend the recipe", "the token cannot be made: %v", err)
			return ""
		}
	}
	if strings.Count(tok, ".") != 2 {
		m.ps.add(m.file, f.line, "give three parts with two dots, or a recipe", "the fence holds no compact JWT")
		return ""
	}
	return JWT(tok, f.attrs["mark"])
}

// minted makes a token for show.
func (m *markdown) minted(r *recipe) (string, error) {
	if m.mint == nil {
		return "", errSigner
	}
	return m.mint.mint(r)
}

// JWT shows a compact token with its parts told apart, and a button that opens
// it in the playground. mark names a part to set off; it may be empty.
func JWT(token, mark string) string {
	var b strings.Builder
	names := [...]string{"header", "payload", "signature"}
	for i, p := range strings.SplitN(token, ".", 3) {
		text := element("span", `class="part"`, escape(p))
		if names[i] == mark {
			text = element("mark", "", text)
		}
		if i < 2 {
			text += "."
		}
		b.WriteString(element("span", `data-part="`+names[i]+`"`, text))
	}
	form := `<form class="open" method="post" action="/playground"><input type="hidden" name="token" value="` + escape(token) + `">` +
		circumstances(token) + `<button class="btn" type="submit">Open in the playground</button></form>`
	return element("pre", `class="wire jwt"`, b.String()) + form
}

// circumstances are the fields that let the playground judge a sample as the
// lesson does: a minute after it was issued, so that its age hides nothing, and
// with the key that samples are signed with, if it names a key of AcmeID.
func circumstances(token string) string {
	t := playground.Decode(token, true)
	var b strings.Builder
	if iat := t.Payload().Object().Get("iat"); iat != nil && iat.Kind == playground.KindNumber {
		if n, err := strconv.ParseInt(iat.Text, 10, 64); err == nil {
			b.WriteString(hidden("now", strconv.FormatInt(n+60, 10)))
		}
	}
	header := t.Header().Object()
	if header.String("alg") != "ES256" || !strings.HasPrefix(header.String("kid"), "acme") {
		return b.String()
	}
	key, err := sampleKey("acmeid")
	if err != nil {
		return b.String()
	}
	if public, err := playground.PublicJWK(&key.PublicKey, "", ""); err == nil {
		b.WriteString(hidden("key", string(public)) + hidden("alg", "ES256"))
	}
	return b.String()
}

func hidden(name, value string) string {
	return `<input type="hidden" name="` + name + `" value="` + escape(value) + `">`
}

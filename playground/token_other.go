package playground

import "strings"

// otherKind recognises what only looks like a token; "" if nothing is known.
func otherKind(text string) Kind {
	switch trimmed := strings.TrimSpace(text); {
	case trimmed == "":
		return Other
	case strings.HasPrefix(trimmed, "{"):
		v, _ := ScanJSON([]byte(trimmed))
		if v.Get("payload") != nil || v.Get("signatures") != nil || v.Get("protected") != nil || v.Get("ciphertext") != nil {
			return JSON
		}
		return Other
	case foreignName(trimmed) != "":
		return Other
	}
	return ""
}

// foreignName is the name of a format that people take for a JWT, "" for none.
func foreignName(text string) string {
	for _, f := range [][2]string{
		{"v1.local.", "a PASETO"},
		{"v2.local.", "a PASETO"},
		{"v3.local.", "a PASETO"},
		{"v4.local.", "a PASETO"},
		{"v1.public.", "a PASETO"},
		{"v2.public.", "a PASETO"},
		{"v3.public.", "a PASETO"},
		{"v4.public.", "a PASETO"},
		{"MDAx", "a macaroon"},
		{"AgE", "a macaroon"},
		{"AQIC", "a session id of OpenAM"},
		{"PHNhbW", "a SAML assertion"},
		{"PD94bWw", "an XML document in base64"},
		{"<", "an XML or HTML document"},
		{"-----BEGIN ", "a key or a certificate"},
		{"ssh-", "an SSH key"},
	} {
		if strings.HasPrefix(text, f[0]) {
			return f[1]
		}
	}
	return ""
}

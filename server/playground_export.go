package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"

	"claimcheck/playground"
	"claimcheck/web"
)

// An export is the built token, or what verifies it, in a form to take along.
type export struct {
	ID, Name, Note string
	Code           web.Wire
}

// exportsOf are the forms in which a built token leaves the page. A shared
// secret has no public half, so there is less of it.
func exportsOf(m made, header, payload, api string) []export {
	list := []export{{"curl", "A request with it, for curl", "To StepCloud of this server; put in your own API.", code("A request with curl", "curl -i "+api+" \\\n  -H 'Authorization: Bearer "+m.Token+"'")}}
	if jwk, err := playground.PublicJWK(m.key.Public, "", m.Algorithm); err == nil {
		set, err := playground.PublicJWKSet(playground.NewKey(m.key.Public, playground.Thumbprint(m.key.Public), m.Algorithm))
		if err == nil {
			list = append(list, export{"jwk", "The public key as a JWK", "", code("The public key as a JWK", string(jwk))},
				export{"jwks", "The public key as a JWK Set", "Its `kid` is the thumbprint (RFC 7638).", code("The public key as a JWK Set", string(set))})
		}
		if der, err := x509.MarshalPKIXPublicKey(m.key.Public); err == nil {
			list = append(list, export{"pem", "The public key as PEM", "", code("The public key as PEM", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))})
		}
	}
	if m.Algorithm != "none" {
		list = append(list, export{"go", "A Go program that signs it", "It signs the very bytes above. The usual way, `jwt.NewWithClaims(…).SignedString(key)`, writes the claims anew and in the order of their names.", code("A Go program that signs the token", signProgram(m.Algorithm, header, payload))})
	}
	return list
}

// signProgram signs header and payload as they stand. A test compiles and runs it.
func signProgram(alg, header, payload string) string {
	parse, method := pemKind(alg), alg
	if parse == "Ed" {
		method = "EdDSA" // golang-jwt's name for it
	}
	key := "\tkey, err := jwt.Parse" + parse + "PrivateKeyFromPEM(file)\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n"
	if parse == "" {
		key = "\tkey := file // a secret: at least 32 random bytes\n"
	}
	var l sourceText
	l.add(true, "package main\n\nimport (\n\t\"encoding/base64\"\n\t\"fmt\"\n\t\"log\"\n\t\"os\"\n\n\t\"github.com/golang-jwt/jwt/v5\"\n)\n")
	l.add(true, "// Run it with a file that holds the key.\nfunc main() {\n\tfile, err := os.ReadFile(os.Args[1])\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n%s\tencode := base64.RawURLEncoding.EncodeToString", key)
	l.add(true, "\tinput := encode([]byte(%s)) + \".\" +\n\t\tencode([]byte(%s))", goString(header), goString(payload))
	l.add(true, "\tsignature, err := jwt.SigningMethod%s.Sign(input, key)\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n\tfmt.Println(input + \".\" + encode(signature))\n}", method)
	return l.String()
}

// goString is a literal of Go: between backquotes where that can be.
func goString(s string) string {
	if strings.ContainsAny(s, "`\r\n\x00\uFEFF") || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0xFFFD }) {
		return fmt.Sprintf("%q", s)
	}
	return "`" + s + "`"
}

package main

import (
	"fmt"
	"slices"
	"strings"

	"claimcheck/playground"
	"claimcheck/web"
)

// goCode is the policy as a Go program over golang-jwt, with what the library
// leaves to its caller written out. Lines that the refusing rule is about are
// marked. A test compiles it, runs it, and compares its verdict with ours.
func goCode(p playground.Policy, r *playground.Result, fixed bool) web.Wire {
	refused := ""
	if r.Refused != nil {
		refused = r.Refused.ID
	}
	alg := keyAlgorithm(p, r)
	w := web.Wire{Label: "The policy as a Go program"}
	add := func(rule, format string, args ...any) {
		for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
			w.Lines = append(w.Lines, web.Line{Text: line, Hit: rule != "" && rule == refused})
		}
	}
	goImports(add, p, fixed)
	older := pemKind(alg) == "Ed" && slices.Contains(allowedMethods(p), "Ed25519")
	add("", "%s", goMain(alg, older))
	if older {
		add("alg_policy", "// ed25519Method is a signature that golang-jwt has as EdDSA alone.\ntype ed25519Method struct{ *jwt.SigningMethodEd25519 }\n\nfunc (ed25519Method) Alg() string { return \"Ed25519\" }\n")
	}
	goVerify(add, p, fixed)
	return w
}

// goImports writes what the program needs, as gofmt sorts it.
func goImports(add func(rule, format string, args ...any), p playground.Policy, fixed bool) {
	add("", "package main\n\nimport (\n\t\"errors\"\n\t\"fmt\"\n\t\"log\"\n\t\"os\"\n\t\"strings\"")
	if p.LeewaySeconds > 0 || fixed {
		add("", "\t\"time\"")
	}
	add("", "\n\t\"github.com/golang-jwt/jwt/v5\"\n)\n")
}

// goMain reads the key and the token from the files that are named. Older says
// that golang-jwt has to be told of the name Ed25519.
func goMain(alg string, older bool) string {
	register := ""
	if older {
		register = "\tjwt.RegisterSigningMethod(\"Ed25519\", func() jwt.SigningMethod { return ed25519Method{jwt.SigningMethodEdDSA} })\n"
	}
	return `// Run it with a file that holds the key and one that holds the token.
func main() {
` + register + `	file, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	token, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
` + goKey(alg) + `	claims, err := verify(strings.TrimSpace(string(token)), key)
	if err != nil {
		log.Fatal("refused: ", err)
	}
	fmt.Println("accepted:", claims)
}
`
}

// keyAlgorithm is an algorithm that the key is for: the tried one, or else the one
// that the policy would take.
func keyAlgorithm(p playground.Policy, r *playground.Result) string {
	switch {
	case r.Key != nil && len(playground.AlgorithmsFor(r.Key.Public)) > 0:
		return playground.AlgorithmsFor(r.Key.Public)[0]
	case len(p.Algorithms) > 0:
		return p.Algorithms[0]
	}
	return "ES256"
}

// pemKind is what golang-jwt calls the kind of key of an algorithm, empty for a
// shared secret.
func pemKind(alg string) string {
	if alg == "EdDSA" || alg == "Ed25519" {
		return "Ed"
	}
	return map[byte]string{'R': "RSA", 'P': "RSA", 'E': "EC"}[alg[0]]
}

// allowedMethods are the algorithms of the policy; without a list all there are.
func allowedMethods(p playground.Policy) []string {
	if len(p.Algorithms) > 0 {
		return p.Algorithms
	}
	return playground.Algorithms()
}

// goKey is how the key is read that the algorithm needs.
func goKey(alg string) string {
	parse := pemKind(alg)
	if parse == "" {
		return "\tkey := file // a secret: at least 32 random bytes\n"
	}
	return "\tkey, err := jwt.Parse" + parse + "PublicKeyFromPEM(file)\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n"
}

// goVerify is the verifier itself.
func goVerify(add func(rule, format string, args ...any), p playground.Policy, fixed bool) {
	add("", "func verify(raw string, key any) (jwt.MapClaims, error) {\n\tclaims := jwt.MapClaims{}\n\tparser := jwt.NewParser(")
	if len(p.Algorithms) == 0 {
		add("alg_policy", "\t\t// Better: the one algorithm that your issuer signs with.")
	}
	add("alg_policy", "\t\tjwt.WithValidMethods([]string{%s}),", quoteAll(allowedMethods(p)))
	if p.Issuer != "" {
		add("iss", "\t\tjwt.WithIssuer(%q),", p.Issuer)
	}
	if p.Audience != "" {
		add("aud", "\t\tjwt.WithAudience(%q),", p.Audience)
	}
	if slices.Contains(p.Require, "exp") {
		add("exp", "\t\tjwt.WithExpirationRequired(),")
	}
	if slices.Contains(p.Require, "nbf") {
		add("require", "\t\tjwt.WithNotBeforeRequired(),")
	}
	if slices.Contains(p.Require, "iat") {
		add("iat", "\t\tjwt.WithIssuedAt(),")
	}
	if p.LeewaySeconds > 0 {
		add("exp", "\t\tjwt.WithLeeway(%d*time.Second),", p.LeewaySeconds)
	}
	if fixed {
		add("exp", "\t\tjwt.WithTimeFunc(func() time.Time { return time.Unix(%d, 0) }),", p.Now.Unix())
	}
	add("b64_bits", "\t\tjwt.WithStrictDecoding(),")
	add("", "\t)")
	add("sig", "\ttoken, err := parser.ParseWithClaims(raw, claims, func(*jwt.Token) (any, error) {")
	add("key_type", "\t\treturn key, nil // one that you trust, never one from the token")
	add("", "\t})\n\tif err != nil {\n\t\treturn nil, err\n\t}")
	if p.Type != "" {
		add("hdr_typ", "\ttyp, _ := token.Header[\"typ\"].(string)")
		add("hdr_typ", "\tif !strings.EqualFold(strings.TrimPrefix(typ, \"application/\"), %q) {", strings.TrimPrefix(p.Type, "application/"))
		add("hdr_typ", "\t\treturn nil, errors.New(\"another kind of token\")\n\t}")
	}
	for _, name := range p.Require {
		if name != "exp" && name != "nbf" {
			add("require", "\tif _, ok := claims[%q]; !ok {\n\t\treturn nil, errors.New(%q)\n\t}", name, "it lacks "+name)
		}
	}
	add("crit", "\tif token.Header[\"crit\"] != nil || token.Header[\"b64\"] != nil {\n\t\treturn nil, errors.New(\"an extension that is not understood\")\n\t}")
	add("", "\treturn claims, nil\n}")
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(quoted, ", ")
}

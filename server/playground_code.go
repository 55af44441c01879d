package main

import (
	"fmt"
	"slices"
	"strings"

	"claimcheck/playground"
	"claimcheck/web"
)

// goCode is the policy as a Go function over golang-jwt, and what the library
// leaves to its caller written out. Lines that the refusing rule is about are marked.
func goCode(p playground.Policy, r *playground.Result, fixed bool) web.Wire {
	refused := ""
	if r.Refused != nil {
		refused = r.Refused.ID
	}
	w := web.Wire{Label: "The policy as Go code"}
	add := func(rule, format string, args ...any) {
		w.Lines = append(w.Lines, web.Line{Text: fmt.Sprintf(format, args...), Hit: rule != "" && rule == refused})
	}
	methods := p.Algorithms
	if len(methods) == 0 {
		methods = playground.Algorithms()
	}
	add("", "func verify(raw string, key any) (jwt.MapClaims, error) {")
	add("", "\tclaims := jwt.MapClaims{}")
	add("", "\tparser := jwt.NewParser(")
	if len(p.Algorithms) == 0 {
		add("alg_policy", "\t\t// Better: the one algorithm that your issuer signs with.")
	}
	add("alg_policy", "\t\tjwt.WithValidMethods([]string{%s}),", quoteAll(methods))
	if p.Issuer != "" {
		add("iss", "\t\tjwt.WithIssuer(%q),", p.Issuer)
	}
	if p.Audience != "" {
		add("aud", "\t\tjwt.WithAudience(%q),", p.Audience)
	}
	if slices.Contains(p.Require, "exp") {
		add("exp", "\t\tjwt.WithExpirationRequired(),")
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
	add("", "\t})")
	add("", "\tif err != nil {")
	add("", "\t\treturn nil, err")
	add("", "\t}")
	if p.Type != "" {
		add("hdr_typ", "\ttyp, _ := token.Header[\"typ\"].(string)")
		add("hdr_typ", "\tif !strings.EqualFold(strings.TrimPrefix(typ, \"application/\"), %q) {", strings.TrimPrefix(p.Type, "application/"))
		add("hdr_typ", "\t\treturn nil, errors.New(\"another kind of token\")")
		add("hdr_typ", "\t}")
	}
	add("crit", "\tif token.Header[\"crit\"] != nil || token.Header[\"b64\"] != nil {")
	add("crit", "\t\treturn nil, errors.New(\"an extension that is not understood\")")
	add("crit", "\t}")
	add("", "\treturn claims, nil")
	add("", "}")
	return w
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(quoted, ", ")
}

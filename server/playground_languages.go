package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"claimcheck/playground"
	"claimcheck/web"
)

// A program is the policy in one more language.
type program struct {
	ID, Name, Note string
	Code           web.Wire
}

// otherPrograms are the policy over the libraries that one meets most often.
// Each reads the key and the token from the files that are named.
func otherPrograms(p playground.Policy, r *playground.Result, fixed bool) []program {
	algs := p.Algorithms
	if len(algs) == 0 {
		algs = []string{"ES256"}
		if r.Key != nil {
			algs = playground.AlgorithmsFor(r.Key.Public)
		}
	}
	return []program{
		{"node", "Node, jose", "jose refuses critical headers that it does not know.", code("The policy in Node", nodeProgram(p, algs, fixed))},
		{"python", "Python, PyJWT", "PyJWT before 2.12 does not look at crit (CVE-2026-32597).", code("The policy in Python", pythonProgram(p, algs, fixed))},
		{"java", "Java, Nimbus", "The key file is a JWK Set here. Nimbus forgives 60 seconds unless told otherwise.", code("The policy in Java", javaProgram(p, algs, fixed))},
	}
}

func code(label, text string) web.Wire {
	w := web.Wire{Label: label}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		w.Lines = append(w.Lines, web.Line{Text: line})
	}
	return w
}

// text is a string literal that all three languages read alike: JSON's.
func text(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // a string: can't be
		return `""`
	}
	return string(b)
}

// texts are the literals of a list, with commas between.
func texts(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = text(s)
	}
	return strings.Join(quoted, ", ")
}

func symmetric(algs []string) bool { return strings.HasPrefix(algs[0], "HS") }

// sourceText is a text of the lines whose condition holds.
type sourceText struct{ strings.Builder }

func (l *sourceText) add(when bool, format string, args ...any) {
	if when {
		fmt.Fprintf(l, format+"\n", args...)
	}
}

func nodeProgram(p playground.Policy, algs []string, fixed bool) string {
	var l sourceText
	l.add(true, "import { readFile } from \"node:fs/promises\";")
	l.add(symmetric(algs), "import { jwtVerify } from \"jose\";\n\nconst key = await readFile(process.argv[2]); // a secret: at least 32 random bytes")
	l.add(!symmetric(algs), "import { importSPKI, jwtVerify } from \"jose\";\n\nconst key = await importSPKI(await readFile(process.argv[2], \"utf8\"), %s);", text(algs[0]))
	l.add(true, "const token = (await readFile(process.argv[3], \"utf8\")).trim();\n\nconst { payload } = await jwtVerify(token, key, {\n\talgorithms: [%s],", texts(algs))
	l.add(p.Issuer != "", "\tissuer: %s,", text(p.Issuer))
	l.add(p.Audience != "", "\taudience: %s,", text(p.Audience))
	l.add(p.Type != "", "\ttyp: %s,", text(p.Type))
	l.add(len(p.Require) > 0, "\trequiredClaims: [%s],", texts(p.Require))
	l.add(p.LeewaySeconds > 0, "\tclockTolerance: %d, // seconds", p.LeewaySeconds)
	l.add(fixed, "\tcurrentDate: new Date(%d * 1000),", p.Now.Unix())
	l.add(true, "});")
	clock := "Date.now() / 1000"
	if fixed {
		clock = strconv.FormatInt(p.Now.Unix(), 10)
	}
	l.add(slices.Contains(p.Require, "iat"), "if (payload.iat > %s + %d) throw new Error(\"issued in the future\");", clock, p.LeewaySeconds)
	l.add(true, "console.log(\"accepted:\", payload);")
	return l.String()
}

func pythonProgram(p playground.Policy, algs []string, fixed bool) string {
	var l sourceText
	l.add(true, "import sys\nfrom pathlib import Path\n\nimport jwt\n\nkey = Path(sys.argv[1]).read_bytes()\ntoken = Path(sys.argv[2]).read_text().strip()\n")
	l.add(slices.Contains(algs, "Ed25519"), "# PyJWT knows the signature as EdDSA; this is its name in RFC 9864.\nif \"Ed25519\" not in jwt.algorithms.get_default_algorithms():\n    jwt.register_algorithm(\"Ed25519\", jwt.algorithms.OKPAlgorithm())\n")
	l.add(fixed, "# PyJWT asks the clock of the machine; it cannot be told another time.")
	l.add(true, "claims = jwt.decode(\n    token,\n    key,\n    algorithms=[%s],", texts(algs))
	l.add(p.Issuer != "", "    issuer=%s,", text(p.Issuer))
	l.add(p.Audience != "", "    audience=%s,", text(p.Audience))
	l.add(p.LeewaySeconds > 0, "    leeway=%d,  # seconds", p.LeewaySeconds)
	var options []string
	if len(p.Require) > 0 {
		options = append(options, `"require": [`+texts(p.Require)+"]")
	}
	if p.Audience == "" {
		options = append(options, `"verify_aud": False`)
	}
	l.add(len(options) > 0, "    options={%s},", strings.Join(options, ", "))
	l.add(true, ")")
	l.add(p.Type != "", "typ = jwt.get_unverified_header(token).get(\"typ\", \"\")  # it was verified by now\nif typ.lower().removeprefix(\"application/\") != %s:\n    raise jwt.InvalidTokenError(\"another kind of token\")", text(strings.ToLower(strings.TrimPrefix(p.Type, "application/"))))
	l.add(true, "print(\"accepted:\", claims)")
	return l.String()
}

func javaProgram(p playground.Policy, algs []string, fixed bool) string {
	names := make([]string, len(algs))
	for i, alg := range algs {
		names[i] = "JWSAlgorithm." + alg
	}
	var l sourceText
	l.add(true, "import com.nimbusds.jose.*;\nimport com.nimbusds.jose.jwk.JWKSet;\nimport com.nimbusds.jose.jwk.source.ImmutableJWKSet;\nimport com.nimbusds.jose.proc.*;\nimport com.nimbusds.jwt.JWTClaimsSet;\nimport com.nimbusds.jwt.proc.*;\nimport java.nio.file.*;\nimport java.util.*;\n")
	l.add(true, "class Verify {\n  public static void main(String[] args) throws Exception {\n    var keys = new ImmutableJWKSet<SecurityContext>(JWKSet.load(Path.of(args[0]).toFile()));\n    var token = Files.readString(Path.of(args[1])).trim();\n    var processor = new DefaultJWTProcessor<SecurityContext>();")
	l.add(true, "    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(Set.of(%s), keys));", strings.Join(names, ", "))
	l.add(p.Type != "", "    processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType(%s)));", text(p.Type))
	exact := "new JWTClaimsSet.Builder()"
	if p.Issuer != "" {
		exact += ".issuer(" + text(p.Issuer) + ")"
	}
	audience := "(String) null"
	if p.Audience != "" {
		audience = text(p.Audience)
	}
	require := "Set.of()"
	if len(p.Require) > 0 {
		require = "Set.of(" + texts(p.Require) + ")"
	}
	l.add(true, "    var claims = new DefaultJWTClaimsVerifier<SecurityContext>(\n        %s, %s.build(), %s)%s", audience, exact, require, map[bool]string{true: " {", false: ";"}[fixed])
	l.add(fixed, "      @Override\n      protected Date currentTime() {\n        return new Date(%dL);\n      }\n    };", p.Now.UnixMilli())
	l.add(true, "    claims.setMaxClockSkew(%d); // seconds\n    processor.setJWTClaimsSetVerifier(claims);\n    var checked = processor.process(token, null);", p.LeewaySeconds)
	clock := "System.currentTimeMillis()"
	if fixed {
		clock = strconv.FormatInt(p.Now.UnixMilli(), 10) + "L"
	}
	l.add(slices.Contains(p.Require, "iat"), "    if (checked.getIssueTime().getTime() > %s + %dL) throw new BadJWTException(\"issued in the future\");", clock, p.LeewaySeconds*1000)
	l.add(true, "    System.out.println(\"accepted: \" + checked);\n  }\n}")
	return l.String()
}

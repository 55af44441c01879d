package lab

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"claimcheck/playground"
)

// A pass is a token of StepCloud's own: whoever has it sees one person's steps for
// a week, with no account and no app. StepCloud alone makes passes and reads them,
// so one secret signs and verifies them (HS256, RFC 7518 §3.2).
const (
	passLife = 7 * 24 * time.Hour
	passType = "pass+jwt"
	passAlg  = "HS256"
	passKID  = "pass-1" // the secret that signs now
)

// minPassSecret is how many bytes a secret for HS256 has at least (RFC 7518 §3.2).
const minPassSecret = 32

// passEndpoint is where a person gets a pass to give away.
func passEndpoint() *endpoint {
	return &endpoint{
		methods: []string{http.MethodPost}, scope: ScopeStepsRead, checks: passChecks(),
		denied: "A pass is for a person’s steps.",
		answer: func(a *apiRequest) any {
			return map[string]any{"pass": a.newPass(), "expires_in": int(passLife.Seconds())}
		},
	}
}

// sharedEndpoint is what a pass opens.
func sharedEndpoint() *endpoint {
	return &endpoint{
		methods: []string{http.MethodGet, http.MethodHead}, checks: sharedChecks(), denied: "There are no such steps.",
		answer: func(a *apiRequest) any { return map[string]any{"user": a.subject(), "steps": daysOf(a.subject())} },
	}
}

// passChecks are what StepCloud tests before it signs a pass. A person who has no
// steps yet gets one as well.
func passChecks() []playground.Check[apiRequest] {
	return slices.Concat(tokenChecks(), []playground.Check[apiRequest]{personOnly(), passKeyFor(func(*apiRequest) string { return passKID }), hsMinKey()})
}

// sharedChecks are what StepCloud tests before it shows steps for a pass.
func sharedChecks() []playground.Check[apiRequest] {
	return slices.Concat(credentialChecks()[:5], ownPassChecks(), []playground.Check[apiRequest]{userRights()})
}

// ownPassChecks are those of them that are about the pass.
func ownPassChecks() []playground.Check[apiRequest] {
	return []playground.Check[apiRequest]{
		kidStrict(),
		passKeyFor(func(a *apiRequest) string { return kidOf(a.token) }),
		hsMinKey(),
		{
			Rule: playground.Rule{
				ID: "share_pass", Title: "StepCloud signed the pass, and it has not expired",
				Spec: rfc("7519", "7.2"), Level: playground.Must, Refusal: "invalid_token",
			},
			Test: (*apiRequest).testPass,
		},
	}
}

// kidStrict is about the name that a pass gives for its secret.
func kidStrict() playground.Check[apiRequest] {
	return playground.Check[apiRequest]{
		Rule: playground.Rule{
			ID: "kid_strict", Title: "kid is a name, and nothing else", Spec: rfc("8725", "3.10"),
			Level: playground.Choice, Refusal: "invalid_token", Switchable: true,
		},
		Test: func(a *apiRequest) playground.Outcome {
			kid := kidOf(a.token)
			if kid != "" && len(kid) <= maxKID && strings.Trim(kid, kidLetters) == "" {
				return playground.Pass()
			}
			o := playground.Fail("letters, digits, - and _", orNone(kid), "Use the pass as StepCloud made it.")
			o.Why = "Whoever writes a token writes its kid. Put into a path, a query or a command, it says more than a name."
			return o
		},
	}
}

// What kidStrict lets through: at most maxKID bytes of these.
const (
	maxKID     = 64
	kidLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

// passKeyFor reads the secret of the name that of returns.
func passKeyFor(of func(*apiRequest) string) playground.Check[apiRequest] {
	return playground.Check[apiRequest]{
		Rule: playground.Rule{
			ID: "pass_key", Title: "There is a secret of that name", Spec: rfc("7515", "4.1.4"),
			Level: playground.Must, Refusal: "invalid_token",
		},
		Test: func(a *apiRequest) playground.Outcome {
			kid := of(a)
			secret, ok := a.lab.stepCloudFiles()[path.Join(secretsDir, kid)]
			if !ok {
				return playground.Fail(passKID, orNone(kid), "Use the pass as StepCloud made it.")
			}
			a.passSecret = secret
			return playground.Pass()
		},
	}
}

// hsMinKey is about the secret that passes are signed with.
func hsMinKey() playground.Check[apiRequest] {
	return playground.Check[apiRequest]{
		Rule: playground.Rule{
			ID: "hs_min_key", Title: "The secret for HS256 has 256 bits or more", Spec: rfc("7518", "3.2"),
			Level: playground.Must, Refusal: "invalid_token", Switchable: true,
		},
		Test: func(a *apiRequest) playground.Outcome {
			if len(a.passSecret) >= minPassSecret {
				return playground.Pass()
			}
			o := playground.Fail("256 bits or more, from a random generator", fmt.Sprintf("%d bits, which somebody made up", 8*len(a.passSecret)), "Have a random generator make 32 bytes, and sign with those.")
			o.Why = "Whoever has one token can try words at home until one gives the same signature. No server sees that, and none can slow it down."
			return o
		},
	}
}

// aboutStepCloud is a file that StepCloud shows to everybody.
const aboutStepCloud = `{"name":"StepCloud","version":"4.2","help":"Write to help@stepcloud.example"}`

// secretsDir is where StepCloud keeps its secrets, a file for each.
const secretsDir = "secrets"

// stepCloudFiles are StepCloud's files by their paths. They are no files of this
// machine, so that whatever kid says leads nowhere else. While hs_min_key is off,
// the secret is one that a person made up.
func (l *Lab) stepCloudFiles() map[string][]byte {
	secret := l.passSecret
	if l.mode().InsecureOff["hs_min_key"] {
		secret = []byte("10000steps")
	}
	return map[string][]byte{
		path.Join(secretsDir, passKID): secret,
		"public/about.json":            []byte(aboutStepCloud + "\n"),
	}
}

// aboutEndpoint shows the file to whoever asks, byte for byte.
func aboutEndpoint() *endpoint {
	return &endpoint{
		methods: []string{http.MethodGet, http.MethodHead},
		answer:  func(*apiRequest) any { return json.RawMessage(aboutStepCloud) },
	}
}

// newPass signs a pass for the person of the access token.
func (a *apiRequest) newPass() string {
	now, me := a.lab.Now(), a.lab.apiURL(a.api.id)
	claims, err := json.Marshal(map[string]any{
		"iss": me, "aud": me, "sub": a.claims.Subject, "iat": now.Unix(), "exp": now.Add(passLife).Unix(),
	})
	if err != nil {
		return "" // text and numbers
	}
	pass, err := playground.Sign([]byte(`{"alg":"`+passAlg+`","typ":"`+passType+`","kid":"`+passKID+`"}`), claims, a.passSecret, passAlg)
	if err != nil {
		return "" // a secret fits HS256
	}
	return pass
}

// testPass judges a pass with the secret that was found.
func (a *apiRequest) testPass() playground.Outcome {
	me, off := a.lab.apiURL(a.api.id), a.lab.mode().InsecureOff
	keys := playground.NewKeySet("StepCloud’s own secrets", playground.NewKey(a.passSecret, kidOf(a.token), passAlg))
	a.verdict = playground.VerifyAlone(a.token, keys, playground.Policy{
		Algorithms: []string{passAlg}, Issuer: me, Audience: me, Type: passType, Require: []string{"exp", "sub"}, Now: a.lab.Now(),
	})
	good := forgive(a.verdict, func(f *playground.Finding) bool {
		return f.Status == playground.StatusFail && f.Switchable && off[f.ID]
	})
	if a.dpop || !good || a.verdict.Verdict == playground.Undecided {
		return playground.Fail("a pass that passes every test above, after Bearer", "one that does not", "Ask the person for a new pass.")
	}
	a.claims = accessClaims{Subject: a.verdict.Token.Payload().Object().String("sub")}
	return playground.Pass()
}

package walkthrough

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// dpop is the flow dpop: a token that is bound to a key (RFC 9449), what a thief
// can do with it, and what becomes of it where somebody forgets the binding.
func dpop() *script {
	stolen := func(id, after, refuses string, change ...preparation) *action {
		return &action{
			// Who reads for long finds that the recorded proof, or the token, is too old.
			half: HalfRequest, after: after, owns: during(id, "/v1/steps"), good: refusedBy(refuses, "dpop_iat", "exp"),
			preview: changed(replay("api-request"), change...), back: sendAs(lab.MalloryParty()),
		}
	}
	pro := sendAs(lab.ClientParty(lab.FitTrackPro))
	refresh := needs("api-request", "has not used its token yet", previewCall(lab.Refresh()))
	return &script{
		memory: boundValues,
		actions: map[string]*action{
			"connected": {
				half: HalfRequest, owns: during("connected", "/callback"), good: accepted,
				preview: previewConnect, back: guided(codeForAlice),
			},
			"key": {of: "connected", half: HalfMemory},
			"token-request": {
				half: HalfRequest, after: "connected", owns: during("token-request", "/token"), seen: all(grants("authorization_code"), endedBy("dpop_nonce")), good: refusedBy("dpop_nonce"),
				preview: needs("connected", "has no code yet", previewCode), back: redeem,
				expires: &expiry{"code_ttl", "code", "connected", "connected"},
			},
			"nonce-response": {of: "token-request", half: HalfResponse},
			"token-retry": {
				half: HalfRequest, after: "token-request", owns: during("token-retry", "/token"), seen: all(grants("authorization_code"), proves, not(endedBy("dpop_nonce"))), good: validated,
				preview: needs("token-request", "has no nonce yet", previewCode), back: redeem,
				expires: &expiry{"code_ttl", "code", "connected", "token-request"},
			},
			"token-check":    {of: "token-retry", half: HalfFindings},
			"token-response": {of: "token-retry", half: HalfResponse},
			"api-request": {
				half: HalfRequest, after: "token-retry", owns: during("api-request", "/v1/steps"), seen: all(calls, proves), good: accepted,
				preview: needs("token-retry", "has no access token yet", previewCall(lab.GetSteps())), back: call(lab.GetSteps()),
				expires: &expiry{"exp", "access token", "connected", "token-retry"},
			},
			"api-check": {of: "api-request", half: HalfFindings},

			"stolen-token":  stolen("stolen-token", "api-request", "dpop_one_header", withoutProof),
			"stolen-bearer": stolen("stolen-bearer", "stolen-token", "token_scheme", asBearer, withoutProof),
			"stolen-proof":  stolen("stolen-proof", "stolen-bearer", "dpop_once"),
			"own-key":       stolen("own-key", "stolen-proof", "dpop_key", proofBy(lab.MalloryParty())),
			"own-key-check": {of: "own-key", half: HalfFindings},
			"inside": {
				half: HalfRequest, after: "own-key", owns: during("inside", "/v1/steps"), good: accepted,
				preview: changed(replay("api-request"), proofBy(lab.ClientParty(lab.FitTrackPro))), back: sendAs(lab.MalloryParty()),
			},

			"stripped": {
				half: HalfRequest, after: "api-request", owns: during("stripped", "/token"), good: refusedBy("dpop_one_header"),
				preview: changed(refresh, withoutProof), back: pro,
			},
			"as-bearer": {
				half: HalfRequest, after: "stripped", owns: during("as-bearer", "/v1/steps"), good: refusedBy("token_scheme"),
				preview: changed(replay("api-request"), asBearer, withoutProof), back: pro,
			},
			"as-bearer-check": {of: "as-bearer", half: HalfFindings},
			"no-nonce": {
				half: HalfRequest, after: "as-bearer", owns: during("no-nonce", "/token"), good: refusedBy("dpop_nonce"),
				preview: changed(refresh, reprove(func(p *lab.Proof) { p.Nonce = "" })), back: pro,
			},
			"kept": {of: "no-nonce", half: HalfMemory},
		},
		misbehaves: map[string]string{"token-retry/other_type": "tok_type_unknown"},
		faults: map[string]preparation{
			"token-retry/no_proof":   withoutProof,
			"token-retry/wrong_htm":  reprove(func(p *lab.Proof) { p.Method = http.MethodGet }),
			"token-retry/wrong_htu":  reprove(func(p *lab.Proof) { p.URI = "https://idp.mallory.example/token" }),
			"token-retry/old_proof":  later(6 * time.Minute),
			"token-retry/other_type": unchanged,
			"api-request/no_ath":     reprove(func(p *lab.Proof) { p.TokenHash = "" }),
			"api-request/other_call": reprove(func(p *lab.Proof) { p.Method = http.MethodPost }),
			"api-request/other_api": func(ctx context.Context, w *Walk, d *Draft) error {
				return reprove(func(p *lab.Proof) { p.URI = strings.Replace(p.URI, "/v1/steps", "/v1/export", 1) })(ctx, w, d)
			},
			"api-request/same_proof": twice("api-request"),
			"api-request/old_proof":  later(6 * time.Minute),
		},
	}
}

// guided keeps the client from going on by itself while somebody does the steps
// before in Alice's stead.
func guided(back func(context.Context, *Walk, *http.Request) (*trace.Entry, error)) func(context.Context, *Walk, *http.Request) (*trace.Entry, error) {
	return func(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
		if !w.run.Guided() {
			w.run.SetGuided(true)
			defer w.run.SetGuided(false)
		}
		return back(ctx, w, edited)
	}
}

// previewCode is the token request of a client that holds a code.
func previewCode(ctx context.Context, w *Walk) (*Draft, error) {
	r, err := w.run.TokenRequest(ctx)
	if err != nil {
		return nil, err
	}
	return draftOf(r)
}

// changed is a preview with something done to it.
func changed(preview func(context.Context, *Walk) (*Draft, error), change ...preparation) func(context.Context, *Walk) (*Draft, error) {
	return func(ctx context.Context, w *Walk) (*Draft, error) {
		d, err := preview(ctx, w)
		for _, do := range change {
			if err != nil {
				return nil, err
			}
			err = do(ctx, w, d)
		}
		return d, err
	}
}

// withoutProof leaves the proof out.
func withoutProof(_ context.Context, _ *Walk, d *Draft) error {
	d.Header.Del("DPoP")
	return nil
}

// asBearer shows a bound token as if it were none.
func asBearer(_ context.Context, _ *Walk, d *Draft) error {
	_, token, _ := strings.Cut(d.Header.Get("Authorization"), " ")
	d.Header.Set("Authorization", "Bearer "+token)
	return nil
}

var errNoProof = errors.New("there is no proof in this request")

// proofOf reads the claims of the proof in a request.
func proofOf(d *Draft) (lab.Proof, error) {
	var p lab.Proof
	parts := strings.Split(d.Header.Get("DPoP"), ".")
	if len(parts) != 3 {
		return p, errNoProof
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(b, &p) != nil {
		return p, errNoProof
	}
	return p, nil
}

// reprove signs a request's proof again, with other claims, by the client's key.
func reprove(change func(*lab.Proof)) preparation {
	return func(ctx context.Context, w *Walk, d *Draft) error {
		p, err := proofOf(d)
		if err != nil {
			return err
		}
		change(&p)
		proof, err := w.run.Prove(ctx, lab.ClientParty(w.v.Client), p)
		if err != nil {
			return err
		}
		d.Header.Set("DPoP", proof)
		return nil
	}
}

// proofBy puts a new proof into a request, by the key of somebody.
func proofBy(who trace.Party) preparation {
	return func(ctx context.Context, w *Walk, d *Draft) error {
		p, err := proofOf(d)
		if err != nil {
			return err
		}
		p.ID, p.IssuedAt = "", 0
		proof, err := w.run.Prove(ctx, who, p)
		if err != nil {
			return err
		}
		d.Header.Set("DPoP", proof)
		return nil
	}
}

// boundValues are what the client keeps, and what stands in header fields.
func boundValues(w *Walk, name string) string {
	header := func(step, name string) string {
		if e := w.current(step); e != nil {
			return e.Request.Header.Get(name)
		}
		return ""
	}
	switch name {
	case "public key", "thumbprint":
		jwk, thumbprint, err := w.run.Lab().PartyKey(lab.ClientParty(w.v.Client))
		switch {
		case err != nil:
			return ""
		case name == "thumbprint":
			return thumbprint
		}
		return string(jwk)
	case "nonce":
		return w.run.Session().DPoPNonce
	case "proof for AcmeID":
		return header("token-retry", "DPoP")
	case "proof for StepCloud":
		return header("api-request", "DPoP")
	case "cnf.jkt":
		if cnf, ok := payloadOf(w.run.Session().Tokens.AccessToken)["cnf"].(map[string]any); ok {
			jkt, _ := cnf["jkt"].(string)
			return jkt
		}
	}
	return ""
}

package walkthrough

import (
	"context"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// introspection is the flow introspection-and-revocation: a JWT and an opaque
// token side by side, while both are good and after both were revoked.
func introspection() *script {
	hourly := func(c lab.Call) lab.Call { return c.As(lab.HourlyReport) }
	asked := func(e *trace.Entry) bool { return strings.HasSuffix(e.Path(), "/introspect") }
	sends := func(id, after, path string, c lab.Call, good func(*Walk, *trace.Entry) bool) *action {
		a := &action{half: HalfRequest, after: after, owns: during(id, path), good: good, preview: previewCall(c), back: call(c)}
		if after != "" {
			a.preview = previewAfter(after, "has to wait for the step before", c)
		}
		return a
	}
	actions := map[string]*action{
		"jwt-token":              sends("jwt-token", "", "/token", lab.ClientCredentials(), accepted),
		"opaque-token":           sends("opaque-token", "jwt-token", "/token", hourly(lab.ClientCredentials()), accepted),
		"jwt-call":               sends("jwt-call", "opaque-token", "/v1/reports", lab.RunReport(), accepted),
		"jwt-check":              {of: "jwt-call", half: HalfFindings},
		"opaque-call":            sends("opaque-call", "jwt-call", "/v1/reports", hourly(lab.RunReport()), accepted),
		"introspection":          {of: "opaque-call", half: HalfRequest, within: asked},
		"introspection-check":    {of: "opaque-call", half: HalfFindings, within: asked},
		"introspection-response": {of: "opaque-call", half: HalfResponse, within: asked},
		"opaque-check":           {of: "opaque-call", half: HalfFindings},
		"jwt-revoke":             sends("jwt-revoke", "opaque-call", "/revoke", lab.Revoke(), accepted),
		"opaque-revoke":          sends("opaque-revoke", "jwt-revoke", "/revoke", hourly(lab.Revoke()), accepted),
		"opaque-again":           sends("opaque-again", "opaque-revoke", "/v1/reports", hourly(lab.RunReport()), refusedBy("access_token")),
		"opaque-answer":          {of: "opaque-again", half: HalfResponse, within: asked},
		"jwt-again":              sends("jwt-again", "opaque-again", "/v1/reports", lab.RunReport(), accepted),
		"jwt-late":               sends("jwt-late", "jwt-again", "/v1/reports", lab.RunReport(), refusedBy("exp")),
		"gap":                    {of: "jwt-late", half: HalfMemory},
	}
	for id, seen := range map[string]sight{
		"jwt-token":     all(grants("client_credentials"), signed),
		"opaque-token":  all(grants("client_credentials"), not(signed)),
		"jwt-call":      all(calls, signed, endedBy()),
		"opaque-call":   all(calls, not(signed), endedBy()),
		"jwt-revoke":    all(posts("/revoke"), signed),
		"opaque-revoke": all(posts("/revoke"), not(signed)),
		"opaque-again":  all(calls, not(signed), endedBy("access_token")),
		"jwt-again":     all(calls, signed, endedBy()),
		"jwt-late":      all(calls, signed, endedBy("exp")),
	} {
		actions[id].seen = seen
	}
	actions["jwt-token"].half, actions["opaque-token"].half = HalfResponse, HalfResponse
	actions["jwt-late"].ready = outliveToken
	return &script{
		actions: actions, memory: gaps,
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{Scope: lab.ScopeReportsRun} },
		faults: map[string]preparation{
			"jwt-call/altered_token": alteredToken,
			"opaque-call/guessed_token": func(_ context.Context, _ *Walk, d *Draft) error {
				d.Header.Set("Authorization", "Bearer at_guessed-by-mallory")
				return nil
			},
			"jwt-revoke/token_of_another": func(_ context.Context, w *Walk, d *Draft) error {
				d.Set("token", w.Value("opaque token"))
				return nil
			},
			"jwt-revoke/unknown_token": set("token", "nobody-knows-this-one"),
		},
	}
}

// outliveToken moves the clock past the end of nightly-report's token.
func outliveToken(_ context.Context, w *Walk) error {
	e := w.current("jwt-token")
	var body struct {
		ExpiresIn int64 `json:"expires_in"`
	}
	if e == nil || !e.Response.JSON(&body) {
		return nil
	}
	if left := time.Duration(body.ExpiresIn)*time.Second - w.run.Lab().Now().Sub(e.At); left >= 0 {
		w.run.Advance(left + time.Second)
	}
	return nil
}

// gaps are the times between a revocation and the first refusal, by the clock of
// the lab.
func gaps(w *Walk, name string) string {
	between := func(revoked, refused string) string {
		from, to := w.current(revoked), w.current(refused)
		if from == nil || to == nil {
			return ""
		}
		if d := to.At.Sub(from.At); d >= time.Minute {
			return d.Round(time.Second).String()
		} else if d >= 0 {
			return d.Round(time.Millisecond).String()
		}
		return ""
	}
	at := func(step string) string {
		if e := w.current(step); e != nil {
			return e.At.UTC().Format(time.TimeOnly)
		}
		return ""
	}
	switch name {
	case "revoked at":
		return at("jwt-revoke")
	case "opaque token refused at":
		return at("opaque-again")
	case "JWT refused at":
		return at("jwt-late")
	case "gap of the opaque token":
		return between("opaque-revoke", "opaque-again")
	case "gap of the JWT":
		return between("jwt-revoke", "jwt-late")
	}
	return ""
}

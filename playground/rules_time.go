package playground

import (
	"slices"

	"claimcheck/playground/spec"
)

func timeRules() []Check[verification] {
	return []Check[verification]{
		{Rule{ID: "exp", Title: "`exp` lies in the future", Spec: spec.Ref{Name: "RFC 7519", Section: "4.1.4"}, Level: Must, Switchable: true}, testExp},
		{Rule{ID: "nbf", Title: "`nbf` is not in the future", Spec: spec.Ref{Name: "RFC 7519", Section: "4.1.5"}, Level: Must}, testNbf},
		{Rule{ID: "iat", Title: "`iat` lies in the past", Spec: spec.Ref{Name: "RFC 7519", Section: "4.1.6"}, Level: Choice}, testIat},
		{Rule{ID: "time_order", Title: "The times make sense together", Spec: spec.Ref{Name: "RFC 7519", Section: "4.1"}, Level: Choice}, testTimeOrder},
	}
}

// payloadSpan marks a member of the payload.
func (s *verification) payloadSpan(name string) Span {
	v := s.payload.Get(name)
	if v == nil {
		return Span{}
	}
	return s.token.Payload().span(v.Start, v.End)
}

// claimMoment reads a time claim. When it can't be used, o says why and ok is false.
func (s *verification) claimMoment(name string) (m moment, o Outcome, ok bool) {
	v := s.payload.Get(name)
	if v.Kind != KindNumber {
		o = failed(name+"_type", "`"+name+"` must be a number of seconds, and is "+string(v.Kind)+".", "Write it as a number, without quotes.").compared("a number", string(v.Kind)+" "+short(v.Text)).at(s.payloadSpan(name))
		return m, o, false
	}
	if m = readMoment(v.Text); m.huge {
		o = failed(name+"_huge", "`"+name+"` is "+short(v.Text)+": outside any calendar.", "Write the seconds since 1970.").at(s.payloadSpan(name)).
			because("Libraries turn such a number into another one. golang-jwt v5.3.1 takes an `nbf` of 1e19 for the past.")
		return m, o, false
	}
	if s.policy.Now.IsZero() {
		return m, failed(name+"_clock", "There is no clock to compare `"+name+"` with.", "Set the time in the policy."), false
	}
	return m, o, true
}

func testExp(s *verification) Outcome {
	if s.payload == nil {
		return notConcerned()
	}
	if s.payload.Get("exp") == nil {
		if s.profile.Name == profileDPoP && !slices.Contains(s.policy.Require, "exp") {
			return informed("exp_missing", "A proof needs no `exp`: whoever receives it takes it for some minutes after `iat` (RFC 9449 §4.3).")
		}
		const message = "The token has no `exp`: it never expires."
		const fix = "Let the issuer put `exp` in; minutes for an access token."
		if slices.Contains(s.policy.Require, "exp") {
			return failed("exp_missing", message, fix).compared("`exp`", "none")
		}
		return warned("exp_missing", message, fix).because("golang-jwt accepts this unless WithExpirationRequired is set. A stolen token without an end works until the issuer changes its key.")
	}
	m, o, ok := s.claimMoment("exp")
	if !ok {
		return o
	}
	now, leeway := s.policy.Now.Unix(), s.policy.leeway()
	o = judgeExp(m, now, leeway)
	if s.policy.Hint && o.Status == StatusFail {
		o.Status, o.Fix, o.Why = StatusInfo, "", "It comes back to its issuer as a hint, and a hint may be old (OpenID Connect Core 1.0 §3.1.2.1)."
	}
	return o.at(s.payloadSpan("exp"))
}

// judgeExp compares: a token is expired from the very second that exp names.
func judgeExp(m moment, now, leeway int64) Outcome {
	late := now - m.seconds
	switch {
	case m.seconds == 0:
		return failed("exp_zero", "It expired in 1970: `exp` is 0.", "Write the time of expiry in seconds since 1970.").
			because("golang-jwt v5.3.1 takes 0 for \"no `exp`\" and accepts the token.").compared("after "+clock(now), clock(0))
	case late >= leeway:
		o := failed("exp_past", "It expired "+Length(late)+" ago, at "+clock(m.seconds)+".", "Fetch a new token. With a refresh token the user need not be asked again.")
		if late == 0 {
			o.Message = "It expires at this very second, " + clock(m.seconds) + ", and counts as expired from then on."
		}
		return o.compared("exp "+leewayWords(leeway)+"after "+clock(now), clock(m.seconds)).
			because("A signature says who wrote the token, not that it still counts.")
	case late >= 0:
		return warned("exp_leeway", "It expired "+Length(late)+" ago; accepted because of your "+Length(leeway)+" of leeway.", "Leeway is for clocks that differ. Keep it at a minute or less.")
	case m.milliseconds():
		return warned("exp_ms", "It expires in "+clock(m.seconds)+": that looks like milliseconds. Read so, it is "+clock(m.seconds/1000)+".", "Divide by 1000: JWT times are seconds.").
			because("To every verifier such a token is valid for thousands of years.")
	case m.fraction:
		return informed("exp_float", "It expires in "+Length(late)+" ("+clock(m.seconds)+"). The fraction is allowed; golang-jwt drops it.")
	}
	return passed("exp_ok", "It expires in "+Length(late)+", at "+clock(m.seconds)+".")
}

func leewayWords(leeway int64) string {
	if leeway == 0 {
		return ""
	}
	return "+ " + Length(leeway) + " "
}

func testNbf(s *verification) Outcome {
	if s.payload == nil || s.payload.Get("nbf") == nil {
		return notConcerned()
	}
	m, o, ok := s.claimMoment("nbf")
	if !ok {
		return o
	}
	now, leeway := s.policy.Now.Unix(), s.policy.leeway()
	switch early := m.seconds - now; {
	case early > leeway && m.milliseconds():
		o = failed("nbf_future", "It is not valid before "+clock(m.seconds)+": that looks like milliseconds.", "Divide by 1000: JWT times are seconds.")
	case early > leeway:
		o = failed("nbf_future", "It is not valid before "+clock(m.seconds)+", in "+Length(early)+".", "Wait, or compare the clocks of issuer and verifier.").compared("nbf not after "+clock(now), clock(m.seconds))
	case early > 0:
		o = warned("nbf_leeway", "It is not valid for another "+Length(early)+"; accepted because of your "+Length(leeway)+" of leeway.", "Compare the clocks of issuer and verifier.")
	default:
		o = passed("nbf_ok", "It has been valid since "+clock(m.seconds)+".")
	}
	return o.at(s.payloadSpan("nbf"))
}

func testIat(s *verification) Outcome {
	if s.payload == nil || s.payload.Get("iat") == nil {
		return notConcerned()
	}
	m, o, ok := s.claimMoment("iat")
	if !ok {
		return o
	}
	now, early := s.policy.Now.Unix(), m.seconds-s.policy.Now.Unix()
	switch {
	case early > s.policy.leeway():
		o = s.issuedLater(m, early).compared("iat not after "+clock(now), clock(m.seconds))
	case early == 0:
		o = passed("iat_ok", "Issued at this very second, "+clock(m.seconds)+".")
	case early > 0:
		o = passed("iat_ok", "Issued "+Length(early)+" from now, within the leeway.")
	default:
		o = passed("iat_ok", "Issued "+Length(early)+" ago, at "+clock(m.seconds)+".")
	}
	return o.at(s.payloadSpan("iat"))
}

// issuedLater judges an `iat` in the future. It is a reason to refuse for a
// policy that requires the claim: whoever asks for it looks at it.
func (s *verification) issuedLater(m moment, early int64) Outcome {
	o := warned("iat_future", "It was issued "+Length(early)+" from now, says `iat`.", "Compare the clocks of issuer and verifier.")
	if m.milliseconds() {
		o.Message, o.Fix = "It was issued in "+clock(m.seconds)+": that looks like milliseconds.", "Divide by 1000: JWT times are seconds."
	}
	if slices.Contains(s.policy.Require, "iat") {
		o.Status = StatusFail
		return o.because("You require `iat`, so it is checked. The standard leaves that to you; golang-jwt does it with WithIssuedAt.")
	}
	return o.because("The standard does not make this a reason to refuse. Require `iat` and it becomes one, as with golang-jwt's WithIssuedAt.")
}

// testTimeOrder compares the times of a token with each other.
func testTimeOrder(s *verification) Outcome {
	times := map[string]int64{}
	for _, name := range []string{"exp", "nbf", "iat"} {
		v := s.payload.Get(name)
		if v == nil || v.Kind != KindNumber {
			continue
		}
		if m := readMoment(v.Text); !m.huge && !m.milliseconds() {
			times[name] = m.seconds
		}
	}
	exp, hasExp := times["exp"]
	if !hasExp || len(times) < 2 {
		return notConcerned()
	}
	const fix = "Look at how the issuer computes its times."
	if nbf, ok := times["nbf"]; ok && nbf > exp {
		return warned("time_order", "`nbf` lies after `exp`: there is no moment at which this token is valid.", fix)
	}
	iat, ok := times["iat"]
	if ok && iat > exp {
		return warned("time_order", "`iat` lies after `exp`: it had expired before it was issued.", fix)
	}
	if ok && exp-iat > 86400 && s.profile.Name == profileAccess {
		return warned("time_order", "An access token that lives for "+Length(exp-iat)+". Nobody can call it back in that time, unless the API asks the issuer or keeps a list.", "Minutes are usual; a refresh token gets the next one.")
	}
	return Pass()
}

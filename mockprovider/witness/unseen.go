package witness

import (
	"slices"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// A Blind spot is something that an app has to do and that no request shows. It
// can be provoked: under the fault an app that does it behaves in another way
// than one that does not.
type Blind struct {
	playground.Rule
	// Says is why it can't be seen.
	Says string
	// Fault is the provider's fault that provokes it.
	Fault string
}

// Unseen lists the blind spots of what was seen of an app.
func Unseen(entries []*trace.Entry) []Blind {
	a := newApp(entries)
	if len(a.asks) == 0 {
		return nil
	}
	sent := func(name string) bool {
		return slices.ContainsFunc(a.asks, func(e *trace.Entry) bool { return param(&e.Request, name) != "" })
	}
	var out []Blind
	add := func(id, title, says, fault string, level playground.Level, of [2]string) {
		ref := rfc(of[0], of[1])
		if of[0] == "core" {
			ref = core(of[1])
		}
		out = append(out, Blind{rule(id, title, level, ref), says, fault})
	}
	if sent("state") {
		add("state_compared", "Does it compare state at its callback?", "The comparison happens inside the app, and a right answer looks the same either way.", "az_state_wrong", playground.Must, [2]string{"6749", "10.12"})
	}
	add("iss_compared", "Does it compare iss at its callback?", "AcmeID says in each answer who it is. Whether the app reads that, only a wrong iss tells.", "az_iss_wrong", playground.Must, [2]string{"9207", "2.4"})
	if sent("code_challenge") || sent("nonce") {
		add("code_injection_noticed", "Does it notice another user’s code?", "PKCE and nonce help where verifier and nonce belong to this browser’s session, and are no constants of the app.", "az_other_users_code", playground.Must, [2]string{"9700", "4.5"})
	}
	if slices.ContainsFunc(a.asks, openID) {
		says := "It has fetched AcmeID’s keys. Whether it uses them, only a wrong signature tells."
		if !a.keys {
			says = "It has not fetched AcmeID’s keys here, so it may have them from before, or not check."
		}
		add("id_token_signature", "Does it check the ID token’s signature?", says, "idt_sig_corrupt_rs256", playground.Must, [2]string{"core", "3.1.3.7"})
		add("id_token_audience", "Does it check whom the ID token is for?", "The check runs inside the app, after the token response.", "idt_aud_wrong", playground.Must, [2]string{"core", "3.1.3.7"})
		if sent("nonce") {
			add("nonce_compared", "Does it compare nonce with the ID token?", "It has sent one. What it does with the one that comes back stays inside.", "idt_nonce_wrong", playground.Must, [2]string{"core", "3.1.3.7"})
		}
	}
	return out
}

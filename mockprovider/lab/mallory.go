package lab

import "claimcheck/mockprovider/trace"

// MalloryParty is the attacker, as the sender of messages. The person Mallory is
// one of [Users].
func MalloryParty() trace.Party {
	return trace.Party{Role: trace.RoleAttacker, ID: "mallory", Name: "Mallory"}
}

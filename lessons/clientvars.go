package lessons

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// fillClients gives values to the variables of a text that begin with a client of
// the lab, such as ${fittrack-web.code}: what that client holds after a flow of its
// own, walked once. A code is left unredeemed. Other names are left alone.
func (b *Bench) fillClients(ctx context.Context, text string, vars map[string]string) error {
	for _, name := range variables(text) {
		client, what, dotted := strings.Cut(name, ".")
		if _, ok := vars[name]; ok || !dotted || !b.signsIn(client) {
			continue
		}
		f := FlowStep{Client: client, Scope: lab.UsualScope(client)}
		if strings.HasPrefix(what, "code") {
			f.Until = "code"
		}
		got, err := b.Flow(ctx, f)
		if err != nil {
			return fmt.Errorf("%s: %w", client, err)
		}
		for n, v := range got {
			if _, kept := vars[client+"."+n]; !kept {
				vars[client+"."+n] = v
			}
		}
	}
	return nil
}

// signsIn tells a client of the story that people come to with a browser.
func (b *Bench) signsIn(client string) bool {
	if lab.ClientParty(client).Role != trace.RoleClient {
		return false
	}
	return slices.ContainsFunc(b.lab.Clients(), func(c mockprovider.Client) bool {
		return c.ID == client && slices.Contains(c.GrantTypes, "authorization_code")
	})
}

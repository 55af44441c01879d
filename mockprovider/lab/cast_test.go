package lab_test

import (
	"testing"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// Each client that the story registers at AcmeID is a party of the story, and the
// story calls it as AcmeID does.
func TestEachRegisteredClientIsOfTheCast(t *testing.T) {
	clients := newSite(t, nil).Main().Registry().Clients()
	if len(clients) == 0 {
		t.Fatal("the lab has no clients")
	}
	for _, c := range clients {
		p := lab.ClientParty(c.ID)
		if p.Role == trace.RoleOwnApp || p.ID != c.ID || p.Name != c.Name {
			t.Errorf("%s (%s) is the party %+v", c.ID, c.Name, p)
		}
	}
	if p := lab.ClientParty("somebody"); p != (trace.Party{Role: trace.RoleOwnApp, ID: "somebody", Name: "somebody"}) {
		t.Errorf("a client that the story does not know is the party %+v", p)
	}
}

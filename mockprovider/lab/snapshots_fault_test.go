package lab

import (
	"slices"
	"testing"

	"claimcheck/mockprovider"
)

// A snapshot brings back the faults that were on, each as often as it had to act
// yet, together with the client that they are on for; and no later ones.
func TestSnapshotKeepsFaults(t *testing.T) {
	w, err := New(Config{Origin: "http://localhost:8080"})
	if err != nil {
		t.Fatal(err)
	}
	l := w.Main()
	own := mockprovider.Client{ID: "my-app", Secret: "a-secret-of-my-app", RedirectURIs: []string{"http://localhost:3000/callback"}, Scopes: []string{"openid"}}
	if err := l.Registry().AddClient(own); err != nil {
		t.Fatal(err)
	}
	on := []mockprovider.FaultSwitch{{Name: "idt_aud_wrong", Client: own.ID, Times: 2}, {Name: "tok_500_once"}}
	for _, s := range on {
		if err := l.SetFault(s); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.TakeSnapshot("faulty"); err != nil {
		t.Fatal(err)
	}
	if err := l.ClearFault(""); err != nil {
		t.Fatal(err)
	}
	if err := l.SetFault(mockprovider.FaultSwitch{Name: "idt_exp_past"}); err != nil {
		t.Fatal(err)
	}
	if err := l.Registry().RemoveClient(own.ID); err != nil {
		t.Fatal(err)
	}
	if err := l.RestoreSnapshot("faulty"); err != nil {
		t.Fatal(err)
	}
	if got := l.Faults(); !slices.Equal(got, on) {
		t.Errorf("faults %v, want %v", got, on)
	}
	if l.Registry().Client(own.ID) == nil {
		t.Error("the client did not come back")
	}
}

// A fault that was on for a client that was gone already does not keep the lab
// from coming back.
func TestSnapshotWithAFaultForNobody(t *testing.T) {
	w, err := New(Config{Origin: "http://localhost:8080"})
	if err != nil {
		t.Fatal(err)
	}
	l := w.Main()
	if err := l.SetFault(mockprovider.FaultSwitch{Name: "idt_aud_wrong", Client: CoachBoard}); err != nil {
		t.Fatal(err)
	}
	if err := l.Registry().RemoveClient(CoachBoard); err != nil {
		t.Fatal(err)
	}
	if _, err := l.TakeSnapshot("nobody"); err != nil {
		t.Fatal(err)
	}
	if err := l.RestoreSnapshot("nobody"); err != nil {
		t.Fatal(err)
	}
	if got := l.Faults(); len(got) != 0 {
		t.Errorf("faults %v", got)
	}
}

package walkthrough

import "testing"

func TestLoad(t *testing.T) {
	f, err := Load(CodePKCE)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range Variants() {
		if got := len(f.Steps(v)); got != 17 {
			t.Errorf("%v: %d steps, want 17", v, got)
		}
	}
}

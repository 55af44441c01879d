package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheck: the built-in checks pass on the server as it is.
func TestCheck(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"-check"}, noEnv, &out, &errs); code != 0 {
		t.Errorf("exit %d\n%s%s", code, out.String(), errs.String())
	}
}

// TestCheckFindsFaults: a check that cannot fail is none.
func TestCheckFindsFaults(t *testing.T) {
	s := start(t)
	c := &checkup{origin: s.origin.String() + "/nowhere", client: s.client, world: s.world, site: s.server, token: "not.a.token"}
	var out bytes.Buffer
	if n := c.run(t.Context(), &out); n < 6 || strings.Count(out.String(), "FAIL  ") != n {
		t.Errorf("%d checks fail:\n%s", n, out.String())
	}
}

// TestCheckOfAMistake: a mistake in the lessons of -lessons is all that it says.
func TestCheckOfAMistake(t *testing.T) {
	own := t.TempDir()
	if err := os.WriteFile(filepath.Join(own, "order.txt"), []byte("ws: Our workshop\nws/gone\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"-check", "-lessons", own}, noEnv, &out, &errs)
	if code == 0 || out.Len() > 0 || !strings.Contains(errs.String(), "ws/gone.md: there is no such file") {
		t.Errorf("exit %d\n%s%s", code, out.String(), errs.String())
	}
}

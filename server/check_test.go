package main

import (
	"bytes"
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

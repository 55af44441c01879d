package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestImportDirection keeps the import line of the house: server → lessons →
// mockprovider → playground, and server → web.
func TestImportDirection(t *testing.T) {
	const gin = "github.com/gin-gonic/gin"
	for folder, mayUse := range map[string][]string{
		"playground":   {"playground"},
		"mockprovider": {"mockprovider", "playground"},
		"lessons":      {"lessons", "mockprovider", "playground"},
		"web":          {"web"},
	} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "claimcheck/"+folder+"/...").Output()
		if err != nil {
			t.Fatalf("go list %s: %v", folder, err)
		}
		for pkg := range strings.FieldsSeq(string(out)) {
			if pkg == gin || strings.HasPrefix(pkg, gin+"/") {
				t.Errorf("%s links Gin; only server does", folder)
			}
			rest, ours := strings.CutPrefix(pkg, "claimcheck/")
			if top, _, _ := strings.Cut(rest, "/"); ours && !slices.Contains(mayUse, top) {
				t.Errorf("%s imports %s, against the import line", folder, pkg)
			}
			if folder == "web" && !ours && notStandard(pkg) && !strings.HasPrefix(pkg, "vendor/") {
				t.Errorf("web imports %s; it takes the standard library only", pkg)
			}
		}
	}
}

// notStandard tells other modules by the dot in the first element of their
// path, which no package of the standard library has.
func notStandard(pkg string) bool {
	host, _, _ := strings.Cut(pkg, "/")
	return strings.Contains(host, ".")
}

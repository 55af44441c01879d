package spec_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"claimcheck/playground/spec"
)

var faultNumber = regexp.MustCompile(`CVE-\d{4}-\d{4,}|GHSA(?:-[a-z0-9]{4}){3}|GO-\d{4}-\d{4}`)

// TestEveryFaultNamedIsInTheIndex reads everything that a learner can see:
// programs, lessons, templates, scripts and the README.
func TestEveryFaultNamedIsInTheIndex(t *testing.T) {
	named := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return filepath.SkipDir
		case d.IsDir(), strings.HasSuffix(path, "_test.go"):
			return nil
		case !slices.Contains([]string{".go", ".md", ".tmpl", ".js", ".yaml", ".yml"}, filepath.Ext(path)):
			return nil
		}
		text, err := os.ReadFile(path)
		for _, id := range faultNumber.FindAllString(string(text), -1) {
			named[id] = true
			if _, ok := spec.FaultByID(id); !ok {
				t.Errorf("%s names %s, which the index does not know", path, id)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range spec.Faults() {
		if f.What == "" || f.Product == "" || !faultNumber.MatchString(f.ID) {
			t.Errorf("incomplete: %+v", f)
		}
		if !named[f.ID] {
			t.Errorf("%s is in the index and nowhere else", f.ID)
		}
	}
}

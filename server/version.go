package main

import (
	"runtime/debug"
	"strings"
)

// version says what was built: the module's version where there is one, else
// the commit, and whether the tree had changes in it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "claimcheck (built without module information)"
	}
	var commit, changed string
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			if s.Value == "true" {
				changed = " with changes"
			}
		}
	}
	words := []string{"claimcheck"}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		words = append(words, v)
	} else if commit != "" {
		words = append(words, commit+changed)
	} else {
		words = append(words, "built from a source tree")
	}
	return strings.Join(append(words, info.GoVersion), " ")
}

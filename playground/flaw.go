package playground

import "fmt"

// describeFlaw says a flaw in a few words, to stand inside a sentence.
func describeFlaw(f *Flaw) string {
	switch f.ID {
	case "json_syntax":
		return fmt.Sprintf("unexpected %s at byte %d", f.Detail, f.Start+1)
	case "json_trail":
		return fmt.Sprintf("text goes on after the end of the value at byte %d", f.Start+1)
	case "json_depth":
		return fmt.Sprintf("more than %d levels deep at byte %d", maxDepth, f.Start+1)
	case "json_dup":
		return fmt.Sprintf("`%s` stands at byte %d and again at byte %d", f.Detail, f.Other+1, f.Start+1)
	case "json_utf8":
		return fmt.Sprintf("%s at byte %d is not UTF-8", f.Detail, f.Start+1)
	}
	return fmt.Sprintf("%s at byte %d", f.Detail, f.Start+1)
}

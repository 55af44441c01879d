package playground

import (
	"fmt"
	"unicode"
)

// deceptive says whether a character shows as nothing or changes how its
// neighbours show: controls, zero-width and bidirectional formatting.
func deceptive(r rune) bool {
	if r < 0x80 {
		return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7F
	}
	return r == 0xA0 || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) || r >= 0x2000 && r <= 0x200F || r == 0x2028 || r == 0x2029
}

// runeName is "U+202E (right-to-left override)", with the name where it is one
// that people meet.
func runeName(r rune) string {
	name := map[rune]string{
		0x00: "null", 0xA0: "no-break space", 0xAD: "soft hyphen",
		0x200B: "zero width space", 0x200C: "zero width non-joiner", 0x200D: "zero width joiner",
		0x200E: "left-to-right mark", 0x200F: "right-to-left mark", 0x2028: "line separator",
		0x202A: "left-to-right embedding", 0x202B: "right-to-left embedding", 0x202C: "pop directional formatting",
		0x202D: "left-to-right override", 0x202E: "right-to-left override", 0x2060: "word joiner",
		0x2066: "left-to-right isolate", 0x2067: "right-to-left isolate", 0x2068: "first strong isolate", 0x2069: "pop directional isolate",
		0xFEFF: "byte order mark", 0x2018: "left single quotation mark", 0x2019: "right single quotation mark",
		0x201C: "left double quotation mark", 0x201D: "right double quotation mark", 0x2026: "horizontal ellipsis",
		0x2013: "en dash", 0x2014: "em dash", 0x2212: "minus sign",
	}[r]
	switch {
	case name != "":
		return fmt.Sprintf("U+%04X (%s)", r, name)
	case unicode.Is(unicode.Cyrillic, r):
		return fmt.Sprintf("U+%04X (Cyrillic letter %c)", r, r)
	case unicode.Is(unicode.Greek, r):
		return fmt.Sprintf("U+%04X (Greek letter %c)", r, r)
	case unicode.IsPrint(r):
		return fmt.Sprintf("U+%04X (%c)", r, r)
	}
	return fmt.Sprintf("U+%04X", r)
}

func hexByte(b byte) string { return fmt.Sprintf("0x%02X", b) }

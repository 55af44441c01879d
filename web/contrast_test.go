package web

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"testing"
)

// Text is at least 4.5:1 on everything that it may stand on, and lines that
// carry meaning 3:1, in both schemes (WCAG 2.2, 1.4.3 and 1.4.11).
func TestContrast(t *testing.T) {
	text := []string{"ink", "ink-2", "owner", "client", "as", "rs", "own", "attacker", "header", "payload", "signature", "pass", "fail", "warn", "info"}
	for i, scheme := range []string{"light", "dark"} {
		c := tokens(t, i)
		for _, ground := range []string{"paper", "sheet", "well", "ticket-soft"} {
			for _, name := range text {
				if r := contrast(c[name], c[ground]); r < 4.5 {
					t.Errorf("%s: --%s on --%s is %.2f, want 4.5", scheme, name, ground, r)
				}
			}
			for _, name := range []string{"line", "ticket-line"} {
				if r := contrast(c[name], c[ground]); r < 3 {
					t.Errorf("%s: --%s on --%s is %.2f, want 3", scheme, name, ground, r)
				}
			}
		}
		if r := contrast(c["ticket-ink"], c["ticket"]); r < 4.5 {
			t.Errorf("%s: ticket ink is %.2f", scheme, r)
		}
	}
}

var token = regexp.MustCompile(`--([a-z0-9-]+): (?:light-dark\()?oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)(?:, oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)\))?;`)

// tokens returns the relative luminance of each colour; scheme 0 is light.
func tokens(t *testing.T, scheme int) map[string]float64 {
	t.Helper()
	css, err := fs.ReadFile(embedded, "css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]float64{}
	for _, m := range token.FindAllStringSubmatch(string(css), -1) {
		at := 2
		if scheme == 1 && m[5] != "" {
			at = 5
		}
		var lch [3]float64
		for i := range lch {
			if lch[i], err = strconv.ParseFloat(m[at+i], 64); err != nil {
				t.Fatal(err)
			}
		}
		found[m[1]] = luminance(lch[0]/100, lch[1], lch[2])
	}
	if len(found) < 24 {
		t.Fatalf("only %d colours found: %v", len(found), found)
	}
	return found
}

// luminance converts OKLCH to linear sRGB, clipped, and weighs it as WCAG does.
func luminance(l, c, h float64) float64 {
	a, b := c*math.Cos(h*math.Pi/180), c*math.Sin(h*math.Pi/180)
	cube := func(x float64) float64 { return x * x * x }
	L := cube(l + 0.3963377774*a + 0.2158037573*b)
	M := cube(l - 0.1055613458*a - 0.0638541728*b)
	S := cube(l - 0.0894841775*a - 1.2914855480*b)
	clip := func(x float64) float64 { return min(max(x, 0), 1) }
	red := clip(4.0767416621*L - 3.3077115913*M + 0.2309699292*S)
	green := clip(-1.2684380046*L + 2.6097574011*M - 0.3413193965*S)
	blue := clip(-0.0041960863*L - 0.7034186147*M + 1.7076147010*S)
	return 0.2126*red + 0.7152*green + 0.0722*blue
}

func contrast(a, b float64) float64 {
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"claimcheck/playground"
)

// timeline is the picture of a token's times. Positions are percent of its width.
type timeline struct {
	Label string
	Marks []timeMark
	// Valid is the band in which the token counts, Bands the leeway that is
	// forgiven before and after it.
	ValidX, ValidW float64
	Bands          []timeBand
	ValidText      string
	ValidTextX     float64
	Now            timeMark
	Min, Max, At   int64
	Jumps          []timeJump
}

// timeMark is a moment. Its words stand at TextX, TextY.
type timeMark struct {
	X            float64
	TextX, TextY float64
	Text         string
	Late         bool
}

type timeBand struct{ X, W float64 }

type timeJump struct {
	Text    string
	Seconds int64
}

// timelineOf draws `iat`, `nbf`, `exp`, the leeway on both sides and now; nil
// when the token has no `exp` that a calendar knows.
func timelineOf(r *playground.Result, p playground.Policy) *timeline {
	claims := r.Claims()
	exp, ok := seconds(claims, "exp")
	if !ok {
		return nil
	}
	iat, hasIat := seconds(claims, "iat")
	nbf, hasNbf := seconds(claims, "nbf")
	now, leeway := p.Now.Unix(), int64(max(p.LeewaySeconds, 0))
	from := exp - 600
	if hasIat && iat < exp {
		from = iat
	}
	if hasNbf && nbf < exp {
		from = nbf
	}
	left, right := min(from, now), max(exp+leeway, now)
	if hasIat {
		left, right = min(left, iat), max(right, iat)
	}
	if hasNbf {
		left, right = min(left, nbf-leeway), max(right, nbf)
	}
	room := (right - left) / 8
	left, right = left-room-1, right+room+1
	x := func(at int64) float64 { return float64(at-left) / float64(right-left) * 100 }
	far := right-left > 2*86400
	t := &timeline{
		ValidX: x(from), ValidW: x(exp) - x(from), ValidText: "valid for " + playground.Length(exp-from), ValidTextX: (x(from) + x(exp)) / 2, Min: left, Max: right, At: now,
		Now:   timeMark{X: x(now), TextX: clamp(x(now)), Text: "now " + clockText(now, far), Late: now >= exp+leeway || hasNbf && now < nbf-leeway},
		Jumps: []timeJump{{"a second before exp", exp - 1}, {"at exp", exp}, {"ten minutes after", exp + 600}},
	}
	if leeway > 0 {
		t.Bands = append(t.Bands, timeBand{x(exp), x(exp+leeway) - x(exp)})
		if hasNbf {
			t.Bands = append(t.Bands, timeBand{x(nbf - leeway), x(nbf) - x(nbf-leeway)})
		}
	}
	switch {
	case hasIat && hasNbf && iat == nbf:
		t.mark("iat, nbf", x(iat), clockText(iat, far))
	default:
		if hasIat {
			t.mark("iat", x(iat), clockText(iat, far))
		}
		if hasNbf {
			t.mark("nbf", x(nbf), clockText(nbf, far))
		}
	}
	t.mark("exp", x(exp), clockText(exp, far))
	t.apart()
	t.Label = fmt.Sprintf("%s, now %s, valid from %s until %s", t.ValidText, clockText(now, true), clockText(from, true), clockText(exp, true))
	if leeway > 0 {
		t.Label += ", with " + playground.Length(leeway) + " of leeway"
	}
	return t
}

func (t *timeline) mark(name string, x float64, clock string) {
	t.Marks = append(t.Marks, timeMark{X: x, TextX: clamp(x), TextY: 28, Text: name + " " + clock})
}

// apart keeps the words of two marks from running into each other: those too
// near to the one before stand a line higher.
func (t *timeline) apart() {
	slices.SortFunc(t.Marks, func(a, b timeMark) int { return cmp.Compare(a.X, b.X) })
	for i := 1; i < len(t.Marks); i++ {
		if before := t.Marks[i-1]; t.Marks[i].TextX-before.TextX < 28 {
			t.Marks[i].TextY = map[float64]float64{28: 12, 12: -4, -4: 28}[before.TextY]
		}
	}
}

// clamp keeps words inside the picture.
func clamp(x float64) float64 { return min(max(x, 12), 88) }

func seconds(claims *playground.Value, name string) (int64, bool) {
	v := claims.Get(name)
	if v == nil || v.Kind != playground.KindNumber {
		return 0, false
	}
	n, err := strconv.ParseFloat(v.Text, 64)
	if err != nil || n < 0 || n > 1e11 {
		return 0, false
	}
	return int64(n), true
}

func clockText(at int64, date bool) string {
	t := time.Unix(at, 0).UTC()
	if date {
		return t.Format("2 Jan 2006 15:04")
	}
	return t.Format("15:04:05")
}

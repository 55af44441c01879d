package main

import (
	"fmt"
	"strconv"
	"time"

	"claimcheck/playground"
)

// timeline is the picture of a token's times. Positions are percent of its width.
type timeline struct {
	Label string
	Marks []timeMark
	// Valid is the band in which the token counts, Leeway what is forgiven after it.
	ValidX, ValidW, LeewayX, LeewayW float64
	ValidText                        string
	ValidTextX                       float64
	Now                              timeMark
	Min, Max, At                     int64
	Jumps                            []timeJump
}

type timeMark struct {
	X     float64
	TextX float64
	Text  string
	Late  bool
}

type timeJump struct {
	Text    string
	Seconds int64
}

// timelineOf draws `iat` or `nbf`, `exp`, the leeway and now; nil when the token
// has no `exp` that a calendar knows.
func timelineOf(r *playground.Result, p playground.Policy) *timeline {
	claims := r.Claims()
	exp, ok := seconds(claims, "exp")
	if !ok {
		return nil
	}
	now := p.Now.Unix()
	from, name := exp-600, ""
	for _, n := range []string{"iat", "nbf"} {
		if at, ok := seconds(claims, n); ok && at < exp {
			from, name = at, n
		}
	}
	left, right := min(from, now), max(exp+int64(max(p.LeewaySeconds, 0)), now)
	room := (right - left) / 8
	left, right = left-room-1, right+room+1
	x := func(at int64) float64 { return float64(at-left) / float64(right-left) * 100 }
	far := right-left > 2*86400
	t := &timeline{
		ValidX: x(from), ValidW: x(exp) - x(from), LeewayX: x(exp), LeewayW: x(exp+int64(max(p.LeewaySeconds, 0))) - x(exp),
		ValidText: "valid for " + playground.Length(exp-from), ValidTextX: (x(from) + x(exp)) / 2, Min: left, Max: right, At: now,
		Marks: []timeMark{{X: x(exp), Text: "exp " + clockText(exp, far)}},
		Now:   timeMark{X: x(now), TextX: clamp(x(now)), Text: "now " + clockText(now, far), Late: now >= exp+int64(max(p.LeewaySeconds, 0)) || now < from},
		Jumps: []timeJump{{"a second before exp", exp - 1}, {"at exp", exp}, {"ten minutes after", exp + 600}},
	}
	if name != "" {
		t.Marks = append(t.Marks, timeMark{X: x(from), Text: name + " " + clockText(from, far)})
	}
	for i := range t.Marks {
		t.Marks[i].TextX = clamp(t.Marks[i].X)
	}
	t.apart()
	t.Label = fmt.Sprintf("%s, now %s, valid from %s until %s", t.ValidText, clockText(now, true), clockText(from, true), clockText(exp, true))
	return t
}

// apart keeps the words of two marks from running into each other.
func (t *timeline) apart() {
	if len(t.Marks) < 2 || t.Marks[0].TextX-t.Marks[1].TextX > 26 {
		return
	}
	middle := (t.Marks[0].TextX + t.Marks[1].TextX) / 2
	middle = min(max(middle, 26), 74)
	t.Marks[1].TextX, t.Marks[0].TextX = middle-14, middle+14
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

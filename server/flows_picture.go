package main

import (
	"slices"
	"strconv"

	"claimcheck/mockprovider/walkthrough"
)

// A laneRow is a row of the picture, ready to draw.
type laneRow struct {
	walkthrough.LaneRow
	Class string
	// TurnedX1 and TurnedX2 are the ends in the picture of two parties.
	TurnedX1, TurnedX2 int
}

func (view *flowView) lanes(w *walkthrough.Walk, st *walkthrough.Step) {
	after := 0
	if w != nil {
		after = min(st.N, max(w.Position()-1, 0))
	}
	if view.Paper {
		after = 0
	}
	view.Heads = view.V.Heads(after)
	came := *st
	came.Label = cameAs(w, st)
	view.Caption = walkthrough.Caption(&came, view.Of)
	for _, l := range view.Steps {
		r := laneRow{LaneRow: view.V.RowOf(l.Step, l.State), Class: "m"}
		if !view.Paper {
			r.Label = cameAs(w, l.Step)
		}
		switch {
		case view.Paper: // all steps alike
		case l.Current:
			r.Class += " cur"
		case l.State == walkthrough.StateTodo:
			r.Class += " todo"
		case l.State == walkthrough.StateFailed:
			r.Class += " failed"
		}
		if view.Sheet.Kind == paperBlank {
			r.Label = ""
		}
		if l.Current && !view.Paper {
			r.Stub = stubOf(w, st)
			d := r
			d.TurnedX1, d.TurnedX2 = 6, 94
			if r.X1 > r.X2 {
				d.TurnedX1, d.TurnedX2 = 94, 6
			}
			view.Duo = d
		}
		view.Rows = append(view.Rows, r)
	}
	for _, h := range view.Heads {
		if view.Now(h.ID) {
			view.Pair = append(view.Pair, h)
		}
	}
}

// cameAs is the label of a step's arrow: of an answer that did not lead on, what
// it really was.
func cameAs(w *walkthrough.Walk, st *walkthrough.Step) string {
	if w == nil || w.Sends(st.ID) || w.HalfOf(st.ID) != walkthrough.HalfResponse {
		return st.Label
	}
	e := w.Entry(st.ID)
	if e == nil || w.Passed(st.ID) {
		return st.Label
	}
	return strconv.Itoa(e.Response.Status) + " refused"
}

// Now says whether a lane takes part in the current step.
func (view *flowView) Now(lane string) bool {
	return lane == view.Step.FromLane || lane == view.Step.ToLane
}

// stubOf is the value that travels in the step, shortened: a code is drawn as
// the stub that it is.
func stubOf(w *walkthrough.Walk, st *walkthrough.Step) string {
	if w == nil || st.From == st.To {
		return ""
	}
	for _, info := range w.Flow().Values {
		carried := slices.ContainsFunc(st.Values, func(e walkthrough.ValueEvent) bool { return e.Name == info.Name })
		if v := w.Value(info.Name); info.Stub && carried && v != "" {
			return cutText(v, 12)
		}
	}
	return ""
}

func cutText(v string, n int) string {
	if r := []rune(v); len(r) > n {
		return string(r[:n]) + "…"
	}
	return v
}

// A threadView is the life of a value on the axis of steps.
type threadView struct {
	Name, Role, Sentence string
	X1, X2, Now          string // per cent; Now is where the line becomes dotted
	Past, Future         bool
	Check                string
	Born                 bool
}

type axisMark struct {
	X   string
	N   int
	Cur bool
}

func (view *flowView) x(n int) string {
	return strconv.FormatFloat((float64(n)-0.5)/float64(view.Of)*100, 'f', 1, 64) + "%"
}

// threads draws the lives of the values. What lies after the step that was
// reached is still to come.
func (view *flowView) threads(reached int) {
	for i := range view.Of {
		view.Axis = append(view.Axis, axisMark{view.x(i + 1), i + 1, i+1 == view.N})
	}
	view.AxisAt = strconv.FormatFloat(float64(view.N-1)/float64(view.Of)*100, 'f', 1, 64) + "%"
	view.AxisOne = strconv.FormatFloat(100/float64(view.Of), 'f', 1, 64) + "%"
	for _, t := range view.V.Threads() {
		if t.Info == nil {
			continue // a cookie or a record: no value of the protocol's
		}
		end := t.End
		tv := threadView{Name: t.Name, Role: string(t.Role), Sentence: t.Sentence(), X1: view.x(t.Born), Born: t.Born <= reached}
		tv.X2 = "100%"
		if end > 0 {
			tv.X2 = view.x(end)
		} else {
			end = view.Of + 1
		}
		now := min(max(reached, t.Born), end)
		tv.Now, tv.Past, tv.Future = view.x(now), now > t.Born, now < end
		if now >= end {
			tv.Now = tv.X2
		}
		if t.Checked > 0 {
			tv.Check = view.x(t.Checked)
		}
		view.Threads = append(view.Threads, tv)
	}
}

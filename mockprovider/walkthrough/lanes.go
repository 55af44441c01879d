package walkthrough

import (
	"fmt"
	"unicode/utf8"

	"claimcheck/mockprovider/trace"
)

// A LaneRow is one step in the picture. Places are per cent of the width.
type LaneRow struct {
	N    int
	Role trace.Role // whose colour
	// Rect says local work, drawn as a box; otherwise a line from X1 to X2.
	Rect           bool
	Dashed         bool // via the browser
	X1, X2, XM, XR int  // ends, middle, left edge of the box
	W              int  // of a lane, and of the box
	XU             int  // middle of the words below, kept off the edges
	XS             int  // middle of the stub that travels
	Label, Under   string
	Stub           string // the value that travels, on the current row
	State          State
}

// RowOf draws one step. Everything in it follows from the step, so that the
// picture cannot say another thing than the list.
func (v *Variant) RowOf(s *Step, state State) LaneRow {
	from, _ := v.lane(s.FromLane)
	to, _ := v.lane(s.ToLane)
	width := min(100/len(v.lanes), 24)
	row := LaneRow{
		N: s.N, Role: s.From.Role, Rect: s.From == s.To, Dashed: s.Via == ViaFront, W: width,
		X1: v.middle(from), X2: v.middle(to), Label: s.Label, Under: s.Under, State: state,
	}
	row.XM = (row.X1 + row.X2) / 2
	if row.Rect {
		// A box is as wide as its words, also where many lanes are narrow, and stays
		// in the picture.
		row.W = max(width, 3+utf8.RuneCountInString(s.Label)*3/2)
		row.XM = min(max(row.X1, row.W/2), 100-row.W/2)
	}
	row.XR = row.XM - row.W/2
	row.XU = min(max(row.XM, 35), 65)
	row.XS = row.XM
	// Between neighbours the arrow is too short for the stub: it leaves from the
	// sender's side.
	switch to - from {
	case 1:
		row.XS = row.X1 - 11
	case -1:
		row.XS = row.X1 + 11
	}
	row.XS = min(max(row.XS, 8), 92)
	return row
}

// middle is where a lane stands, in per cent of the width.
func (v *Variant) middle(lane int) int { return 100 * (2*lane + 1) / (2 * len(v.lanes)) }

// Caption is the picture's text: "Step 8 of 17: AcmeID to the browser, …".
func Caption(s *Step, of int) string {
	if s.From == s.To {
		return fmt.Sprintf("Step %d of %d: %s works on its own: %s.", s.N, of, s.From.Name, s.Label)
	}
	return fmt.Sprintf("Step %d of %d: %s to %s, %s: %s.", s.N, of, s.From.Name, s.To.Name, s.Via.Words(), s.Label)
}

// A Head is the top of a lane.
type Head struct {
	ID    string // of the party
	Role  trace.Role
	Name  string
	Part  string
	X     int      // its middle, in per cent of the width
	Holds []string // the values that it holds now
}

// Heads returns the tops of the lanes, with what each party holds after the
// given step.
func (v *Variant) Heads(after int) []Head {
	holds := v.held(after)
	heads := make([]Head, 0, len(v.lanes))
	for i, p := range v.lanes {
		h := Head{ID: p.ID, Role: p.Role, Name: p.Head, Part: p.Part, X: v.middle(i), Holds: holds[p.ID]}
		if h.Name == "" {
			h.Name = p.Name
		}
		heads = append(heads, h)
	}
	return heads
}

package walkthrough

import (
	"fmt"

	"claimcheck/mockprovider/trace"
)

// lanes is the order from left to right.
func lanes() []trace.Role {
	return []trace.Role{trace.RoleOwner, trace.RoleBrowser, trace.RoleClient, trace.RoleAS, trace.RoleRS}
}

// laneOf is the lane's index, or -1.
func laneOf(r trace.Role) int {
	for i, l := range lanes() {
		if l == r {
			return i
		}
	}
	return -1
}

// A LaneRow is one step in the picture. Places are per cent of the width.
type LaneRow struct {
	N    int
	Role trace.Role // whose colour
	// Rect says local work, drawn as a box; otherwise a line from X1 to X2.
	Rect           bool
	Dashed         bool // via the browser
	X1, X2, XM, XR int  // ends, middle, left edge of the box
	XU             int  // middle of the words below, kept off the edges
	XS             int  // middle of the stub that travels
	Label, Under   string
	Stub           string // the value that travels, on the current row
	State          State
}

// RowOf draws one step. Everything in it follows from the step, so that the
// picture cannot say another thing than the list.
func RowOf(s *Step, state State) LaneRow {
	x := func(r trace.Role) int { return 10 + 20*laneOf(r) }
	row := LaneRow{
		N: s.N, Role: s.From, Rect: s.From == s.To, Dashed: s.Via == ViaFront,
		X1: x(s.From), X2: x(s.To), Label: s.Label, Under: s.Under, State: state,
	}
	row.XM, row.XR = (row.X1+row.X2)/2, row.X1-10
	row.XU = min(max(row.XM, 35), 65)
	row.XS = row.XM
	// Between neighbours the arrow is too short for the stub: it leaves from the
	// sender's side.
	switch row.X2 - row.X1 {
	case 20:
		row.XS = row.X1 - 11
	case -20:
		row.XS = row.X1 + 11
	}
	return row
}

// Caption is the picture's text: "Step 8 of 17: AcmeID to the browser, …".
func Caption(s *Step, of int, v Variant) string {
	if s.From == s.To {
		return fmt.Sprintf("Step %d of %d: %s works on its own: %s.", s.N, of, NameOf(s.From, v), s.Label)
	}
	return fmt.Sprintf("Step %d of %d: %s to %s, %s: %s.", s.N, of, NameOf(s.From, v), NameOf(s.To, v), s.Via.Words(), s.Label)
}

// NameOf is a party's name in the story.
func NameOf(r trace.Role, v Variant) string {
	switch r {
	case trace.RoleOwner:
		return "Alice"
	case trace.RoleBrowser:
		return "Alice’s browser"
	case trace.RoleClient:
		return v.App()
	case trace.RoleAS:
		return "AcmeID"
	case trace.RoleRS:
		return "StepCloud"
	case trace.RoleAttacker:
		return "Mallory"
	case trace.RoleOwnApp:
		return "own app"
	case trace.RoleOutside:
		return "outside"
	}
	return string(r)
}

// A Head is the top of a lane.
type Head struct {
	Role  trace.Role
	Name  string
	Part  string   // its role in the words of RFC 6749 §1.1
	Holds []string // the values that it holds now
}

// Heads returns the tops of the lanes, with what each party holds after the
// given step.
func (f *Flow) Heads(v Variant, after int) []Head {
	holds := f.held(v, after)
	var heads []Head
	for _, r := range lanes() {
		h := Head{Role: r, Name: NameOf(r, v), Holds: holds[r]}
		switch r { //nolint:exhaustive // the five lanes
		case trace.RoleOwner:
			h.Part = "resource owner"
		case trace.RoleBrowser:
			h.Name, h.Part = "Browser", "acts for Alice"
		case trace.RoleClient:
			h.Part = "client"
			if v.Lite() {
				h.Part = "client in the browser"
			}
		case trace.RoleAS:
			h.Part = "authorization server"
		case trace.RoleRS:
			h.Part = "resource server"
		}
		heads = append(heads, h)
	}
	return heads
}

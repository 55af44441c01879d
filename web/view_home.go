package web

import "strconv"

// Home is the view of the front page.
type Home struct {
	// Stub and Badge are one access token of the lab each: an opaque one, and a
	// JWT whose signature was checked. Nil leaves the specimen out.
	Stub  *Stub
	Badge *JWT
	// BadgeRaw is the badge's whole token, handed to the playground by a form.
	BadgeRaw string
	// Continue leads to the step where the visitor's run stands; nil if none runs.
	Continue *Send
	// Lessons, Minutes and Steps are counts of what exists; zero leaves the number out.
	Lessons int
	Minutes int
	Steps   int
}

// StepsStub is the text on the stub of the button that starts the flow.
func (h Home) StepsStub() string {
	if h.Steps == 0 {
		return ""
	}
	return "1/" + strconv.Itoa(h.Steps)
}

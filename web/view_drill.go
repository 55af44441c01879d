package web

// Drill is the view of the page "drill".
type Drill struct {
	Owned       bool
	Lab, Issuer string
	// Faults is how many faults a drill has, Clients the clients that it may be of.
	Faults  int
	Clients []string
	Report  *DrillReport // nil if there was none
}

// DrillReport is how a drill stands.
type DrillReport struct {
	Client, State, Problem, Grade string
	Total, Tried, Open            int
	On                            bool // running, or waiting for a person
	// Current is the fault that is on, in a drill by hand; Seen what has arrived.
	Current, Deviation, Correct, Seen string
	// Groups are the attempts: what was wrong first, then what is open, then what
	// was right. None is empty.
	Groups []DrillGroup
}

// DrillGroup is the attempts that ended alike.
type DrillGroup struct {
	Title string
	Rows  []DrillRow
}

// DrillRow is one attempt.
type DrillRow struct {
	Fault, Deviation, Correct, Cite string
	Verdict, Why                    string
	Lenient                         string // why an app that accepted may be right
	Status                          string // "pass", "fail" or "skipped"
}

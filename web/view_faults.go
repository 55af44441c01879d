package web

// Faults is the view of the page "faults".
type Faults struct {
	Owned bool
	// Issuer is the lab's, Mark stands between it and the name of a fault.
	Issuer, Mark string
	Count        int
	On           []FaultOn
	Clients      []string
	Groups       []FaultGroup
}

// FaultOn is a fault that is on.
type FaultOn struct {
	Name, Client string
	Times        string // "2 times", empty for as long as it is on
}

// FaultGroup is faults of one kind.
type FaultGroup struct {
	ID, Name string
	Faults   []Fault
}

// Fault is one way to misbehave.
type Fault struct {
	Name, Deviation   string
	Expect            string // what a correct client does, in a word
	Correct, Detected string
	// Lenient is why some clients may accept it.
	Lenient        string
	Cite, CiteHref string
	Issuer         string // empty where no issuer can have it
	PerClient      bool
}

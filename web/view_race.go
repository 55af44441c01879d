package web

// Race is the view of the page "race". Before it has begun, ID is empty.
type Race struct {
	// ID is the race, as its forms send it.
	ID string
	// Rivals are the designs that can run against the opaque session, Rival the
	// one that does.
	Rivals []RaceRival
	Rival  RaceRival
	Steps  []RaceStep
	Event  *RaceEvent
	// Rows are the results so far, Sides the names of their columns.
	Rows  []RaceRow
	Sides [2]string
	// Left counts the events that have not happened, Guessed those with a
	// prediction, Right those whose prediction was right.
	Left, Guessed, Right int
	// Lost says that the race is not kept any more.
	Lost bool
}

// RaceRival is a design that runs against the opaque session.
type RaceRival struct {
	Kind, Name, Says string
	Current          bool
}

// RaceStep is an event in the list of all.
type RaceStep struct {
	N             int
	Title, Href   string
	Done, Current bool
}

// RaceEvent is the event that the page shows.
type RaceEvent struct {
	N                    int
	ID, Title, Says, Ask string
	Options              []RaceOption
	// Done says that it has happened; what follows is its result.
	Done, Guessed bool
	Sides         [2]RaceSide
	Why           string
	// Next is the next event, empty after the last one.
	Next, NextTitle string
}

// RaceOption is an answer to the question of an event.
type RaceOption struct {
	N           int
	Text        string
	Mine, Right bool
}

// RaceSide is what happened to one design.
type RaceSide struct {
	Name, Says string
	Measures   []RaceMeasure
}

// RaceMeasure is a number with its name.
type RaceMeasure struct{ What, Text string }

// RaceRow is an event's line in the table of results.
type RaceRow struct {
	Title, Href string
	Sides       [2]RaceSide
}

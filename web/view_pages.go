package web

// Problem is the view of the page "problem", the only page for errors.
type Problem struct {
	// Status is the HTTP status code, StatusText its words ("Not Found").
	Status     int
	StatusText string
	// Title says what happened, Detail more of it, Fix what to do.
	Title  string
	Detail string
	Fix    string
	// RequestID finds the request in the server's log; may be empty.
	RequestID string
}

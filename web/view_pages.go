package web

// Problem is the view of the page "problem": the one error page.
type Problem struct {
	// Status is the HTTP status code.
	Status int
	// Title says what happened, Detail more of it, Fix what to do.
	Title  string
	Detail string
	Fix    string
	// Method and Path are what was asked for; shown as text, never as a link.
	Method string
	Path   string
	// RequestID finds the request in the server's log; may be empty.
	RequestID string
}

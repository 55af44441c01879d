package web

// Policies is the view of the page "policies": one request under each policy.
type Policies struct {
	// Owned says that the visitor may write requests.
	Owned     bool
	Samples   []PolicySample
	Endpoints []string
	// Endpoint and Params are the request, Params as lines of name=value.
	Endpoint, Params string
	// Authorization is its Authorization header, empty if it has none.
	Authorization string
	// Problem is why there is no verdict; may be empty.
	Problem string
	// Mine is the policy of the lab.
	Mine    string
	Columns []PolicyColumn
	Rows    []PolicyRow
}

// PolicySample is a request to begin with.
type PolicySample struct {
	ID, Name string
	Current  bool
}

// PolicyColumn is a policy and its verdict.
type PolicyColumn struct {
	Name   string
	Status string // "pass", "fail" or "skipped"
	// Word is "accepted", the error or why there is no verdict, Rule the one that refused.
	Word, Rule string
}

// PolicyRow is a rule under each policy.
type PolicyRow struct {
	ID, Title, Cite, CiteHref string
	// Differs says that the policies do not agree.
	Differs bool
	Cells   []PolicyCell // one for each column
}

// PolicyCell is how a rule ended under one policy. The zero value is a rule that
// was not in the policy's list.
type PolicyCell struct{ Status, Word string }

package web

// SelfTest is the view of the page "selftest". The zero value is the page before
// the first run.
type SelfTest struct {
	// Ran is when, by the lab's clock, Policy under which policy.
	Ran, Policy   string
	Tried, Failed int
	Members       []SelfTestMember
}

// SelfTestMember is a member of the metadata with the values that were tried.
type SelfTestMember struct {
	ID, Title      string
	Cite, CiteHref string
	Status         string // "pass" or "fail"
	// Advertised and LeftOut count its values.
	Advertised, LeftOut int
	Rows                []SelfTestRow
}

// SelfTestRow is one value.
type SelfTestRow struct {
	Value      string
	Advertised bool
	Sent, Came string
	Status     string // "pass" or "fail"
	// Expected, Got and Fix are there if it failed.
	Expected, Got, Fix string
}

// Label is the word for the status.
func (r SelfTestRow) Label() string {
	switch {
	case r.Status != "pass":
		return "untrue"
	case r.Advertised:
		return "works"
	default:
		return "refused"
	}
}

// Label is the word for the status.
func (m SelfTestMember) Label() string {
	if m.Status == "pass" {
		return "true"
	}
	return "untrue"
}

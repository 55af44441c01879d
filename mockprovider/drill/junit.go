package drill

import (
	"encoding/xml"
	"strings"
)

type junitSuites struct {
	XMLName xml.Name   `xml:"testsuites"`
	Suite   junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Failure *junitMessage `xml:"failure"`
	Skipped *junitMessage `xml:"skipped"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit is the report as JUnit XML, which build servers read: a test for each
// fault, failed where the app was wrong, skipped where nothing could be seen.
func (r *Report) JUnit() ([]byte, error) {
	s := junitSuite{Name: "drill of " + r.Client, Tests: len(r.Attempts), Failures: r.Wrong, Skipped: r.Open}
	for i := range r.Attempts {
		a := &r.Attempts[i]
		c := junitCase{Name: a.Fault, Class: "drill." + r.Client}
		switch {
		case !a.Graded():
			c.Skipped = &junitMessage{Message: string(a.Verdict), Text: strings.TrimSpace(a.Why + " " + a.Lenient)}
		case !a.Right:
			c.Failure = &junitMessage{Message: string(a.Verdict) + ": " + a.Deviation, Text: a.Why + " A correct client: " + a.Correct + " (" + a.Spec + ")"}
		}
		s.Cases = append(s.Cases, c)
	}
	out, err := xml.MarshalIndent(junitSuites{Suite: s}, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(out, '\n')...), nil
}

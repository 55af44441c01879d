package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/drill"
	"claimcheck/mockprovider/lab"
	"claimcheck/web"
)

// drillPage is GET /lab/drill: the form, or how the drill stands. To others than
// the lab's owner it explains and shows nothing else.
func (s *server) drillPage(c *gin.Context) error {
	l := s.labOf(c)
	owned := s.visits(c, l)
	v := web.Drill{Owned: owned, Lab: l.ID(), Issuer: l.DrillIssuer(), Faults: len(drill.Faults())}
	if owned {
		for _, client := range l.Clients() {
			if lab.ClientParty(client.ID).Role == "own" {
				v.Clients = append(v.Clients, client.ID)
			}
		}
		if r, ok := l.Drill(); ok {
			v.Report = newDrillReport(&r)
		}
	}
	return s.page(c, http.StatusOK, "drill", web.Page{
		Title: "Drill", Description: "The provider misbehaves in one way after another, and grades what your own app makes of it.",
		Nav: "lab", Mark: labName(l), Data: v,
	})
}

func newDrillReport(r *drill.Report) *web.DrillReport {
	v := &web.DrillReport{
		Client: r.Client, State: string(r.State), Problem: r.Problem, Grade: r.Grade(), Total: r.Total, Tried: len(r.Attempts), Open: r.Open,
		On: r.State == drill.Running || r.State == drill.Waiting, Current: r.Current, Seen: r.Seen,
	}
	if f, ok := mockprovider.FaultNamed(r.Current); ok {
		v.Deviation, v.Correct = f.Deviation, f.Correct
	}
	var wrong, open, right []web.DrillRow
	for i := range r.Attempts {
		a := &r.Attempts[i]
		row := web.DrillRow{Fault: a.Fault, Deviation: a.Deviation, Correct: a.Correct, Cite: a.Spec, Verdict: drillVerdict(a.Verdict), Why: a.Why, Lenient: a.Lenient, Status: "skipped"}
		switch {
		case !a.Graded():
			open = append(open, row)
		case a.Right:
			row.Status = "pass"
			right = append(right, row)
		default:
			row.Status = "fail"
			wrong = append(wrong, row)
		}
	}
	for _, g := range []web.DrillGroup{
		{Title: "Your app did the wrong thing", Rows: wrong},
		{Title: "Open: the drill can’t tell, or the documents leave the choice", Rows: open},
		{Title: "Right", Rows: right},
	} {
		if len(g.Rows) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
	return v
}

func drillVerdict(v drill.Verdict) string {
	switch v {
	case drill.NotReached:
		return "not reached"
	case drill.Unseen:
		return "can’t be seen from here"
	default:
		return string(v)
	}
}

// drillAct is POST /lab/drill: act is start, stop, or the verdict of a person.
func (s *server) drillAct(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	switch act := form("act"); act {
	case "start":
		_, err = startDrill(controlled{s, c, l}, drillCall{Client: form("client"), Start: form("start"), SignedIn: form("signed_in")})
	case "stop":
		l.StopDrill()
	default:
		_, err = l.AnswerDrill(drill.Verdict(act))
	}
	if err != nil {
		return asRefusal(err)
	}
	return s.redirect(c, "/lab/drill#report")
}

// drillJUnit is GET /lab/drill/junit.xml.
func (s *server) drillJUnit(c *gin.Context) error {
	l := s.labOf(c)
	if err := s.mustOwn(c, l); err != nil {
		return err
	}
	r, ok := l.Drill()
	if !ok {
		return noDrill()
	}
	out, err := r.JUnit()
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="drill.xml"`)
	s.write(c, http.StatusOK, "application/xml; charset=utf-8", out)
	return nil
}

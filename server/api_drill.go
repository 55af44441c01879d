package main

import (
	"net/http"

	"claimcheck/mockprovider/drill"
	"claimcheck/mockprovider/lab"
)

// drillOperations are the calls for the drill of an own app.
func drillOperations() []operation {
	return []operation{
		labRead("/drill", "getDrill", "How the last drill stands", readDrill),
		labChange(http.MethodPost, "/drill", "startDrill", "Run the faults one after another against an own app", startDrill).
			more("The app uses the lab’s drill issuer. With start the lab drives the app; without, a person logs in and answers.").
			fails(http.StatusConflict, http.StatusTooManyRequests),
		labChange(http.MethodPost, "/drill/answer", "answerDrill", "Say what the app did, in a drill by hand", func(x controlled, in drillAnswer) (drillReport, error) {
			r, err := x.lab.AnswerDrill(drill.Verdict(in.Verdict))
			return reportOf(&r), err
		}).fails(http.StatusConflict),
		labChange(http.MethodPost, "/drill/stop", "stopDrill", "Stop the drill", func(x controlled, _ nothing) (drillReport, error) {
			x.lab.StopDrill()
			return readDrill(x)
		}),
	}
}

// drillCall asks for a drill.
type drillCall struct {
	Client   string   `json:"client" doc:"a registered client whose redirect URIs are all on this machine"`
	Start    string   `json:"start,omitempty" doc:"where the app begins a login, on this machine; without it a person logs in"`
	SignedIn string   `json:"signed_in,omitempty" doc:"an address of the app that answers 200 to who is logged in and something else to others"`
	User     string   `json:"user,omitempty" doc:"who logs in; alice without it"`
	Faults   []string `json:"faults,omitempty" doc:"those to run; without it, all that one login can show"`
}

// drillAnswer says what the app did.
type drillAnswer struct {
	Verdict string `json:"verdict" enum:"accepted,refused,unseen"`
}

// drillReport is how a drill stands.
type drillReport struct {
	drill.Report
	Grade string `json:"grade" doc:"the result in words"`
}

func reportOf(r *drill.Report) drillReport { return drillReport{*r, r.Grade()} }

func readDrill(x controlled) (drillReport, error) {
	r, ok := x.lab.Drill()
	if !ok {
		return drillReport{}, noDrill()
	}
	return reportOf(&r), nil
}

func noDrill() error {
	return problem{Status: http.StatusNotFound, Title: "There was no drill yet.", Fix: "Start one on /lab/drill, or with POST /api/labs/main/drill."}
}

// drillCost is what a drill takes of an address's allowance: up to a hundred
// logins.
const drillCost = 20

func startDrill(x controlled, in drillCall) (drillReport, error) {
	r, err := x.lab.StartDrill(lab.DrillRequest{
		Client: in.Client, Start: in.Start, SignedIn: in.SignedIn, User: in.User, Faults: in.Faults,
		Begin: func() error { return x.spend(x.c, drillCost, "A drill is up to a hundred logins.") }, // one that is refused costs nothing
	})
	return reportOf(&r), err
}

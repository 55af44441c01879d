package main

import (
	"net/http"

	"claimcheck/mockprovider"
)

// faultOperations are the calls for faults.
func faultOperations() []operation {
	return []operation{
		labRead("/faults", "listFaults", "The faults that there are, and those that are on", readFaults),
		labChange(http.MethodPost, "/faults", "setFault", "Switch a fault on at the lab’s own issuer", setFault).
			more("For a whole issuer with a fault no call is needed: each fault has an issuer of its own, under issuer.").
			fails(http.StatusConflict),
		labDelete("/faults", "clearFaults", "Switch every fault off", func(x controlled) (faultState, error) {
			return clearFault(x, "")
		}),
		labDelete("/faults/:fault", "clearFault", "Switch one fault off", func(x controlled) (faultState, error) {
			return clearFault(x, x.c.Param("fault"))
		}),
	}
}

// faultInfo is a fault of the catalogue.
type faultInfo struct {
	Name      string `json:"name"`
	Group     string `json:"group"`
	Deviation string `json:"deviation" doc:"what goes wrong"`
	Spec      string `json:"spec" doc:"the section that is broken, or that says what a client does"`
	Expect    string `json:"expect" enum:"reject,accept,retry,either" doc:"what a correct client does"`
	Correct   string `json:"correct" doc:"what a correct client does, in a sentence"`
	Detected  string `json:"detected" doc:"how one sees from outside what the client did"`
	PerClient bool   `json:"per_client" doc:"it can be on for one client alone"`
	Issuer    string `json:"issuer,omitempty" doc:"the issuer that has this fault, for an app that can change nothing else"`
	Acted     int    `json:"acted" doc:"how often it has acted at the lab's own issuer"`
}

// faultOn is a fault that is on.
type faultOn struct {
	Name   string `json:"name" doc:"of one of the faults"`
	Client string `json:"client,omitempty" doc:"the one client that is concerned; without it every client is"`
	Times  int    `json:"times,omitempty" doc:"how often it acts before it is off again; without it, until it is switched off"`
}

// faultState is every fault, and what is on at the lab's own issuer.
type faultState struct {
	Faults []faultInfo `json:"faults"`
	On     []faultOn   `json:"on"`
}

func readFaults(x controlled) (faultState, error) {
	out := faultState{On: []faultOn{}}
	acted := x.lab.FaultsActed()
	for _, f := range mockprovider.Faults() {
		issuer := ""
		if !f.NeedsHTTPS {
			issuer = x.lab.Issuer() + mockprovider.IssuerMark + f.Name
		}
		out.Faults = append(out.Faults, faultInfo{
			Name: f.Name, Group: f.Group, Deviation: f.Deviation, Spec: f.Spec.String(), Expect: string(f.Expect), Correct: f.Correct,
			Detected: f.Detected, PerClient: !f.NoClient, Issuer: issuer, Acted: acted[f.Name],
		})
	}
	for _, s := range x.lab.Faults() {
		out.On = append(out.On, faultOn(s))
	}
	return out, nil
}

func setFault(x controlled, in faultOn) (faultState, error) {
	if err := x.lab.SetFault(mockprovider.FaultSwitch(in)); err != nil {
		return faultState{}, err
	}
	return readFaults(x)
}

func clearFault(x controlled, name string) (faultState, error) {
	if err := x.lab.ClearFault(name); err != nil {
		return faultState{}, err
	}
	return readFaults(x)
}

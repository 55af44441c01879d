// Package doctor says why an app and the lab do not find each other: what is
// wrong with the address that the app uses for the issuer, with its redirect URI,
// and what its last requests show. Everything is a finding, like everywhere; an
// app with nothing wrong gets rows that pass.
package doctor

import (
	"net/url"
	"slices"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
	"claimcheck/playground/spec"
)

// A Patient is what the doctor is told. What is empty is not examined.
type Patient struct {
	// Issuer is the issuer as the lab's metadata has it.
	Issuer string
	// Address is what the app uses as issuer, or as address of the metadata.
	Address string
	// RedirectURI is what the app sends, Registered what its client has.
	RedirectURI string
	Registered  []string
	// Native says that its loopback redirect URIs match on any port.
	Native bool
	// ClientID and Entries are the app's last messages, the newest last.
	ClientID string
	Entries  []*trace.Entry
}

// examination is a patient while the rules look at it.
type examination struct {
	*Patient
	issuer, address *url.URL // address_readable

	authorization, token *trace.Entry // the last of each, or nil
}

// Examine runs every rule that concerns the patient.
func Examine(p *Patient) []playground.Finding {
	e := &examination{Patient: p}
	e.issuer, _ = url.Parse(p.Issuer)
	for _, entry := range p.Entries {
		switch path := entry.Path(); {
		case entry.To.Role != trace.RoleAS:
		case hasSuffix(path, "/authorize"):
			e.authorization = entry
		case hasSuffix(path, "/token"):
			e.token = entry
		}
	}
	rows, _, _ := playground.Run(playground.Mode{KeepGoing: true}, e, checks())
	return slices.DeleteFunc(rows, func(f playground.Finding) bool { return f.Status == playground.StatusSkipped })
}

// Rules are the rules that the doctor has.
func Rules() []playground.Rule {
	var out []playground.Rule
	for _, c := range checks() {
		out = append(out, c.Rule)
	}
	return out
}

func checks() []playground.Check[examination] {
	return slices.Concat(addressChecks(), redirectChecks(), requestChecks())
}

func rfc(number, section string) spec.Ref { return spec.Ref{Name: "RFC " + number, Section: section} }

func discovery(section string) spec.Ref {
	return spec.Ref{Name: "OpenID Connect Discovery 1.0", Section: section}
}

// check is one of the doctor's rules.
func check(id, title string, ref spec.Ref, test func(*examination) playground.Outcome) playground.Check[examination] {
	return playground.Check[examination]{Test: test, Rule: playground.Rule{ID: id, Title: title, Spec: ref, Level: playground.Must}}
}

// fail is a failed outcome; id tells several of one rule apart, "" none.
func fail(id, expected, got, why, fix string) playground.Outcome {
	o := playground.Fail(expected, got, fix)
	o.Case, o.Why = id, why
	return o
}

func none() playground.Outcome { return playground.Skip(playground.WhyNotConcerned) }

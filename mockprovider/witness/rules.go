package witness

import (
	"net/http"
	"slices"
	"strconv"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
	"claimcheck/playground/spec"
)

// Examine runs every rule over an app's exchanges, one after the other, and
// returns one row per rule. A rule that none of them concerns is skipped. Where a
// rule fails, the row names the message by its place in the log.
func Examine(entries []*trace.Entry) []playground.Finding {
	rows, _, _ := playground.Run(playground.Mode{KeepGoing: true}, newApp(entries), checks()) // no rule touches storage
	return rows
}

// Rules are the rules of [Examine], in the order in which they run.
func Rules() []playground.Rule {
	all := checks()
	out := make([]playground.Rule, len(all))
	for i := range all {
		out[i] = all[i].Rule
	}
	return out
}

func checks() []playground.Check[app] {
	return slices.Concat(askChecks, answerChecks, fetchChecks, useChecks)
}

// Concerned keeps the rows that say something about what was seen.
func Concerned(rows []playground.Finding) []playground.Finding {
	return slices.DeleteFunc(slices.Clone(rows), func(f playground.Finding) bool { return f.Status == playground.StatusSkipped })
}

func rule(id, title string, level playground.Level, ref spec.Ref) playground.Rule {
	return playground.Rule{ID: id, Title: title, Level: level, Spec: ref}
}

func rfc(number, section string) spec.Ref { return spec.Ref{Name: "RFC " + number, Section: section} }

func core(section string) spec.Ref {
	return spec.Ref{Name: "OpenID Connect Core 1.0", Section: section}
}

// each asks a question of each exchange: skip has no opinion, otherwise the worst
// answer counts, of several the first. No opinion at all means not concerned.
func each(entries []*trace.Entry, ask func(*trace.Entry) playground.Outcome) playground.Outcome {
	worst := playground.Skip(playground.WhyNotConcerned)
	for _, e := range entries {
		if o := ask(e); rank(o.Status) > rank(worst.Status) {
			worst = o
			if o.Got != "" && e.Seq > 0 {
				worst.Got = message(e.Seq) + ": " + o.Got
			}
		}
	}
	return worst
}

// rank orders the statuses from what says nothing to what matters most.
func rank(s playground.Status) int {
	return slices.Index([]playground.Status{playground.StatusSkipped, playground.StatusPass, playground.StatusInfo, playground.StatusWarn, playground.StatusFail}, s)
}

// silent is the answer of an exchange that the rule is not about.
func silent() playground.Outcome { return playground.Skip(playground.WhyNotConcerned) }

func fails(expected, got, why, fix string) playground.Outcome {
	return playground.Outcome{Status: playground.StatusFail, Expected: expected, Got: got, Why: why, Fix: fix}
}

func warns(expected, got, why, fix string) playground.Outcome {
	return playground.Outcome{Status: playground.StatusWarn, Expected: expected, Got: got, Why: why, Fix: fix}
}

// fresh fails where a value that must be new each time came before. It keeps what
// it has seen. The very same address twice may be a page that was loaded again.
func fresh(what, why, fix string, value func(*trace.Entry) string) func(*trace.Entry) playground.Outcome {
	seen := map[string]*trace.Entry{}
	return func(e *trace.Entry) playground.Outcome {
		v := value(e)
		if v == "" {
			return silent()
		}
		before := seen[v]
		switch {
		case before == nil:
			seen[v] = e
			return playground.Pass()
		case e.Request.Method == http.MethodGet && e.Request.URL == before.Request.URL:
			return warns("a "+what+" of its own", "the whole address of "+message(before.Seq)+" again", "Somebody loaded the page again, or the app sends the same each time. "+why, fix)
		}
		return fails("a "+what+" of its own", "the one of "+message(before.Seq)+" again", why, fix)
	}
}

func message(seq int64) string { return "message " + strconv.FormatInt(seq, 10) }

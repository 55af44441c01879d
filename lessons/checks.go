package lessons

import (
	"cmp"
	"html/template"
	"maps"
	"slices"
	"strings"
)

// A maker builds a check from an exercise's parameters and reports mistakes in
// them; it returns nil then.
type maker func(b *builder) Check

// makers are the checks by name. Each is described in the authoring format.
func makers() map[string]maker {
	return map[string]maker{
		"key":            keyCheck,
		"equals":         equalsCheck,
		"s256":           s256Check,
		"base64url_json": base64urlJSONCheck,
		"hmac":           hmacCheck,
		"claim":          claimCheck,
		"token_made":     tokenMadeCheck,
		"token_of_lab":   tokenOfLabCheck,
		"wire":           wireCheck,
		"flow_done":      flowDoneCheck,
		"code_refused":   codeRefusedCheck,
		"forged_token":   forgedTokenCheck,
		"policy":         policyCheck,
		"claims":         claimsCheck,
		"design":         designCheck,
	}
}

// readsLog are the checks that look at what happened in the lab.
func readsLog(name string) bool {
	switch name {
	case "token_of_lab", "wire", "flow_done", "code_refused", "forged_token":
		return true
	}
	return false
}

func (b *builder) makeCheck() {
	name := cmp.Or(b.y.Check, "key")
	all := makers()
	make, ok := all[name]
	if !ok {
		b.problem(b.d.line("check"), "use one of "+strings.Join(slices.Sorted(maps.Keys(all)), ", "), "unknown check %q", name)
		return
	}
	if name == "key" && len(b.key) == 0 {
		if slices.Contains(kinds(), b.y.Kind) { // else that is the mistake
			b.problem(b.e.line, "name a check: one of "+strings.Join(slices.Sorted(maps.Keys(all)), ", "), "kind %s has no key of its own", b.y.Kind)
		}
		return
	}
	b.e.UsesWire = readsLog(name)
	b.e.check = make(b)
	if b.e.check == nil {
		b.e.check = func(*Attempt) Verdict { return Verdict{} }
	}
}

// params reads the check's parameters into p, a pointer to a struct.
func (b *builder) params(p any) bool {
	if b.y.With.node == nil {
		return true
	}
	return b.d.decode(b.y.With.node, p)
}

// need reports a parameter that is missing.
func (b *builder) need(ok bool, what string) bool {
	if !ok {
		b.problem(b.d.line("with"), "copy the shape of a lesson that has this check", "check %s needs %s", b.y.Check, what)
	}
	return ok
}

// field reports a field that the exercise does not have.
func (b *builder) field(id string) bool {
	ok := slices.ContainsFunc(b.y.Fields, func(f fieldYAML) bool { return f.ID == id })
	if !ok {
		b.problem(b.d.line("with"), "add it to fields, or mend the parameter", "check %s reads the field %q, which is not there", b.y.Check, id)
	}
	return ok
}

func (b *builder) label(id string) template.HTML {
	for _, f := range b.y.Fields {
		if f.ID == id {
			return say("%s", f.Label)
		}
	}
	return say("%s", id)
}

// Verdicts of checks that look at one typed value.

func open(title, what template.HTML) Verdict {
	what = coded(what)
	return Verdict{Rungs: []Rung{{Status: "skipped", Word: "open", Title: title, Why: what}}, Missing: []template.HTML{what}}
}

func near(title, why template.HTML) Verdict {
	why = coded(why)
	return Verdict{Rungs: []Rung{{Status: "fail", Word: "near", Title: title, Why: why}}, Missing: []template.HTML{why}, NearMiss: why}
}

func done(title, why template.HTML) Verdict {
	return Verdict{Done: true, Rungs: []Rung{{Status: "pass", Word: "done", Title: title, Why: coded(why)}}}
}

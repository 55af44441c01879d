package lessons

import "slices"

// read reports mistakes of a game, and renders what its rules say.
func (g *designGame) read(m *markdown, d *yamlDoc) {
	problem := func(line int, do, format string, args ...any) { m.ps.add(d.file, line, do, format, args...) }
	values := map[string][]string{} // that each name can have
	for name, all := range g.Facts {
		values[name] = all
	}
	for i, c := range g.Choices {
		line := d.line("choices", i)
		if slug(c.ID) != c.ID || c.ID == "" || c.Text == "" || len(c.Options) < 2 {
			problem(line, "write id, text and two options or more", "choice %q is incomplete", c.ID)
		}
		if _, taken := values[c.ID]; taken {
			problem(line, "give it another id", "the name %q is used twice", c.ID)
		}
		for j, o := range c.Options {
			if o.ID == "" || o.Text == "" || c.option(o.Text) != o.ID || slices.Contains(values[c.ID], o.ID) {
				problem(d.line("choices", i, "options", j), "give each an id and a text of its own", "an option of %q is incomplete, or there twice", c.ID)
			}
			values[c.ID] = append(values[c.ID], o.ID)
		}
	}
	if len(g.Choices) == 0 || len(g.Rules) == 0 {
		problem(1, "write both", "choices or rules are missing")
	}
	seen := map[string]bool{}
	for i := range g.Rules {
		r := &g.Rules[i]
		line := d.line("rules", i)
		if r.ID == "" || r.Says == "" || r.Why == "" || r.RFC == "" || len(r.When) == 0 {
			problem(line, "write id, when, says, why and rfc", "rule %q is incomplete", r.ID)
		}
		if seen[r.ID] {
			problem(line, "name each once", "the rule %q is there twice", r.ID)
		}
		seen[r.ID] = true
		if r.Level != designError && r.Level != designWarning {
			problem(d.line("rules", i, "level"), "use error or warning", "unknown level %q", r.Level)
		}
		for part, names := range map[string]map[string]answer{"when": r.When, "unless": r.Unless} {
			for name, all := range names {
				for _, v := range all {
					if !slices.Contains(values[name], v) {
						problem(d.line("rules", i, part, name), "use a fact or choice and one of its values", "rule %q asks for %s: %s", r.ID, name, v)
					}
				}
			}
		}
		r.says, r.why = m.inlineAt(d.line("rules", i, "says"), r.Says), m.inlineAt(d.line("rules", i, "why"), r.Why)
		if ref, err := parseCitation(r.RFC); err == nil {
			r.spec = &ref
		} else if r.RFC != "" {
			problem(d.line("rules", i, "rfc"), "cite a section that the index has", "%v", err)
		}
	}
}

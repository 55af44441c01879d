package lessons

import (
	"cmp"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"claimcheck/playground/spec"
)

// A keyItem is one thing that the check "key" compares: a card, a cell, a step,
// or the one question of a quiz.
type keyItem struct {
	id     string
	field  string
	title  template.HTML // empty: the answer's own words
	right  []string
	offers []string // all that can be chosen; nil where that is no list
	many   bool
	probe  bool // right is what really happened
	why    map[string]template.HTML
	anyWhy template.HTML // for answers that why does not have
	words  map[string]template.HTML
	spec   *spec.Ref
}

func (k *keyItem) reason(answer string) template.HTML {
	if w, ok := k.why[answer]; ok {
		return w
	}
	return k.anyWhy
}

// keyParams are the parameters of the check "key".
type keyParams struct {
	Pass int      `yaml:"pass"` // so many right items are enough; zero means all
	Must []string `yaml:"must"` // items that must be right all the same
}

// keyCheck compares answers with the key, item by item.
func keyCheck(b *builder) Check {
	var p keyParams
	if !b.params(&p) {
		return nil
	}
	for _, id := range p.Must {
		if !slices.ContainsFunc(b.key, func(k keyItem) bool { return k.id == id }) {
			b.problem(b.d.line("with", "must"), "use the id of a card, cell or step", "no item %q", id)
		}
	}
	if p.Pass < 0 || p.Pass > len(b.key) {
		b.problem(b.d.line("with", "pass"), "use a number up to the number of items", "%d of %d items cannot be right", p.Pass, len(b.key))
	}
	if b.y.Kind == KindOrder {
		return orderCheck(b.key)
	}
	items := b.key
	return func(a *Attempt) Verdict { return compareKey(items, p, a) }
}

func compareKey(items []keyItem, p keyParams, a *Attempt) Verdict {
	var v Verdict
	right, blank, must := 0, 0, true
	for i := range items {
		k := &items[i]
		rungs, ok := k.judge(a)
		if len(items) > 1 && a.Answers.Get(k.field) == "" {
			blank++
		} else {
			v.Rungs = append(v.Rungs, rungs...)
		}
		if ok {
			right++
			continue
		}
		if slices.Contains(p.Must, k.id) {
			must = false
		}
		for _, r := range rungs {
			if r.Status != "pass" {
				v.Missing = append(v.Missing, r.Title+": "+r.Why)
			}
		}
	}
	want := p.Pass
	if want == 0 {
		want = len(items)
	}
	v.Done = right >= want && must
	if blank > 0 {
		v.Rungs = append(v.Rungs, Rung{Status: "skipped", Word: "open", Title: say("%d of %d without an answer", blank, len(items))})
	}
	switch {
	case len(items) == 1:
	case !v.Done && right >= want:
		v.Score = say("%d of %d are right. One that must be right is not.", right, len(items))
	default:
		v.Score = say("%d of %d are right.", right, len(items))
	}
	return v
}

// judge compares one item's answer.
func (k *keyItem) judge(a *Attempt) (rungs []Rung, ok bool) {
	given := a.Answers[k.field]
	if len(given) == 0 || given[0] == "" {
		return []Rung{{Status: "skipped", Word: "open", Title: k.titleOr("Your answer"), Why: "No answer yet."}}, false
	}
	right := k.right
	var outcome template.HTML
	if k.probe {
		o, sent := a.Outcomes[k.id]
		if !sent {
			return []Rung{{Status: "skipped", Word: "open", Title: k.title, Why: "It has not been sent yet."}}, false
		}
		right = []string{"refused"}
		by := cmp.Or(o.By, "StepCloud")
		outcome = say("%s answered %d. ", by, o.Status)
		if o.Rule != "" {
			outcome = say("%s answered %d, by its rule `%s`. ", by, o.Status, o.Rule)
		}
		if o.Accepted() {
			right = []string{"accepted"}
		}
	}
	ok = true
	for _, g := range given {
		title := k.titleOr(g)
		if strings.HasPrefix(k.field, "cell.") { // a list box may cut its text off
			title += ": " + say("%s", g)
		}
		r := Rung{Status: "pass", Word: "right", Title: title, Why: outcome + k.reason(g), Spec: k.spec}
		if !slices.Contains(right, g) {
			ok = false
			r.Status, r.Word = "fail", "wrong"
		}
		rungs = append(rungs, r)
	}
	if ok && k.many && len(given) < len(right) {
		ok = false
		rungs = append(rungs, Rung{Status: "skipped", Word: "open", Title: "There is more", Why: say("%d of %d are marked.", len(given), len(right))})
	}
	return rungs, ok
}

func (k *keyItem) titleOr(answer string) template.HTML {
	if k.title != "" {
		return k.title
	}
	if w, ok := k.words[answer]; ok {
		return w
	}
	return say("%s", answer)
}

// orderCheck compares the places of steps. It explains the first step that is
// out of place.
func orderCheck(items []keyItem) Check {
	return func(a *Attempt) Verdict {
		v := Verdict{Done: true}
		seen := map[int]bool{}
		for i := range items {
			k := &items[i]
			place, err := strconv.Atoi(a.Answers.Get(k.field))
			r := Rung{Status: "pass", Word: "right", Title: k.title}
			switch {
			case err != nil:
				r = Rung{Status: "skipped", Word: "open", Title: k.title, Why: "It has no place yet."}
			case seen[place]:
				r = Rung{Status: "fail", Word: "wrong", Title: k.title, Why: say("Two steps share place %d.", place)}
			case place != i+1:
				r.Status, r.Word = "fail", "wrong"
				if v.Done { // the first one
					r.Why = k.anyWhy
				}
			}
			seen[place] = err == nil
			if r.Status != "pass" {
				v.Done = false
				if r.Why != "" {
					v.Missing = append(v.Missing, r.Title+": "+r.Why)
				}
			}
			v.Rungs = append(v.Rungs, r)
		}
		return v
	}
}

// rightAnswers is the key as a form would bring it. Probed items are left to
// what really happens.
func (b *builder) rightAnswers() url.Values {
	v := url.Values{}
	for i := range b.key {
		k := &b.key[i]
		if b.y.Kind == KindOrder {
			v.Set(k.field, itoa(i+1))
			b.e.solutions = append(b.e.solutions, say("%d. ", i+1)+k.title)
			continue
		}
		v[k.field] = slices.Clone(k.right)
		for _, r := range k.right {
			words := k.words[r]
			if words == "" {
				words = say("%s", r)
			}
			if k.title != "" {
				words = k.title + ": " + words
			}
			b.e.solutions = append(b.e.solutions, words)
		}
	}
	return v
}

// changed is the key with a decoy's answers over it.
func (b *builder) changed(answers map[string]answer, line int) url.Values {
	v := b.copyRight()
	if len(answers) == 0 {
		b.problem(line, "write answer: {item: wrong value}", "a decoy changes nothing")
	}
	for id, a := range answers {
		switch {
		case id == "order":
			for i, step := range a {
				v.Set("pos."+step, itoa(i+1))
			}
		case v.Has(id): // pick, line
			v[id] = a
		default:
			i := slices.IndexFunc(b.key, func(k keyItem) bool { return k.id == id })
			if i < 0 {
				b.problem(line, "use the id of a card or cell, or pick, line, order", "a decoy answers %q, which is not asked", id)
				continue
			}
			for _, chosen := range a {
				if o := b.key[i].offers; o != nil && !slices.Contains(o, chosen) {
					b.problem(line, "use one of its choices as it stands there", "a decoy answers %q with %q, which nobody can choose", id, chosen)
				}
			}
			v[b.key[i].field] = a
		}
	}
	return v
}

func (b *builder) copyRight() url.Values {
	v := url.Values{}
	for name, vals := range b.e.Solution.Answers {
		v[name] = slices.Clone(vals)
	}
	return v
}

func itoa(n int) string { return strconv.Itoa(n) }

// cite reads an optional citation.
func (b *builder) cite(s string, path ...any) *spec.Ref {
	if s == "" {
		return nil
	}
	ref, err := parseCitation(s)
	if err != nil {
		b.problem(b.d.line(path...), "cite a section that the index has", "%v", err)
		return nil
	}
	return &ref
}

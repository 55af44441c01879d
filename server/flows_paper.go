package main

import (
	"slices"

	"claimcheck/mockprovider/walkthrough"
	"claimcheck/web"
)

// The prints of a flow, as they stand in URLs: everything in words, the steps as
// cards, the picture to fill in, and the key to both.
const (
	paperText  = "1"
	paperCards = "cards"
	paperBlank = "blank"
	paperKey   = "key"
)

// A paperView is what a print has beside the steps in words.
type paperView struct {
	Kind   string
	Title  string
	Do     string // what to do with the sheet
	Head   string // version and seed: who has the same has the same values
	Others []web.Tab
	Cards  []cardView // in the order of the cards
	Key    []keyView  // in the order of the steps
}

// A cardView is a step on a card. The letter tells nothing about its place.
type cardView struct {
	Letter   string
	Step     *walkthrough.Step
	From, To web.Role
}

// A keyView is a step with all that the other sheets leave out.
type keyView struct {
	Letter   string
	Step     *walkthrough.Step
	From, To web.Role
	Names    []string // what it carries
	Rules    []string // what its receiver decides by
	Answer   string   // to the step's question
}

// paper makes the sheet of this kind. What is not known is the text.
func (s *server) paper(view *flowView, kind string) {
	p := &view.Sheet
	p.Kind, p.Title, p.Head = kind, view.Flow.Title, s.paperHead()
	switch kind {
	case paperCards:
		p.Title, p.Do = p.Title+": cards", "Cut them apart and mix them. Which order is the right one, and who talks to whom?"
	case paperBlank:
		p.Title, p.Do = p.Title+": the picture to fill in", "Each arrow is a message, each box is work that one party does alone. Write on it what is sent or decided. Dashed: via the browser. Solid: a direct call."
	case paperKey:
		p.Title, p.Do = p.Title+": the key", "For the cards, the picture and the questions."
	default:
		p.Kind = paperText
	}
	for _, o := range []struct{ kind, text string }{{paperText, "everything in words"}, {paperCards, "cards"}, {paperBlank, "a picture to fill in"}, {paperKey, "the key"}} {
		p.Others = append(p.Others, web.Tab{Text: o.text, Href: view.at(view.Step.ID, "print", o.kind), Current: o.kind == p.Kind})
	}
	order := shuffled(len(view.Steps))
	p.Cards = make([]cardView, len(order))
	for i, l := range view.Steps {
		from, to := roleOf(l.From), roleOf(l.To)
		at := slices.Index(order, i)
		p.Cards[at] = cardView{letter(at), l.Step, from, to}
		k := keyView{Letter: letter(at), Step: l.Step, From: from, To: to}
		for _, x := range l.Params {
			k.Names = append(k.Names, x.Name)
		}
		if l.Kind == walkthrough.KindCheck {
			for _, row := range aheadRows(l.Step) {
				k.Rules = append(k.Rules, row.Title)
			}
		}
		if q := l.Predict; q != nil {
			k.Answer = q.Options[q.Answer-1]
		}
		p.Key = append(p.Key, k)
	}
}

// paperHead says what the values on a sheet come from. A seed tells every value
// of the lab, so only a lab on one's own machine names it.
func (s *server) paperHead() string {
	switch {
	case s.cfg.seed == "":
		return version() + " · no seed: elsewhere the values are others"
	case !s.origin.local:
		return version() + " · with the seed of this server"
	}
	return version() + " · seed " + s.cfg.seed
}

// shuffled is an order of n cards that is the same on every sheet: whose values
// are multiples of a step that has no factor in common with n.
func shuffled(n int) []int {
	stride := 5
	for gcd(stride, n) != 1 {
		stride++
	}
	order := make([]int, n)
	for i := range order {
		order[i] = (i*stride + n/2) % n
	}
	return order
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// letter is the name of a card: A to Z, then AA.
func letter(i int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if i < len(letters) {
		return letters[i : i+1]
	}
	return letter(i/len(letters)-1) + letter(i%len(letters))
}

package walkthrough

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// A Flow is an ordered list of steps, in each of its variants.
type Flow struct {
	// ID names the flow in URLs: "authorization-code-pkce". It is the name of its
	// directory.
	ID string `yaml:"-"`
	// Title is what it is called, Lead what it does, in a sentence.
	Title string `yaml:"title"`
	Lead  string `yaml:"lead"`
	// Choose is who should take it: an answer to "What are you building?". More
	// helps to choose between its variants.
	Choose string `yaml:"choose"`
	More   string `yaml:"more"`
	// Region is its place on the map.
	Region string `yaml:"region"`
	// Legacy says why nobody should build it any more, empty if one may.
	Legacy string `yaml:"legacy"`
	// Client is the cast's client that walks, where no switch chooses it.
	Client string `yaml:"client"`
	// Lanes are the parties, from left to right.
	Lanes []Party `yaml:"lanes"`
	// Switches are what a learner chooses before a run. Each combination is a
	// variant.
	Switches []Switch `yaml:"switches"`
	// Values are the values of the protocol whose lives are drawn.
	Values []ValueInfo `yaml:"values"`
	// DeadEnds are where a variant cannot go on, on purpose.
	DeadEnds []DeadEnd `yaml:"dead_ends"`
	// Attack is set where somebody walks who should not.
	Attack *Attack `yaml:"attack"`

	variants []*Variant
	script   *script
}

// The regions of the map.
const (
	RegionPerson  = "person"  // somebody is there
	RegionMachine = "machine" // nobody is
	RegionLater   = "later"   // what comes after the first login
	RegionLegacy  = "legacy"  // nobody should build it any more
)

// A Party is one who takes part in a flow: a lane of the picture.
type Party struct {
	// ID is what the steps call it: "client", "rs", "meals".
	ID string `yaml:"id"`
	// Role gives it its colour and shape.
	Role trace.Role `yaml:"role"`
	// Name is its name in the story, Head the one on its lane if that is another.
	Name string `yaml:"name"`
	Head string `yaml:"head"`
	// Part is what it is, in the words of RFC 6749 §1.1.
	Part string `yaml:"part"`
	When When   `yaml:"when"`
}

// A Switch is a choice between variants. Its name and its options stand in URLs.
type Switch struct {
	Name    string   `yaml:"name"`
	Options []Option `yaml:"options"`
}

// An Option is one position of a switch: in a word or two, and as a sentence.
type Option struct {
	ID   string `yaml:"id"`
	Text string `yaml:"text"`
	Says string `yaml:"says"`
}

// A ValueInfo is a value of the protocol.
type ValueInfo struct {
	Name string `yaml:"name"`
	// Param is the parameter or member that carries it, Name if empty. The value
	// is read from the messages of the steps that name it.
	Param string `yaml:"param"`
	// Kept are the parties that keep it, because they made it or will compare it.
	Kept []string `yaml:"kept"`
	// Stub draws it as the ticket that travels.
	Stub bool `yaml:"stub"`
}

// A DeadEnd is a step that a variant does not get past.
type DeadEnd struct {
	When When   `yaml:"when"`
	Step string `yaml:"step"`
	// Says explains it, Text is the link to the variant that gets on: Take.
	Says string            `yaml:"says"`
	Text string            `yaml:"text"`
	Take map[string]string `yaml:"take"`
}

// A Variant is one way through a flow: what was chosen, who takes part, and the
// steps.
type Variant struct {
	// Client is the id of the cast's client that walks.
	Client string

	flow    *Flow
	choices map[string]string // switch → option
	words   []string
	says    []string
	lanes   []*Party
	steps   []*Step
	threads []*Thread
}

// Path is where the flow's pages are.
func (f *Flow) Path() string {
	if f.Attack != nil {
		return "/attacks/" + f.ID
	}
	return "/flows/" + f.ID
}

// Variants are all variants, the recommended one first.
func (f *Flow) Variants() []*Variant { return f.variants }

// Variant finds the variant that was chosen: get returns the option of a switch,
// as it stands in a URL. What is not known becomes the first option.
func (f *Flow) Variant(get func(name string) string) *Variant {
	for _, v := range f.variants {
		if !slices.ContainsFunc(f.Switches, func(s Switch) bool { return v.choices[s.Name] != s.pick(get(s.Name)) }) {
			return v
		}
	}
	return f.variants[0]
}

func (s *Switch) pick(id string) string {
	if slices.ContainsFunc(s.Options, func(o Option) bool { return o.ID == id }) {
		return id
	}
	return s.Options[0].ID
}

// spread makes the variants: each option of a switch with each of the next.
func (f *Flow) spread() {
	all := []*Variant{{Client: f.Client, flow: f, choices: map[string]string{}}}
	for _, s := range f.Switches {
		var next []*Variant
		for _, v := range all {
			for _, o := range s.Options {
				n := &Variant{Client: v.Client, flow: f, choices: map[string]string{s.Name: o.ID}}
				maps.Copy(n.choices, v.choices)
				n.words, n.says = append(slices.Clone(v.words), o.Text), append(slices.Clone(v.says), o.Says)
				if s.Name == "client" {
					n.Client = o.ID
				}
				next = append(next, n)
			}
		}
		all = next
	}
	f.variants = all
}

// Is says whether this option of the switch was chosen.
func (v *Variant) Is(name, option string) bool { return v.choices[name] == option }

// App is the client's name in the story.
func (v *Variant) App() string { return lab.ClientParty(v.Client).Name }

// Lite says that the client is FitTrack Lite, a public client in the browser.
func (v *Variant) Lite() bool { return v.Client == lab.FitTrackLite }

// PKCE says that the client sends a code_challenge (RFC 7636): it does where no
// switch turns it off.
func (v *Variant) PKCE() bool { return v.choices["pkce"] != "off" }

// Words are the choices in short: "FitTrack, confidential · PKCE on". They are
// the client's name where there is no choice.
func (v *Variant) Words() string {
	if len(v.words) == 0 {
		return v.App()
	}
	return strings.Join(v.words, " · ")
}

// Sentence is the choices as sentences.
func (v *Variant) Sentence() string { return strings.Join(v.says, " ") }

// Query are the choices as they stand in a URL.
func (v *Variant) Query() url.Values {
	q := url.Values{}
	for k, x := range v.choices {
		q.Set(k, x)
	}
	return q
}

// Href is the address of a step's page without a run.
func (v *Variant) Href(step string) string {
	at := v.flow.Path() + "/" + step
	if q := v.Query().Encode(); q != "" {
		at += "?" + q
	}
	return at
}

// Steps are the steps of the variant. The caller must not change them.
func (v *Variant) Steps() []*Step { return v.steps }

// Step finds a step by its ID.
func (v *Variant) Step(id string) (*Step, bool) {
	for _, s := range v.steps {
		if s.ID == id {
			return s, true
		}
	}
	return nil, false
}

// Lanes are the parties of the variant, from left to right.
func (v *Variant) Lanes() []*Party { return v.lanes }

// lane finds a party and its place from 0, -1 if there is none.
func (v *Variant) lane(id string) (int, *Party) {
	for i, p := range v.lanes {
		if p.ID == id {
			return i, p
		}
	}
	return -1, nil
}

// DeadEnd is where the variant does not get past the step, nil if it does.
func (v *Variant) DeadEnd(step string) *DeadEnd {
	for i, d := range v.flow.DeadEnds {
		if ok, _ := d.When.holds(v); ok && d.Step == step { // check has seen the error
			return &v.flow.DeadEnds[i]
		}
	}
	return nil
}

// Href is the address of the variant that gets on.
func (d *DeadEnd) Href(f *Flow) string {
	v := f.Variant(func(name string) string { return d.Take[name] })
	return v.Href(v.steps[0].ID)
}

// When limits a part of a flow to some variants: "client=fittrack pkce=on", all
// of which must have been chosen; "branch!=theft" takes every other option. Empty
// means to all.
type When string

// holds says whether the part belongs to the variant.
func (w When) holds(v *Variant) (bool, error) {
	all := true
	for word := range strings.FieldsSeq(string(w)) {
		name, option, other := strings.Cut(word, "!=")
		if !other {
			name, option, _ = strings.Cut(word, "=")
		}
		i := slices.IndexFunc(v.flow.Switches, func(s Switch) bool { return s.Name == name })
		if i < 0 || v.flow.Switches[i].pick(option) != option {
			return false, fmt.Errorf("when: %q is no option of a switch of this flow", word)
		}
		all = all && (v.choices[name] == option) != other
	}
	return all, nil
}

// checkPlace says what is missing in what the map or the list of attacks shows.
func (f *Flow) checkPlace() error {
	if f.Attack != nil {
		return f.Attack.check(f)
	}
	if f.Title == "" || f.Lead == "" || f.Choose == "" {
		return errors.New("a flow needs title, lead and choose")
	}
	if !slices.Contains([]string{RegionPerson, RegionMachine, RegionLater, RegionLegacy}, f.Region) {
		return fmt.Errorf("region %q is not on the map", f.Region)
	}
	if (f.Region == RegionLegacy) != (f.Legacy != "") {
		return errors.New("a flow of the region legacy says why in legacy, and no other one does")
	}
	return nil
}

// check says what is missing in the flow's own text.
func (f *Flow) check() error {
	if err := f.checkPlace(); err != nil {
		return err
	}
	for _, v := range f.variants {
		if lab.ClientParty(v.Client).Role != trace.RoleClient {
			return fmt.Errorf("%q is no client of the cast", v.Client)
		}
		if len(v.lanes) < 2 {
			return errors.New("a flow needs at least two lanes")
		}
		for _, d := range f.DeadEnds {
			if _, err := d.When.holds(v); err != nil {
				return err
			}
		}
	}
	for _, x := range f.Values {
		for _, id := range x.Kept {
			if !slices.ContainsFunc(f.Lanes, func(p Party) bool { return p.ID == id }) {
				return fmt.Errorf("values: %s: %q is no lane", x.Name, id)
			}
		}
	}
	return nil
}

package lessons

import (
	"context"
	"errors"
	"fmt"
	"html/template"

	"claimcheck/mockprovider/lab"
)

// BrowseStep opens an address in a browser, as a user who logs in and says yes,
// until the answer leaves the lab for the client's own address. Nobody listens
// there: what the answer carries becomes variables, the code above all.
type BrowseStep struct {
	URL  string `yaml:"url"`
	User string `yaml:"user"` // Alice, if it is empty
}

// words say the step for who asks to be shown the solution.
func (s *BrowseStep) words() template.HTML {
	return say("Open the app’s authorization request in your browser, log in and agree.")
}

var errStayed = errors.New("the way ended at a page of the lab, and no client got an answer")

// open does what the browser does to which a native app hands its request.
func (b *Bench) open(ctx context.Context, s BrowseStep, vars map[string]string) error {
	address, err := expand(s.URL, vars)
	if err != nil {
		return err
	}
	user := s.User
	if user == "" {
		user = "alice"
	}
	run, err := b.lab.NewRun(lab.RunConfig{Client: lab.FitTrack, Guided: true}) // the browser, with nobody logged in
	if err != nil {
		return fmt.Errorf("start a run: %w", err)
	}
	b.who.Trail.addRun(run.ID())
	at, err := b.browse(ctx, run, b.Here(address), user, nil)
	if err != nil {
		return err
	}
	if at == nil {
		return errStayed
	}
	for name, values := range at.Query() {
		vars[name] = values[0]
	}
	return nil
}

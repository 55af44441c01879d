package lessons

import (
	"errors"
	"fmt"
	"html/template"

	"claimcheck/mockprovider"
)

// KeysStep changes AcmeID's keys for an algorithm. One member is set, to the
// algorithm.
type KeysStep struct {
	Publish  string `yaml:"publish"`  // makes the next key
	Activate string `yaml:"activate"` // signs with the key that was published to be next
	Retire   string `yaml:"retire"`   // takes out those that signed before
	Revoke   string `yaml:"revoke"`   // takes out the one that signs
}

// words say the step for who asks to be shown the solution.
func (s *KeysStep) words() template.HTML {
	switch {
	case s.Publish != "":
		return say("On the lab’s page of keys, publish the next key for %s.", s.Publish)
	case s.Activate != "":
		return say("Activate the next key for %s.", s.Activate)
	case s.Retire != "":
		return say("Retire the previous key for %s.", s.Retire)
	}
	return say("Revoke the key that signs with %s.", s.Revoke)
}

var errNoKey = errors.New("no key is in that state")

// keys does what the buttons of the lab's page of keys do.
func (b *Bench) keys(s KeysStep) error {
	switch {
	case s.Publish != "":
		_, err := b.lab.PublishKey(s.Publish)
		return err //nolint:wrapcheck // it says all
	case s.Activate != "":
		return b.eachKey(s.Activate, mockprovider.KeyNext, b.lab.ActivateKey)
	case s.Retire != "":
		return b.eachKey(s.Retire, mockprovider.KeyPrevious, b.lab.RetireKey)
	}
	return b.eachKey(s.Revoke, mockprovider.KeySigns, b.lab.RevokeKey)
}

// eachKey does something with each key of the algorithm that was in a state.
func (b *Bench) eachKey(alg, state string, do func(kid string) error) error {
	all, err := b.lab.PublishedKeys()
	if err != nil {
		return err //nolint:wrapcheck // it says all
	}
	n := 0
	for _, k := range all {
		if k.Alg != alg || k.State != state {
			continue
		}
		if err := do(k.KID); err != nil {
			return err
		}
		n++
	}
	if n == 0 {
		return fmt.Errorf("%w: %s %s", errNoKey, alg, state)
	}
	return nil
}

package mockprovider

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"claimcheck/playground"
)

// mode is how strict the provider is now. It is replaced, never changed.
type mode struct {
	policy Policy
	off    map[string]bool
	// alone says that the policy counts for clients with one of their own too.
	alone bool
	// metadata is the document that is true under this mode.
	metadata []byte
}

// Policy is the policy in force for clients that have none of their own.
func (p *Provider) Policy() Policy { return p.mode.Load().policy }

// SetPolicy changes the policy at run time. Requests that are under way end
// under the old one.
func (p *Provider) SetPolicy(policy Policy) error {
	if _, err := policy.values(); err != nil {
		return err
	}
	p.changeMode(func(m *mode) { m.policy = cmp.Or(policy, PolicyRFC9700) })
	return nil
}

// InsecureOff lists the rules that are switched off, in alphabetical order.
func (p *Provider) InsecureOff() []string {
	return slices.Sorted(maps.Keys(p.mode.Load().off))
}

// SetInsecureOff replaces the set of rules that are switched off. It changes
// nothing and returns an error if one of them is unknown or can't be switched
// off; Rules tells which can.
func (p *Provider) SetInsecureOff(ids ...string) error {
	off, err := switchedOff(ids)
	if err != nil {
		return err
	}
	p.changeMode(func(m *mode) { m.off = off })
	return nil
}

func switchedOff(ids []string) (map[string]bool, error) {
	rules := Rules()
	off := make(map[string]bool, len(ids))
	for _, id := range ids {
		i := slices.IndexFunc(rules, func(r playground.Rule) bool { return r.ID == id })
		if i < 0 {
			return nil, fmt.Errorf("rule %q is none of this provider's", id)
		}
		if !rules[i].Switchable {
			return nil, fmt.Errorf("rule %q can't be switched off", id)
		}
		off[id] = true
	}
	return off, nil
}

func (p *Provider) changeMode(change func(*mode)) {
	for {
		old := p.mode.Load()
		next := *old
		change(&next)
		if p.mode.CompareAndSwap(old, p.newMode(next.policy, next.off)) {
			return
		}
	}
}

// strictness is what one request is judged by: the client's policy if it has
// one, else the provider's; then what is switched off.
type strictness struct {
	policyValues
	run playground.Mode
}

func (s *strictness) off(id string) bool { return s.run.InsecureOff[id] }

// strictnessFor returns how strict to be with the client, which may be nil.
func (p *Provider) strictnessFor(c *Client) strictness {
	m := p.mode.Load()
	policy := m.policy
	if c != nil && c.Policy != "" && !m.alone {
		policy = c.Policy
	}
	values := p.lifetimes(policy)
	return strictness{values, playground.Mode{Policy: values.bit, InsecureOff: m.off}}
}

// lifetimes are the values of the policy, with the configuration's own lifetimes
// in their place.
func (p *Provider) lifetimes(policy Policy) policyValues {
	values, _ := policy.values() // checked when it was set
	if p.cfg.CodeLifetime > 0 && (policy != PolicyFAPI2 || p.cfg.CodeLifetime < values.codeTTL) {
		values.codeTTL = p.cfg.CodeLifetime
	}
	if p.cfg.AccessTokenLifetime > 0 {
		values.accessTTL = p.cfg.AccessTokenLifetime
	}
	return values
}

// Config is the configuration with the policy, the switched-off rules and the
// parties that are in force now: for a second provider like this one. It has no
// Registry, so that the two do not change each other.
func (p *Provider) Config() Config {
	m, cfg := p.mode.Load(), p.cfg
	cfg.Policy, cfg.InsecureOff, cfg.Keys = m.policy, slices.Sorted(maps.Keys(m.off)), p.keys
	cfg.Registry, cfg.APIs, cfg.Clients, cfg.Users = nil, p.registry.APIs(), nil, nil
	for _, c := range p.registry.Clients() {
		cfg.Clients = append(cfg.Clients, *c)
	}
	for _, u := range p.registry.Users() {
		cfg.Users = append(cfg.Users, *u)
	}
	return cfg
}

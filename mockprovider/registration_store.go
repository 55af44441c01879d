package mockprovider

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"slices"
	"strings"
	"time"

	"claimcheck/playground"
)

// MaxDynamicClients is how many dynamic registrations a registry holds. One more
// pushes out the oldest that nobody confirmed.
const MaxDynamicClients = 200

// stored gives a new client its ID, secret and registration access token, and
// registers it; or puts the new metadata in the place of the old. It is the last
// rule: a value that the registry refuses is refused here.
func (s *registration) stored() playground.Outcome {
	ctx := s.r.Context()
	c := s.meta.toClient()
	if len(c.Scopes) == 0 {
		c.Scopes = s.p.scopesFor(&c)
		s.meta.Scope = strings.Join(c.Scopes, " ")
	}
	s.meta.ClientID, s.meta.Secret, s.meta.SecretExpires, s.meta.IssuedAt, s.meta.ConfigurationURI, s.meta.AccessToken = "", "", nil, 0, "", ""
	c.registered = &registered{meta: s.meta, issued: s.p.now()}
	if s.old != nil {
		c.ID, c.Expires = s.old.ID, s.old.Expires
		c.registered.issued, c.registered.token, c.registered.named = s.old.registered.issued, s.old.registered.token, s.old.registered.named
		c.Confirmed = s.old.Confirmed && c.JWKSURI == s.old.JWKSURI && c.BackchannelLogoutURI == s.old.BackchannelLogoutURI
		c.Secret, c.SecretSHA256 = s.old.Secret, s.old.SecretSHA256
	} else {
		c.ID, s.token = cmp.Or(s.wanted, s.p.value(ctx, "client_id", "dyn_")), s.p.value(ctx, "registration_token", "rat_")
		c.registered.named = s.wanted != ""
		c.registered.token, c.Expires = hashOf(s.token), s.p.now().Add(registrationTTL)
	}
	s.giveSecret(&c)
	err := s.p.registry.storeDynamic(c, s.old == nil, s.p.now())
	if field, ok := errors.AsType[*FieldError](err); ok {
		return failAt(field.Field, "a value that this server has", field.Problem, "compare it with the metadata of this server")
	}
	if err != nil {
		return playground.Broken(err)
	}
	s.client = s.p.registry.Client(c.ID)
	if s.client == nil { // removed by another request
		return playground.Broken(ErrNotRegistered)
	}
	return playground.Pass()
}

// giveSecret makes the secret that the method needs, and drops one that it does
// not. What is kept is the hash, except for client_secret_jwt: an HMAC can't be
// checked with a hash of its key.
func (s *registration) giveSecret(c *Client) {
	switch c.TokenEndpointAuthMethod {
	case authBasic, authPost:
		if c.hasSecret() {
			return
		}
	case authSecretJWT:
		if c.Secret != "" {
			return
		}
	default:
		c.Secret, c.SecretSHA256 = "", nil
		return
	}
	s.secret = s.p.value(s.r.Context(), "client_secret", "")
	sum := sha256.Sum256([]byte(s.secret))
	c.Secret, c.SecretSHA256 = "", sum[:]
	if c.TokenEndpointAuthMethod == authSecretJWT {
		c.Secret, c.SecretSHA256 = s.secret, nil
	}
}

// scopesFor are the scopes of a client that names none: all of them, and for a
// client that only acts for itself those of the APIs.
func (p *Provider) scopesFor(c *Client) []string {
	alone := !slices.ContainsFunc(c.GrantTypes, func(grant string) bool { return grant != grantClientCredentials })
	var all []string
	for scope := range p.registry.now.Load().scopes {
		if !alone || standardScope(scope) == "" {
			all = append(all, scope)
		}
	}
	slices.Sort(all)
	return all
}

// hasSecret tells whether the client has a secret, or the hash of one.
func (c *Client) hasSecret() bool { return c.Secret != "" || len(c.SecretSHA256) == sha256.Size }

// secretIs compares without telling by its duration where the two differ.
func (c *Client) secretIs(secret string) bool {
	if len(c.SecretSHA256) == sha256.Size {
		sum := sha256.Sum256([]byte(secret))
		return subtle.ConstantTimeCompare(sum[:], c.SecretSHA256) == 1
	}
	return c.Secret != "" && equal(secret, c.Secret)
}

// ConfirmClient lets the provider call the addresses that a dynamic registration
// named. It is for the owner of the lab. The error is ErrNotRegistered.
func (r *Registry) ConfirmClient(id string) error {
	return r.change(func(next *roster) error {
		i := slices.IndexFunc(next.clientOrder, func(c *Client) bool { return c.ID == id })
		if i < 0 {
			return ErrNotRegistered
		}
		c := *next.clientOrder[i]
		c.Confirmed = true
		next.clientOrder[i] = &c
		return nil
	})
}

// RemoveDynamic removes every client that registered itself, as RemoveClient does.
func (r *Registry) RemoveDynamic() {
	_ = r.change(func(next *roster) error { // it refuses nothing
		next.dropClients(func(c *Client) bool { return c.Dynamic })
		return nil
	})
}

// storeDynamic registers or replaces a client that registered itself, and makes
// room for a new one.
func (r *Registry) storeDynamic(c Client, fresh bool, now time.Time) error {
	return r.change(func(next *roster) error {
		next.dropClients(func(one *Client) bool { return one.ended(now) })
		if fresh { // with client_id_own off, an ID may come again
			next.dropClients(func(one *Client) bool { return one.ID == c.ID && one.Dynamic && !one.Confirmed })
		}
		if !fresh {
			return next.replaceClient(c, r.algs)
		}
		dynamic := 0
		for _, one := range next.clientOrder {
			if one.Dynamic {
				dynamic++
			}
		}
		if dynamic >= MaxDynamicClients {
			oldest := slices.IndexFunc(next.clientOrder, func(c *Client) bool { return c.Dynamic && !c.Confirmed })
			if oldest < 0 {
				return ErrRegistryFull
			}
			gone := next.clientOrder[oldest]
			next.dropClients(func(c *Client) bool { return c == gone })
		}
		return next.addClient(c, r.algs)
	})
}

// keepRegistration makes c the same registration as old, where that one is
// dynamic: its registration access token works on (RFC 7592 §2), and shows what c
// has now. The addresses stay confirmed if they stay the same.
func (c *Client) keepRegistration(old *Client) {
	if old.registered == nil {
		return
	}
	c.Dynamic, c.Expires = true, old.Expires
	c.Confirmed = old.Confirmed && c.JWKSURI == old.JWKSURI && c.BackchannelLogoutURI == old.BackchannelLogoutURI
	kept := *old.registered
	kept.meta.describe(c)
	c.registered = &kept
}

// dropClients removes clients, and remembers that some went.
func (n *roster) dropClients(which func(*Client) bool) {
	before := len(n.clientOrder)
	n.clientOrder = slices.DeleteFunc(n.clientOrder, which)
	n.removals += uint64(before - len(n.clientOrder)) //nolint:gosec // deleting makes no list longer
}

// ended tells whether a registration has expired.
func (c *Client) ended(now time.Time) bool { return !c.Expires.IsZero() && !now.Before(c.Expires) }

package mockprovider

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// The most that a registry holds. A request over it is refused with
// ErrRegistryFull, and nothing that is there makes room.
const (
	MaxClients = 1000
	MaxUsers   = 1000
)

// Why a registry refuses a change, beside a FieldError.
var (
	ErrRegistryFull  = errors.New("the registry is full")
	ErrNotRegistered = errors.New("not registered")
)

// A FieldError says what is wrong with one field of a client, user or API. Where
// RFC 7591 §2 or OpenID Connect has a name for the field, it is that name.
type FieldError struct {
	Field   string // "redirect_uris"
	Problem string // `redirect URI "x": not an absolute URI`
}

// Error implements error.
func (e *FieldError) Error() string { return e.Problem }

// A Registry holds the clients, users and APIs of one or more providers, and can
// change while they run. Readers take no lock: each change makes a new list and
// puts it in the place of the old one. A request that is under way may see the
// old one or the new one. It is safe for concurrent use.
//
// Removing a client ends all that it was granted: its codes, refresh tokens and
// access tokens no longer work, at the provider and at introspection, and neither
// does its authentication. Removing a user ends their sessions and what they
// granted. Both stay ended when a client or user with the same ID comes later.
// Only who reads a JWT without asking the provider takes it until it expires.
type Registry struct {
	now atomic.Pointer[roster]

	mu   sync.Mutex // held by whoever changes something
	algs []string   // that every provider has a key for; nil before the first
}

// roster is what a registry holds at one moment. It is replaced, never changed.
type roster struct {
	clients map[string]*Client
	users   map[string]*User // by ID
	logins  map[string]*User // by what is typed
	apis    []API
	scopes  map[string]string // to the words of the consent page
	origins map[string]bool   // of registered redirect URIs

	clientOrder []*Client
	userOrder   []*User
	// removals counts removed clients and users. What is added later remembers
	// the count, so that a record from before is known to be of another one.
	removals uint64
}

// NewRegistry returns a registry with the given parties. The error is a
// FieldError with the ID of the party before it, or says that there are too many.
func NewRegistry(clients []Client, users []User, apis []API) (*Registry, error) {
	next := &roster{apis: slices.Clone(apis), scopes: standardScopes()}
	for _, api := range apis {
		maps.Copy(next.scopes, api.Scopes)
	}
	for i := range users {
		if err := next.addUser(users[i]); err != nil {
			return nil, named("user", users[i].ID, err)
		}
	}
	for i := range clients {
		if err := next.addClient(clients[i], nil); err != nil {
			return nil, named("client", clients[i].ID, err)
		}
	}
	next.index()
	r := &Registry{}
	r.now.Store(next)
	return r, nil
}

// Client returns the registered client, or nil. The caller must not change it.
func (r *Registry) Client(id string) *Client { return r.now.Load().clients[id] }

// Clients are the registered clients, in the order in which they came. The caller
// must not change them.
func (r *Registry) Clients() []*Client { return slices.Clone(r.now.Load().clientOrder) }

// User returns the user with this ID, or nil. The caller must not change it.
func (r *Registry) User(id string) *User { return r.now.Load().users[id] }

// Users are the users, in the order in which they came. The caller must not
// change them.
func (r *Registry) Users() []*User { return slices.Clone(r.now.Load().userOrder) }

// APIs are the resource servers. They do not change.
func (r *Registry) APIs() []API { return slices.Clone(r.now.Load().apis) }

// AddClient registers a client. The error is a FieldError or ErrRegistryFull; an
// ID that is taken is a FieldError of client_id.
func (r *Registry) AddClient(c Client) error {
	return r.change(func(next *roster) error { return next.addClient(c, r.algs) })
}

// ReplaceClient gives the client with this ID new metadata. It keeps its place,
// and what it was granted. A client that registered itself goes on as one: see
// [Client.Dynamic]. The error is a FieldError or ErrNotRegistered.
func (r *Registry) ReplaceClient(c Client) error {
	return r.change(func(next *roster) error {
		if i := slices.IndexFunc(next.clientOrder, func(old *Client) bool { return old.ID == c.ID }); i >= 0 {
			c.keepRegistration(next.clientOrder[i])
		}
		return next.replaceClient(c, r.algs)
	})
}

// RemoveClient removes a client and ends what it was granted. The error is
// ErrNotRegistered.
func (r *Registry) RemoveClient(id string) error {
	return r.change(func(next *roster) error {
		before := next.removals
		next.dropClients(func(c *Client) bool { return c.ID == id })
		if next.removals == before {
			return ErrNotRegistered
		}
		return nil
	})
}

// PutUser adds a user, or replaces the one with the same ID: sessions and grants
// of that user go on. The error is a FieldError or ErrRegistryFull.
func (r *Registry) PutUser(u User) error {
	return r.change(func(next *roster) error { return next.addUser(u) })
}

// RemoveUser removes a user, and ends their sessions and what they granted. The
// error is ErrNotRegistered.
func (r *Registry) RemoveUser(id string) error {
	return r.change(func(next *roster) error {
		i := slices.IndexFunc(next.userOrder, func(u *User) bool { return u.ID == id })
		if i < 0 {
			return ErrNotRegistered
		}
		next.userOrder = slices.Delete(next.userOrder, i, i+1)
		next.removals++
		return nil
	})
}

// change makes the next list from a copy of this one. An error leaves everything
// as it is.
func (r *Registry) change(step func(*roster) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := *r.now.Load()
	next.clientOrder, next.userOrder = slices.Clone(next.clientOrder), slices.Clone(next.userOrder)
	if err := step(&next); err != nil {
		return err
	}
	next.index()
	r.now.Store(&next)
	return nil
}

// serve lets a provider use the registry: it has keys for these algorithms, so no
// client may ask for another one.
func (r *Registry) serve(algs []string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	common := slices.Clone(algs)
	if r.algs != nil {
		common = slices.DeleteFunc(common, func(alg string) bool { return !slices.Contains(r.algs, alg) })
	}
	for _, c := range r.now.Load().clientOrder {
		if err := c.checkAlgs(common); err != nil {
			return named("client", c.ID, err)
		}
	}
	r.algs = common
	return nil
}

// addClient appends a client. Its ID must be new.
func (n *roster) addClient(c Client, algs []string) error {
	if slices.ContainsFunc(n.clientOrder, func(old *Client) bool { return old.ID == c.ID }) {
		return &FieldError{"client_id", "a client with this ID is registered already"}
	}
	if len(n.clientOrder) >= MaxClients {
		return ErrRegistryFull
	}
	c.added = n.removals
	if err := n.checkClient(&c, algs); err != nil {
		return err
	}
	n.clientOrder = append(n.clientOrder, &c)
	return nil
}

func (n *roster) replaceClient(c Client, algs []string) error {
	i := slices.IndexFunc(n.clientOrder, func(old *Client) bool { return old.ID == c.ID })
	if i < 0 {
		return ErrNotRegistered
	}
	c.added = n.clientOrder[i].added
	if err := n.checkClient(&c, algs); err != nil {
		return err
	}
	n.clientOrder[i] = &c
	return nil
}

// addUser puts the user in the place of the one with the same ID, or at the end.
func (n *roster) addUser(u User) error {
	i := slices.IndexFunc(n.userOrder, func(old *User) bool { return old.ID == u.ID })
	if i < 0 && len(n.userOrder) >= MaxUsers {
		return ErrRegistryFull
	}
	if err := n.checkUser(&u); err != nil {
		return err
	}
	u.Claims = maps.Clone(u.Claims)
	if i >= 0 {
		u.added = n.userOrder[i].added
		n.userOrder[i] = &u
		return nil
	}
	u.added = n.removals
	n.userOrder = append(n.userOrder, &u)
	return nil
}

// index makes the maps of what the lists hold.
func (n *roster) index() {
	n.clients, n.origins = make(map[string]*Client, len(n.clientOrder)), make(map[string]bool)
	n.users, n.logins = make(map[string]*User, len(n.userOrder)), make(map[string]*User, len(n.userOrder))
	for _, c := range n.clientOrder {
		n.clients[c.ID] = c
		for _, raw := range c.RedirectURIs {
			if u, problem := parseRedirectURI(raw); problem == "" {
				n.origins[originOf(u)] = true
			}
		}
	}
	for _, u := range n.userOrder {
		n.users[u.ID], n.logins[u.login()] = u, u
	}
}

// Registry is what holds the provider's clients, users and APIs.
func (p *Provider) Registry() *Registry { return p.registry }

// Client returns the registered client, or nil if there is none or its
// registration has expired. The caller must not change it.
func (p *Provider) Client(id string) *Client {
	c := p.registry.Client(id)
	if c == nil || c.ended(p.now()) {
		return nil
	}
	return c
}

func (p *Provider) user(id string) *User { return p.registry.User(id) }

// typed is the user who logs in under this name, or nil.
func (p *Provider) typed(name string) *User { return p.registry.now.Load().logins[name] }

func (p *Provider) apis() []API { return p.registry.now.Load().apis }

// removals is put into what is granted now.
func (p *Provider) removals() uint64 { return p.registry.now.Load().removals }

// clientStands tells whether the client of a record is still the one that it was
// when the record was made. A record without a client has none to lose.
func (p *Provider) clientStands(id string, removals uint64) bool {
	c := p.Client(id)
	return id == "" || c != nil && c.added <= removals
}

// userStands is the same for the user of a record.
func (p *Provider) userStands(id string, removals uint64) bool {
	u := p.user(id)
	return id == "" || u != nil && u.added <= removals
}

package mockprovider

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

func ids(r *Registry) string {
	var all []string
	for _, c := range r.Clients() {
		all = append(all, c.ID)
	}
	return strings.Join(all, " ")
}

func testRegistry(tb testing.TB) *Registry {
	tb.Helper()
	cfg := testConfig()
	r, err := NewRegistry([]Client{{ID: "one", Scopes: []string{"openid"}}, {ID: "two"}}, cfg.Users, cfg.APIs)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// A change is seen, keeps the order, and leaves what the caller holds alone.
func TestRegistryChanges(t *testing.T) {
	r := testRegistry(t)
	uris := []string{"https://app.example/cb"}
	if err := r.AddClient(Client{ID: "three", RedirectURIs: uris}); err != nil {
		t.Fatal(err)
	}
	uris[0] = "https://evil.example/cb"
	if got := r.Client("three").RedirectURIs[0]; got != "https://app.example/cb" {
		t.Errorf("the redirect URI followed the caller's list: %s", got)
	}
	if got := r.Client("three").TokenEndpointAuthMethod; got != authNone {
		t.Errorf("default method %q", got)
	}
	before := r.Clients()
	if err := r.ReplaceClient(Client{ID: "one", Name: "New"}); err != nil {
		t.Fatal(err)
	}
	if got := ids(r); got != "one two three" || r.Client("one").Name != "New" {
		t.Errorf("after replacing: %q, %q", got, r.Client("one").Name)
	}
	if before[0].Name != "" {
		t.Error("a list that was read before has changed")
	}
	if err := r.RemoveClient("two"); err != nil {
		t.Fatal(err)
	}
	if got := ids(r); got != "one three" || r.Client("two") != nil {
		t.Errorf("after removing: %q", got)
	}
	if err := r.PutUser(User{ID: "u-bob", Username: "robert"}); err != nil {
		t.Fatal(err)
	}
	if users := r.Users(); len(users) != 2 || users[1].Username != "robert" || r.User("u-bob") != users[1] {
		t.Errorf("after replacing a user: %v", users)
	}
}

func TestRegistryRefuses(t *testing.T) {
	cases := []struct {
		field string
		try   func(*Registry) error
	}{
		{"client_id", func(r *Registry) error { return r.AddClient(Client{ID: "one"}) }},
		{"client_id", func(r *Registry) error { return r.AddClient(Client{}) }},
		{"client_id", func(r *Registry) error {
			return r.AddClient(Client{ID: "u-bob", Secret: "s", GrantTypes: []string{grantClientCredentials}})
		}},
		{"scope", func(r *Registry) error { return r.AddClient(Client{ID: "x", Scopes: []string{"nonsense"}}) }},
		{"redirect_uris", func(r *Registry) error { return r.AddClient(Client{ID: "x", RedirectURIs: []string{"/cb"}}) }},
		{"redirect_uris", func(r *Registry) error {
			return r.ReplaceClient(Client{ID: "one", RedirectURIs: []string{"javascript:alert(1)"}})
		}},
		{"client_secret", func(r *Registry) error { return r.AddClient(Client{ID: "x", TokenEndpointAuthMethod: authBasic}) }},
		{"token_endpoint_auth_method", func(r *Registry) error { return r.AddClient(Client{ID: "x", TokenEndpointAuthMethod: "magic"}) }},
		{"jwks", func(r *Registry) error {
			return r.AddClient(Client{ID: "x", TokenEndpointAuthMethod: authPrivateKeyJWT})
		}},
		{"backchannel_logout_uri", func(r *Registry) error { return r.AddClient(Client{ID: "x", BackchannelLogoutURI: "ftp://a"}) }},
		{"policy", func(r *Registry) error { return r.AddClient(Client{ID: "x", Policy: "lax"}) }},
		{"id_token_signed_response_alg", func(r *Registry) error { return r.AddClient(Client{ID: "x", IDTokenAlg: "HS256"}) }},
		{"sub", func(r *Registry) error { return r.PutUser(User{}) }},
		{"username", func(r *Registry) error { return r.PutUser(User{ID: "u-eve", Username: "alice"}) }},
	}
	for _, c := range cases {
		r := testRegistry(t)
		if err := r.serve(KeyAlgs()); err != nil {
			t.Fatal(err)
		}
		err := c.try(r)
		if field, ok := errors.AsType[*FieldError](err); !ok || field.Field != c.field {
			t.Errorf("%v, want an error of %s", err, c.field)
		}
		if got := ids(r); got != "one two" || len(r.Users()) != 2 {
			t.Errorf("a refused change of %s left %q", c.field, got)
		}
	}
	r := testRegistry(t)
	for name, err := range map[string]error{
		"replace": r.ReplaceClient(Client{ID: "x"}), "remove": r.RemoveClient("x"), "remove user": r.RemoveUser("x"),
	} {
		if !errors.Is(err, ErrNotRegistered) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRegistryFull(t *testing.T) {
	clients, users := make([]Client, MaxClients), make([]User, MaxUsers)
	for i := range clients {
		clients[i].ID = fmt.Sprintf("c%d", i)
	}
	for i := range users {
		users[i].ID = fmt.Sprintf("u%d", i)
	}
	r, err := NewRegistry(clients, users, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.AddClient(Client{ID: "x"}); !errors.Is(err, ErrRegistryFull) {
		t.Errorf("one client more: %v", err)
	}
	if err := r.PutUser(User{ID: "x"}); !errors.Is(err, ErrRegistryFull) {
		t.Errorf("one user more: %v", err)
	}
	if err := r.ReplaceClient(Client{ID: "c0", Name: "New"}); err != nil {
		t.Errorf("replace in a full registry: %v", err)
	}
}

// Two providers of one registry: what is added counts at both.
func TestRegistryShared(t *testing.T) {
	i := newIDP(t)
	cfg := testConfig()
	cfg.Clients, cfg.Users, cfg.APIs, cfg.Registry = nil, nil, nil, i.Registry()
	cfg.Issuer += "~fault"
	other, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Registry().AddClient(Client{ID: "late"}); err != nil {
		t.Fatal(err)
	}
	if other.Client("late") == nil {
		t.Error("the other provider does not know the client")
	}
	cfg.Clients = testConfig().Clients
	if _, err := New(cfg); err == nil {
		t.Error("a registry and a list of clients: accepted")
	}
}

// Whoever is removed takes along what was granted, and who comes later under the
// same ID does not get it back.
func TestRegistryRemovalEndsGrants(t *testing.T) {
	removals := map[string]func(*Registry) error{
		"client": func(r *Registry) error { return r.RemoveClient("web") },
		"user":   func(r *Registry) error { return r.RemoveUser("u-alice") },
		"client registered anew": func(r *Registry) error {
			return errors.Join(r.RemoveClient("web"), r.AddClient(testConfig().Clients[0]))
		},
		"user added anew": func(r *Registry) error {
			return errors.Join(r.RemoveUser("u-alice"), r.PutUser(testConfig().Users[0]))
		},
	}
	for name, remove := range removals {
		t.Run(name, func(t *testing.T) {
			i := newIDP(t)
			v := validAuthorization()
			v.Set("scope", "openid steps:read")
			tokens := i.tokens(v)
			userInfo := func() int {
				return i.send(http.MethodGet, "/userinfo", "", "Authorization", "Bearer "+tokens.AccessToken).Code
			}
			silent := validAuthorization()
			silent.Set("prompt", "none")
			silent.Set("client_id", "spa")
			silent.Set("redirect_uri", spaURI)
			if got := userInfo(); got != http.StatusOK {
				t.Fatalf("before: UserInfo answers %d", got)
			}
			if err := remove(i.Registry()); err != nil {
				t.Fatal(err)
			}
			if got := userInfo(); got != http.StatusUnauthorized {
				t.Errorf("UserInfo answers %d", got)
			}
			if info, err := i.Introspect(t.Context(), tokens.AccessToken); err != nil || info.Active {
				t.Errorf("introspection: active %v, %v", info.Active, err)
			}
			if w := i.token(refreshForm(tokens.RefreshToken)); w.Code == http.StatusOK {
				t.Errorf("the refresh token works: %s", w.Body)
			}
			want := "consent_required"
			if strings.HasPrefix(name, "user") {
				want = "login_required"
			}
			if got := wireError(i.authorize(silent)); got != want {
				t.Errorf("the session: %q, want %q", got, want)
			}
		})
	}
}

// Readers and writers at once: for the race detector.
func TestRegistryParallel(t *testing.T) {
	r := testRegistry(t)
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			id := fmt.Sprintf("c%d", n)
			for range 50 {
				if err := errors.Join(r.AddClient(Client{ID: id}), r.PutUser(User{ID: id}), r.RemoveClient(id), r.RemoveUser(id)); err != nil {
					t.Error(err)
				}
				_ = r.Client("one").Name
			}
		})
	}
	all.Wait()
	if got := ids(r); got != "one two" {
		t.Errorf("left: %q", got)
	}
}

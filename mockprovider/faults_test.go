package mockprovider

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

// slowStore loses every compare-and-set against somebody who was faster.
type slowStore struct{ Store }

func (s *slowStore) Swap(context.Context, string, []byte, []byte, time.Duration) (bool, error) {
	return false, nil
}

// brokenStore fails from the nth call on, or at the nth call alone.
type brokenStore struct {
	Store
	left int
	once bool
}

var errBroken = errors.New("connection refused to 10.0.0.1")

func (s *brokenStore) fails() bool { s.left--; return s.left == -1 || s.left < -1 && !s.once }

func (s *brokenStore) Put(ctx context.Context, key string, val []byte, ttl time.Duration) error {
	if s.fails() {
		return errBroken
	}
	return s.Store.Put(ctx, key, val, ttl)
}

func (s *brokenStore) Get(ctx context.Context, key string) ([]byte, error) {
	if s.fails() {
		return nil, errBroken
	}
	return s.Store.Get(ctx, key)
}

func (s *brokenStore) Take(ctx context.Context, key string) ([]byte, error) {
	if s.fails() {
		return nil, errBroken
	}
	return s.Store.Take(ctx, key)
}

func (s *brokenStore) Swap(ctx context.Context, key string, old, val []byte, ttl time.Duration) (bool, error) {
	if s.fails() {
		return false, errBroken
	}
	return s.Store.Swap(ctx, key, old, val, ttl)
}

// A storage that fails at any point, for good or once, gives 503 with Retry-After,
// tells nothing of itself (G-17), and is no finding about the request.
func TestBrokenStorage(t *testing.T) {
	noHint := func(i *idp) *request {
		r := logoutRequest(i)
		r.values.Del("id_token_hint")
		return r
	}
	for name, setUp := range map[string]func(*idp) *request{
		"authorize": rememberedRequest,
		"login":     loginRequest,
		"consent":   func(i *idp) *request { r := consentRequest(i); r.values.Set("remember", "yes"); return r },
		"code":      codeRequest,
		"refresh":   refreshRequest,
		"userinfo":  userInfoRequestOf,
		"device":    deviceFormRequest,
		"known":     func(i *idp) *request { i.code(validAuthorization()); return deviceFormRequest(i) },
		"answer":    deviceAnswerRequest,
		"devices":   deviceAuthorizationRequest,
		"poll":      pollRequest,
		"about":     introspectRequest,
		"about_old": func(i *idp) *request { return aboutToken("/introspect", i.tokens(validAuthorization()).RefreshToken) },
		"revoke":    revokeRequest,
		"logout":    logoutRequest,
		"no_hint":   noHint,
	} {
		t.Run(name, func(t *testing.T) { brokenStorage(t, setUp, false) })
		t.Run(name+"_once", func(t *testing.T) { brokenStorage(t, setUp, true) })
	}
}

// brokenStorage sends a request for each call of the storage that it makes, and
// has that call fail.
func brokenStorage(t *testing.T, setUp func(*idp) *request, once bool) {
	t.Helper()
	for calls := range 30 {
		i := newIDP(t)
		req := setUp(i)
		store := &brokenStore{Store: i.store, left: calls, once: once}
		i.store = store
		w := req.send(i)
		if store.left >= 0 {
			if calls == 0 {
				t.Fatal("the storage was never asked")
			}
			return // it lived to the end
		}
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "10.0.0.1") {
			t.Errorf("after %d calls: %d %s", calls, w.Code, w.Body)
		}
		if failed := i.failed(); failed != "" {
			t.Errorf("after %d calls: a finding %s", calls, failed)
		}
	}
	t.Error("more than 30 calls")
}

// TestContendedRevocation holds that a revocation that could not be stored is no
// success: the code is used a second time, and ending its grant fails.
func TestContendedRevocation(t *testing.T) {
	i := newIDP(t)
	if err := save(t.Context(), i.store, kindGrant, "g", &grantRecord{ID: "g", Client: "web"}, time.Hour); err != nil {
		t.Fatal(err)
	}
	store := i.store
	i.store = &slowStore{store}
	if err := i.revoke(t.Context(), "g", "revocation"); !errors.Is(err, errContended) {
		t.Errorf("a grant that could not be revoked: %v", err)
	}
	i.store = store
	if err := i.revoke(t.Context(), "g", "revocation"); err != nil {
		t.Error(err)
	}
	if grant, _, err := load[grantRecord](t.Context(), store, kindGrant, "g"); err != nil || !grant.Revoked {
		t.Errorf("%+v, %v", grant, err)
	}
}

// TestFaultsAreLogged holds that the operator learns what the client is not told.
func TestFaultsAreLogged(t *testing.T) {
	i := newIDP(t)
	var lines strings.Builder
	i.log = slog.New(slog.NewTextHandler(&lines, nil))
	req := codeRequest(i)
	i.store = &brokenStore{Store: i.store}
	if w := req.send(i); w.Code != http.StatusServiceUnavailable {
		t.Fatal(w.Code)
	}
	if !strings.Contains(lines.String(), errBroken.Error()) {
		t.Errorf("the log says %q", lines.String())
	}
}

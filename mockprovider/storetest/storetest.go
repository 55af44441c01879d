// Package storetest is the conformance suite of mockprovider.Store. Who writes
// a store of their own runs it from a test:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func() mockprovider.Store { return newStore() })
//	}
package storetest

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"claimcheck/mockprovider"
)

// parallel is how many goroutines compete for one value.
const parallel = 16

// Run tests the store that open returns, an empty one each time. To see an
// entry expire it waits a tenth of a second.
func Run(t *testing.T, open func() mockprovider.Store) {
	t.Helper()
	run(t, open, func(t *testing.T, test func(*testing.T)) { t.Helper(); test(t) })
}

// RunInBubble is Run inside testing/synctest, where waiting costs no time. The
// store must live in this process and use the time package's clock.
func RunInBubble(t *testing.T, open func() mockprovider.Store) {
	t.Helper()
	run(t, open, synctest.Test)
}

func run(t *testing.T, open func() mockprovider.Store, within func(*testing.T, func(*testing.T))) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, mockprovider.Store){
		"get_missing":      getMissing,
		"put_get":          putGet,
		"put_replaces":     putReplaces,
		"put_copies":       putCopies,
		"empty_value":      emptyValue,
		"take_once":        takeOnce,
		"take_parallel":    takeParallel,
		"swap_absent":      swapAbsent,
		"swap_equal":       swapEqual,
		"swap_different":   swapDifferent,
		"swap_missing":     swapMissing,
		"swap_parallel":    swapParallel,
		"create_parallel":  createParallel,
		"expires":          expires,
		"swap_renews":      swapRenews,
		"swap_old_expired": swapOldExpired,
	} {
		t.Run(name, func(t *testing.T) { within(t, func(t *testing.T) { t.Helper(); test(t, open()) }) })
	}
}

const (
	long  = time.Hour
	short = 50 * time.Millisecond
)

func getMissing(t *testing.T, s mockprovider.Store) {
	t.Helper()
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, mockprovider.ErrNotFound) {
		t.Errorf("Get: %v, want ErrNotFound", err)
	}
	if _, err := s.Take(t.Context(), "a"); !errors.Is(err, mockprovider.ErrNotFound) {
		t.Errorf("Take: %v, want ErrNotFound", err)
	}
}

func putGet(t *testing.T, s mockprovider.Store) {
	t.Helper()
	put(t, s, "a", "1", long)
	put(t, s, "b", "2", long)
	want(t, s, "a", "1")
	want(t, s, "a", "1")
	want(t, s, "b", "2")
}

func putReplaces(t *testing.T, s mockprovider.Store) {
	t.Helper()
	put(t, s, "a", "1", long)
	put(t, s, "a", "2", long)
	want(t, s, "a", "2")
}

func putCopies(t *testing.T, s mockprovider.Store) {
	t.Helper()
	val := []byte("1")
	if err := s.Put(t.Context(), "a", val, long); err != nil {
		t.Fatal(err)
	}
	val[0] = 'x'
	want(t, s, "a", "1")
	got, err := s.Get(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	got[0] = 'x'
	want(t, s, "a", "1")
}

func emptyValue(t *testing.T, s mockprovider.Store) {
	t.Helper()
	put(t, s, "a", "", long)
	want(t, s, "a", "")
	if swap(t, s, nil, "1") {
		t.Error("Swap(nil) replaced an empty value, which is not absent")
	}
	if !swap(t, s, []byte{}, "1") {
		t.Error("Swap(empty) did not replace an empty value")
	}
}

func takeOnce(t *testing.T, s mockprovider.Store) {
	t.Helper()
	put(t, s, "a", "1", long)
	if got, err := s.Take(t.Context(), "a"); err != nil || string(got) != "1" {
		t.Errorf("Take: %q, %v", got, err)
	}
	missing(t, s, "a")
}

func takeParallel(t *testing.T, s mockprovider.Store) {
	t.Helper()
	put(t, s, "a", "1", long)
	if n := winners(func() bool { _, err := s.Take(t.Context(), "a"); return err == nil }); n != 1 {
		t.Errorf("%d of %d parallel calls got the value, want 1", n, parallel)
	}
}

func swapAbsent(t *testing.T, s mockprovider.Store) {
	t.Helper()
	if !swap(t, s, nil, "1") {
		t.Error("Swap(nil) did not put an absent key")
	}
	if swap(t, s, nil, "2") {
		t.Error("Swap(nil) replaced a present key")
	}
	want(t, s, "a", "1")
}

func swapEqual(t *testing.T, s mockprovider.Store) {
	t.Helper()
	put(t, s, "a", "1", long)
	if !swap(t, s, []byte("1"), "2") {
		t.Error("Swap with the stored value did not replace it")
	}
	want(t, s, "a", "2")
}

func swapDifferent(t *testing.T, s mockprovider.Store) {
	t.Helper()
	put(t, s, "a", "1", long)
	if swap(t, s, []byte("0"), "2") {
		t.Error("Swap with another value replaced it")
	}
	want(t, s, "a", "1")
}

func swapMissing(t *testing.T, s mockprovider.Store) {
	t.Helper()
	if swap(t, s, []byte("1"), "2") {
		t.Error("Swap with a value put an absent key")
	}
	missing(t, s, "a")
}

func swapParallel(t *testing.T, s mockprovider.Store) {
	t.Helper()
	put(t, s, "a", "active", long)
	if n := winners(func() bool { return swap(t, s, []byte("active"), "used") }); n != 1 {
		t.Errorf("%d of %d parallel swaps won, want 1", n, parallel)
	}
	want(t, s, "a", "used")
}

func createParallel(t *testing.T, s mockprovider.Store) {
	t.Helper()
	if n := winners(func() bool { return swap(t, s, nil, "1") }); n != 1 {
		t.Errorf("%d of %d parallel creations won, want 1", n, parallel)
	}
}

func expires(t *testing.T, s mockprovider.Store) {
	t.Helper()
	put(t, s, "a", "1", short)
	put(t, s, "b", "2", long)
	time.Sleep(2 * short)
	missing(t, s, "a")
	want(t, s, "b", "2")
	if _, err := s.Take(t.Context(), "a"); !errors.Is(err, mockprovider.ErrNotFound) {
		t.Errorf("Take of an expired key: %v, want ErrNotFound", err)
	}
}

func swapRenews(t *testing.T, s mockprovider.Store) {
	t.Helper()
	put(t, s, "a", "1", short)
	if !swap(t, s, []byte("1"), "2") {
		t.Fatal("Swap did not replace")
	}
	time.Sleep(2 * short)
	want(t, s, "a", "2")
}

func swapOldExpired(t *testing.T, s mockprovider.Store) {
	t.Helper()
	put(t, s, "a", "1", short)
	time.Sleep(2 * short)
	if swap(t, s, []byte("1"), "2") {
		t.Error("Swap replaced an expired value")
	}
	if !swap(t, s, nil, "2") {
		t.Error("Swap(nil) did not put an expired key")
	}
}

func put(t *testing.T, s mockprovider.Store, key, val string, ttl time.Duration) {
	t.Helper()
	if err := s.Put(t.Context(), key, []byte(val), ttl); err != nil {
		t.Fatalf("Put %s: %v", key, err)
	}
}

func want(t *testing.T, s mockprovider.Store, key, val string) {
	t.Helper()
	if got, err := s.Get(t.Context(), key); err != nil || !bytes.Equal(got, []byte(val)) {
		t.Errorf("Get %s: %q, %v; want %q", key, got, err, val)
	}
}

func missing(t *testing.T, s mockprovider.Store, key string) {
	t.Helper()
	if got, err := s.Get(t.Context(), key); !errors.Is(err, mockprovider.ErrNotFound) {
		t.Errorf("Get %s: %q, %v; want ErrNotFound", key, got, err)
	}
}

// swap is on the key "a".
func swap(t *testing.T, s mockprovider.Store, old []byte, val string) bool {
	t.Helper()
	ok, err := s.Swap(t.Context(), "a", old, []byte(val), long)
	if err != nil {
		t.Errorf("Swap: %v", err)
	}
	return ok
}

// winners runs f in parallel and counts how often it returns true.
func winners(f func() bool) int64 {
	var won atomic.Int64
	var start, done sync.WaitGroup
	start.Add(1)
	for range parallel {
		done.Go(func() {
			start.Wait()
			if f() {
				won.Add(1)
			}
		})
	}
	start.Done()
	done.Wait()
	return won.Load()
}

package mockprovider_test

import (
	"bytes"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/storetest"
)

func TestMemory(t *testing.T) {
	storetest.RunInBubble(t, func() mockprovider.Store { return mockprovider.NewMemory(mockprovider.MemoryConfig{}) })
}

// A full store of long sessions must still hold the code that was issued a moment
// ago, though it expires first of all.
func TestMemoryDropsWhatWasWrittenLongestAgo(t *testing.T) {
	m := mockprovider.NewMemory(mockprovider.MemoryConfig{MaxEntries: 3})
	put := func(key string, ttl time.Duration) {
		t.Helper()
		if err := m.Put(t.Context(), key, []byte("x"), ttl); err != nil {
			t.Fatal(err)
		}
	}
	put("session", 24*time.Hour)
	put("forgotten", 24*time.Hour)
	put("token", time.Hour)
	put("session", 24*time.Hour) // written anew, so "forgotten" is the oldest
	put("code", time.Minute)
	if _, err := m.Get(t.Context(), "forgotten"); !errors.Is(err, mockprovider.ErrNotFound) {
		t.Errorf("forgotten: %v, want ErrNotFound", err)
	}
	for _, key := range []string{"session", "token", "code"} {
		if _, err := m.Get(t.Context(), key); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestMemoryStaysWithinItsBytes(t *testing.T) {
	m := mockprovider.NewMemory(mockprovider.MemoryConfig{MaxBytes: 1000})
	for i := range 100 {
		if err := m.Put(t.Context(), strconv.Itoa(i), bytes.Repeat([]byte("x"), 98), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if m.Len() != 10 {
		t.Errorf("%d entries, want 10", m.Len())
	}
	if err := m.Put(t.Context(), "big", make([]byte, 1001), time.Hour); err == nil {
		t.Error("a value larger than the store was taken")
	}
}

func TestMemoryForgetsWhatExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := mockprovider.NewMemory(mockprovider.MemoryConfig{})
		for i := range 10 {
			_ = m.Put(t.Context(), strconv.Itoa(i), []byte("x"), time.Minute)
		}
		time.Sleep(time.Minute)
		_ = m.Put(t.Context(), "new", []byte("x"), time.Minute)
		if m.Len() != 1 {
			t.Errorf("%d entries, want 1", m.Len())
		}
	})
}

func TestMemorySnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := mockprovider.NewMemory(mockprovider.MemoryConfig{})
		_ = m.Put(t.Context(), "short", []byte("1"), time.Minute)
		_ = m.Put(t.Context(), "long", []byte("1"), time.Hour)
		before := m.Snapshot()
		_ = m.Put(t.Context(), "long", []byte("2"), time.Hour)
		_ = m.Put(t.Context(), "later", []byte("1"), time.Hour)
		time.Sleep(2 * time.Minute)
		m.Restore(before)
		if got, err := m.Get(t.Context(), "long"); err != nil || string(got) != "1" {
			t.Errorf("long: %q, %v", got, err)
		}
		for _, key := range []string{"later", "short"} {
			if _, err := m.Get(t.Context(), key); !errors.Is(err, mockprovider.ErrNotFound) {
				t.Errorf("%s: %v, want ErrNotFound", key, err)
			}
		}
		m.Restore(before) // a snapshot can be restored again
	})
}

package race

import (
	"crypto/sha256"
	"errors"
	"sync"
	"time"
)

// errDown is the answer of a store that does not answer.
var errDown = errors.New("the session store does not answer")

// A store is a table of sessions, as instances of the application share one. Its
// own clock says when a row is over.
//
// The keys are hashes of what the browser shows: who reads the table has no
// session by that.
type store struct {
	now func() time.Time

	mu      sync.Mutex
	rows    map[[sha256.Size]byte]row
	down    bool
	lookups int
}

// A row is a session, a refresh token, or the end of a JWT.
type row struct {
	user    string
	expires time.Time
}

func newStore(now func() time.Time) *store {
	return &store{now: now, rows: map[[sha256.Size]byte]row{}}
}

func (s *store) put(key string, r row) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errDown
	}
	s.rows[sha256.Sum256([]byte(key))] = r
	return nil
}

// get finds a living row.
func (s *store) get(key string) (row, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lookups++
	if s.down {
		return row{}, false, errDown
	}
	r, ok := s.rows[sha256.Sum256([]byte(key))]
	return r, ok && s.now().Before(r.expires), nil
}

func (s *store) remove(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errDown
	}
	delete(s.rows, sha256.Sum256([]byte(key)))
	return nil
}

// removeUser removes all rows of a user.
func (s *store) removeUser(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, r := range s.rows {
		if r.user == user {
			delete(s.rows, key)
		}
	}
}

// stolen is what somebody reads who has a copy of the table.
func (s *store) stolen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := make([]string, 0, len(s.rows))
	for key := range s.rows {
		keys = append(keys, string(key[:]))
	}
	return keys
}

func (s *store) fail(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

func (s *store) count() (rows, lookups int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.rows), s.lookups
}

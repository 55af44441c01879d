package race

import (
	"slices"
	"sync"
	"time"
)

// A meter counts and times what it takes to find out who calls.
type meter struct {
	watch func() time.Time

	mu     sync.Mutex
	checks int
	took   []time.Duration
}

// checked counts a signature that is verified.
func (m *meter) checked() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.checks++
}

// time times f.
func (m *meter) time(f func()) {
	from := m.watch()
	f()
	took := m.watch().Sub(from)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.took = append(m.took, took)
}

// reset begins anew.
func (m *meter) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.checks, m.took = 0, nil
}

// read returns the number of signatures, and the median and the sum of the
// times.
func (m *meter) read() (checks int, median, total time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.took {
		total += d
	}
	return m.checks, middle(m.took), total
}

// middle is the median, 0 of nothing.
func middle(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Clone(all)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}

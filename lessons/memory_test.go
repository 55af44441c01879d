package lessons

import "testing"

// TestImportKeepsWhatWasAskedSince: a file that was written before a question was asked
// again takes nothing of its schedule back; one that was written after brings it on.
func TestImportKeepsWhatWasAskedSince(t *testing.T) {
	at := func(last int64) *Memory {
		return &Memory{Due: last + 60, Last: last, Stability: 1, Difficulty: 5, Reps: 1, State: 1, Rating: 3}
	}
	const path = "/practice/a"
	for name, c := range map[string]struct {
		here, file *Memory
		taken      int
		last       int64 // of what is there then
	}{
		"older file":    {at(200), at(100), 0, 200},
		"without it":    {at(200), nil, 0, 200},
		"newer file":    {at(200), at(300), 1, 300},
		"not asked yet": {nil, at(100), 1, 100},
	} {
		t.Run(name, func(t *testing.T) {
			p := NewProgress(nil)
			p.Update("alice", path, func(s *State) { s.Tried, s.Memory = 2, c.here })
			file := &Transfer{Exercises: map[string]Kept{path: {Tried: 1, Memory: c.file}}}
			did, err := p.Import("alice", file, anyPath)
			if s, _ := p.Get("alice", path); err != nil || did.Taken != c.taken || s.Memory == nil || s.Memory.Last != c.last {
				t.Errorf("%+v, %v, %+v", did, err, s.Memory)
			}
		})
	}
}

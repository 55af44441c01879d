package lab

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
)

// The caps of a lab's snapshots.
const (
	MaxSnapshots     = 8
	MaxSnapshotBytes = 32 << 20 // of all together
)

// SnapshotInfo describes a snapshot.
type SnapshotInfo struct {
	Name string
	// At is the lab's clock when it was taken, Taken the wall clock.
	At, Taken time.Time
	// Size is what keeping it costs, in bytes.
	Size int
}

// A snapshot is a lab at one moment: everything but its log, its secret and its
// runs.
type snapshot struct {
	SnapshotInfo
	offset   time.Duration
	seed     string
	counters map[string]uint64
	off      map[string]bool
	policy   mockprovider.Policy
	grace    time.Duration
	store    mockprovider.Snapshot
	keys     mockprovider.KeysState
	registry mockprovider.RegistryState
	faults   []mockprovider.FaultSwitch
}

// snapshotName is what the name of a snapshot, and the id of a lab, may be.
var snapshotName = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// TakeSnapshot keeps the lab as it is now under a name of 1 to 40 of a–z, 0–9 and
// "-": what AcmeID has stored, its keys, policy, users and clients, the rules that
// are off, the faults that are on, the clock. One of the same name is replaced.
func (l *Lab) TakeSnapshot(name string) (SnapshotInfo, error) {
	if !snapshotName.MatchString(name) {
		return SnapshotInfo{}, &Refusal{ErrInvalid, "That is no name for a snapshot.", "Use 1 to 40 of a–z, 0–9 and -, as in before-class."}
	}
	l.control.Lock()
	defer l.control.Unlock()
	s, err := l.capture(name)
	if err != nil {
		return SnapshotInfo{}, err
	}
	kept := slices.DeleteFunc(slices.Clone(l.snapshots), func(old snapshot) bool { return old.Name == name })
	size := s.Size
	for i := range kept {
		size += kept[i].Size
	}
	if len(kept) >= MaxSnapshots || size > MaxSnapshotBytes {
		return SnapshotInfo{}, &Refusal{ErrConflict, fmt.Sprintf("A lab keeps %d snapshots, of %d MiB together.", MaxSnapshots, MaxSnapshotBytes>>20), "Delete one that is not needed, or take one of the same name."}
	}
	kept = append(kept, s)
	l.snapshots = kept
	l.mark(trace.MarkSnapshotTaken, "A snapshot of the lab was taken: "+name+".", map[string]string{"snapshot": name})
	return s.SnapshotInfo, nil
}

// capture copies the lab. It is called with control held.
func (l *Lab) capture(name string) (snapshot, error) {
	keys, err := l.keys.State()
	if err != nil {
		return snapshot{}, err
	}
	l.mu.Lock()
	counters, off := maps.Clone(l.counters), l.off
	l.mu.Unlock()
	s := snapshot{
		SnapshotInfo: SnapshotInfo{Name: name, At: l.Now(), Taken: l.world.cfg.Now()},
		offset:       l.Offset(), seed: l.Seed(), counters: counters, off: off, policy: l.provider.Policy(), grace: l.RefreshGrace(),
		store: l.store.mem.Snapshot(), keys: keys, registry: l.registry.State(), faults: l.provider.FaultsOn(),
	}
	s.Size = s.store.Size()
	return s, nil
}

// Snapshots lists the snapshots, the oldest first.
func (l *Lab) Snapshots() []SnapshotInfo {
	l.control.Lock()
	defer l.control.Unlock()
	out := make([]SnapshotInfo, len(l.snapshots))
	for i := range l.snapshots {
		out[i] = l.snapshots[i].SnapshotInfo
	}
	return out
}

// RestoreSnapshot takes the lab back to a snapshot, which stays. Runs end, because
// what they hold belongs to what came after; the log keeps what happened and gets
// a mark. The clock is as far from the real time as it was then, and does not go
// back to the moment itself.
func (l *Lab) RestoreSnapshot(name string) error {
	l.control.Lock()
	defer l.control.Unlock()
	i := l.snapshot(name)
	if i < 0 {
		return noSnapshot(name)
	}
	s := &l.snapshots[i]
	if err := l.keys.Restore(s.keys); err != nil {
		return err
	}
	if err := l.provider.SetPolicy(s.policy); err != nil {
		return err
	}
	if err := l.provider.SetRefreshGrace(s.grace); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.switchOff(s.off); err != nil {
		return err
	}
	l.endRuns()
	l.heldKeys.forget() // what they held is of another time
	l.registry.Restore(s.registry)
	l.store.mem.Restore(s.store)
	if err := l.restoreFaults(s.faults); err != nil {
		return err
	}
	l.counters = maps.Clone(s.counters)
	l.seed.Store(&s.seed)
	l.clockResets.Add(1)
	l.offset.Store(int64(s.offset))
	l.mark(trace.MarkSnapshotRestored, "The lab is back at the snapshot "+name+". Runs have ended.", map[string]string{"snapshot": name})
	return nil
}

// restoreFaults has these faults on and no others, each as often as it had to act
// yet. It is called when the registry is back.
func (l *Lab) restoreFaults(on []mockprovider.FaultSwitch) error {
	l.provider.ClearFault("")
	for _, s := range on {
		if s.Client != "" && l.registry.Client(s.Client) == nil {
			continue // the client was gone by then, and its fault acted no more
		}
		if err := l.provider.SetFault(s); err != nil {
			return fmt.Errorf("restore the faults: %w", err)
		}
	}
	return nil
}

// DeleteSnapshot forgets a snapshot.
func (l *Lab) DeleteSnapshot(name string) error {
	l.control.Lock()
	defer l.control.Unlock()
	i := l.snapshot(name)
	if i < 0 {
		return noSnapshot(name)
	}
	l.snapshots = slices.Delete(l.snapshots, i, i+1)
	return nil
}

func (l *Lab) snapshot(name string) int {
	return slices.IndexFunc(l.snapshots, func(s snapshot) bool { return s.Name == name })
}

func noSnapshot(name string) error {
	return &Refusal{ErrUnknown, fmt.Sprintf("There is no snapshot %q.", name), "The list of snapshots has the names."}
}

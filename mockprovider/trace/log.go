package trace

import (
	"slices"
	"sync"
	"time"

	"claimcheck/playground"
)

// An Item is one line of a lab's log: an entry or a mark, never both.
type Item struct {
	Seq   int64
	Entry *Entry
	Mark  *Mark

	bytes int // what it costs, once it is in a log
}

// Run is the run that the item belongs to, empty if none.
func (i Item) Run() string {
	if i.Mark != nil {
		return i.Mark.Run
	}
	return i.Entry.Run
}

// A Mark is something that happened in a lab and was no HTTP message.
type Mark struct {
	Kind string    `json:"kind"`
	At   time.Time `json:"at"` // by the lab's clock
	Run  string    `json:"run,omitempty"`
	Step string    `json:"step,omitempty"`
	// After belongs to MarkUndone and MarkReset: the run's items between this
	// position and the mark no longer count.
	After int64 `json:"after,omitempty"`
	// Text is one sentence for the person who reads the log.
	Text string `json:"text,omitempty"`
	// Data holds the rest by name, for the checks of exercises.
	Data map[string]string `json:"data,omitempty"`
}

// The kinds of marks. Others may be used; these are the ones that more than
// one package knows.
const (
	MarkRunStarted      = "run_started"
	MarkUndone          = "undone"
	MarkReset           = "reset"
	MarkClockAdvanced   = "clock_advanced"
	MarkDefenceSwitched = "defence_switched"
	MarkAnswerSubmitted = "answer_submitted"

	MarkPolicyChanged    = "policy_changed"
	MarkSeedChanged      = "seed_changed"
	MarkKeysChanged      = "keys_changed"
	MarkUserChanged      = "user_changed"
	MarkClientChanged    = "client_changed"
	MarkTokenMinted      = "token_minted"
	MarkSnapshotTaken    = "snapshot_taken"
	MarkSnapshotRestored = "snapshot_restored"
)

// The caps of a log that [NewLog] is given zero for.
const (
	DefaultMaxItems = 2000
	DefaultMaxBytes = 16 << 20
)

// A Log is what happened in one lab, in order. It only grows at its end; when a
// cap is reached, the oldest items go. Items are never changed once they can be
// read, so readers need no lock. It is safe for concurrent use.
type Log struct {
	maxItems, maxBytes int

	mu    sync.Mutex
	items []Item
	bytes int
	last  int64
	wake  chan struct{}
	// version counts what was added and what was changed.
	version int64
}

// NewLog returns an empty log of at most maxItems items that together take at
// most maxBytes bytes, headers and findings included. Zero means the defaults.
func NewLog(maxItems, maxBytes int) *Log {
	if maxItems <= 0 {
		maxItems = DefaultMaxItems
	}
	if maxBytes <= 0 {
		maxBytes = DefaultMaxBytes
	}
	return &Log{maxItems: maxItems, maxBytes: maxBytes}
}

// Append adds an entry, gives it its position and returns it. The caller must
// not change the entry afterwards.
func (l *Log) Append(e *Entry) *Entry {
	l.add(Item{Entry: e})
	return e
}

// Mark adds a mark and returns its position.
func (l *Log) Mark(m Mark) int64 { return l.add(Item{Mark: &m}) }

func (l *Log) add(it Item) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	it.Seq = l.last
	if it.Entry != nil {
		it.Entry.Seq = l.last
	}
	it.bytes = it.size()
	l.items = append(l.items, it)
	l.bytes += it.bytes
	l.trim()
	l.signal()
	return l.last
}

// trim lets the oldest items go until the caps are kept. The newest one stays,
// whatever its size.
func (l *Log) trim() {
	drop := 0
	for n := len(l.items); n-drop > 1 && (n-drop > l.maxItems || l.bytes > l.maxBytes); drop++ {
		l.bytes -= l.items[drop].bytes
		l.items[drop] = Item{} // let the message go even while the array stays
	}
	l.items = l.items[drop:]
}

// Answered adds what the sender found out about the answer of the entry at seq.
// The entry is replaced by a copy; who already read the old one keeps it.
func (l *Log) Answered(seq int64, rows []playground.Finding) {
	l.change(seq, func(e *Entry) { e.ResponseFindings = slices.Clip(e.ResponseFindings).and(rows) })
}

// held notes that the answer of the entry at seq was kept from the browser.
func (l *Log) held(seq int64) { l.change(seq, func(e *Entry) { e.Held = true }) }

func (l *Log) change(seq int64, edit func(*Entry)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, ok := l.find(seq)
	if !ok || l.items[i].Entry == nil {
		return
	}
	e := *l.items[i].Entry
	l.bytes -= l.items[i].bytes
	edit(&e)
	l.items[i].Entry = &e // nobody else holds this array: readers get clones
	l.items[i].bytes = l.items[i].size()
	l.bytes += l.items[i].bytes
	l.trim()
	l.signal()
}

// After returns the items after position seq and a channel that is closed when
// there is more. Both are of one moment, so nothing is missed between reading
// and waiting, and a reader that is slow holds up nobody.
func (l *Log) After(seq int64) ([]Item, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, _ := l.find(seq + 1)
	if l.wake == nil {
		l.wake = make(chan struct{})
	}
	return slices.Clone(l.items[i:]), l.wake
}

// Run returns the items of one run, in order, undone ones included.
func (l *Log) Run(id string) []Item {
	items, _ := l.After(0)
	return slices.DeleteFunc(items, func(it Item) bool { return it.Run() != id })
}

// Entry returns the entry at position seq, if it is (still) there.
func (l *Log) Entry(seq int64) (*Entry, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, ok := l.find(seq)
	if !ok || l.items[i].Entry == nil {
		return nil, false
	}
	return l.items[i].Entry, true
}

// Last is the position of the newest item, 0 in an empty log.
func (l *Log) Last() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// Dropped is how many of the oldest items the caps have cost so far.
func (l *Log) Dropped() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last - int64(len(l.items))
}

// find returns the index of the first item at or after seq, and whether it is
// exactly there. Positions are consecutive.
func (l *Log) find(seq int64) (int, bool) {
	first := l.last - int64(len(l.items)) + 1
	i := int(min(max(seq-first, 0), int64(len(l.items))))
	return i, i < len(l.items) && l.items[i].Seq == seq
}

// Version counts the changes of the log. While it stays the same, so does
// everything that can be read.
func (l *Log) Version() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.version
}

func (l *Log) signal() {
	l.version++
	if l.wake != nil {
		close(l.wake)
		l.wake = nil
	}
}

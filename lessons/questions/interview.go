package questions

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// A Wish says what an interview is to be like.
type Wish struct {
	Level Level
	// Minutes it is to take. A question with its follow-up takes about three, and a
	// task in the lab about six.
	Minutes int
	// Topics are the ids of those to ask about; none means all.
	Topics []string
	// Doing adds tasks that are done in the lab.
	Doing bool
	// Seed decides which questions come: the same seed, the same interview.
	Seed string
}

const (
	minutesToTalk = 3
	minutesToDo   = 6
)

// A Slot is one part of an interview: a question with a follow-up, or its task.
type Slot struct {
	Question *Question
	Doing    bool
	Then     int // which of the question's follow-ups is asked, from 0
}

// Interview plans an interview: easier questions first, each after the one that it
// builds on, topics in turn, tasks in between. It has fewer questions than there
// is time for where the topics have no more.
func (b *Bank) Interview(w Wish) []Slot {
	p := &planner{wish: w, rng: random(w.Seed), used: map[*Question]bool{}}
	for _, t := range b.Topics {
		if len(w.Topics) == 0 || slices.Contains(w.Topics, t.ID) {
			p.topics = append(p.topics, t)
		}
	}
	p.rng.Shuffle(len(p.topics), func(i, j int) { p.topics[i], p.topics[j] = p.topics[j], p.topics[i] })
	tasks := 0
	if w.Doing {
		tasks = max(1, w.Minutes/15)
	}
	doing := p.tasks(tasks)
	talks := max(2, (w.Minutes-minutesToDo*len(doing))/minutesToTalk)
	main, other := levelsFor(w.Level)
	p.few = talks / 4
	chosen := p.pick(main, talks-p.few)
	chosen = append(chosen, p.pick(other, max(0, p.few))...)
	chosen = append(chosen, p.pick(main, talks-len(chosen))...)
	chosen = append(chosen, p.pick(other, talks-len(chosen))...) // where the level has no more
	return p.lay(chosen, doing)
}

// levelsFor is the level that most questions have, and the one that some have: one
// easier, to begin with, or for a junior one harder, to end with.
func levelsFor(l Level) (main, some Level) {
	switch l {
	case Senior:
		return Senior, Mid
	case Mid:
		return Mid, Junior
	default:
		return Junior, Mid
	}
}

func rank(l Level) int { return slices.Index(Levels(), l) }

// random is a source that a seed decides.
func random(seed string) *rand.Rand {
	sum := sha256.Sum256([]byte(seed))
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16]))) //nolint:gosec // it decides the order of questions
}

type planner struct {
	wish   Wish
	rng    *rand.Rand
	topics []*Topic
	used   map[*Question]bool
	next   int // the topic whose turn it is
	few    int // how many easier questions may still come with those that build on them
}

// pick chooses n questions of a level, from each topic in turn. With a question
// comes the one that it builds on, where there is still room for both: of an easier
// level few come.
func (p *planner) pick(level Level, n int) []*Question {
	var out []*Question
	for empty := 0; len(out) < n && empty < len(p.topics); p.next++ {
		q := p.one(p.topics[p.next%len(p.topics)], func(q *Question) bool { return q.Level == level })
		if q == nil {
			empty++
			continue
		}
		empty = 0
		if on := q.Builds; on != nil && !p.used[on] && len(out)+2 <= n && p.fits(on, level) {
			p.used[on] = true
			out = append(out, on)
		}
		out = append(out, q)
	}
	return out
}

// one takes a question of the topic that is not used yet, nil if there is none.
func (p *planner) one(t *Topic, fits func(*Question) bool) *Question {
	var free []*Question
	for _, q := range t.Questions {
		if !p.used[q] && fits(q) {
			free = append(free, q)
		}
	}
	if len(free) == 0 {
		return nil
	}
	q := free[p.rng.IntN(len(free))]
	p.used[q] = true
	return q
}

// fits says whether there is room for the question that one of this level builds on.
func (p *planner) fits(on *Question, level Level) bool {
	if !p.has(on.Topic) || rank(on.Level)+1 < rank(p.wish.Level) {
		return false
	}
	if on.Level == level {
		return true
	}
	p.few--
	return p.few >= 0
}

func (p *planner) has(t *Topic) bool { return slices.Contains(p.topics, t) }

// tasks chooses n questions whose task is done in the lab, no harder than the
// level, from different topics where that is possible.
func (p *planner) tasks(n int) []*Question {
	var out []*Question
	for range p.topics {
		for _, t := range p.topics {
			if len(out) == n {
				return out
			}
			if q := p.one(t, func(q *Question) bool { return q.Do != nil && rank(q.Level) <= rank(p.wish.Level) }); q != nil {
				out = append(out, q)
			}
		}
	}
	return out
}

// lay puts the questions in order, and the tasks between them.
func (p *planner) lay(talk, doing []*Question) []Slot {
	// What builds on another has its own level or a higher one, so sorting by level
	// alone keeps it behind.
	slices.SortStableFunc(talk, func(a, b *Question) int { return cmp.Compare(rank(a.Level), rank(b.Level)) })
	var out []Slot
	every := len(talk)/(len(doing)+1) + 1
	for i, q := range talk {
		out = append(out, Slot{Question: q, Then: p.rng.IntN(max(1, len(q.Then)))})
		if (i+1)%every == 0 && len(doing) > 0 {
			out = append(out, Slot{Question: doing[0], Doing: true})
			doing = doing[1:]
		}
	}
	for _, q := range doing {
		out = append(out, Slot{Question: q, Doing: true})
	}
	return out
}

// Expected is how many of the question's points an interviewer may expect from a
// candidate of the level, 0 where the question is too hard to ask. It is a rule of
// thumb: half of them from somebody who meets the subject, all of them from
// somebody who owns it.
func (q *Question) Expected(l Level) int {
	n := len(q.Points)
	switch above := rank(l) - rank(q.Level); {
	case above < -1:
		return 0
	case above == -1:
		return (n + 1) / 2
	case above == 0:
		return max(1, n-1)
	default:
		return n
	}
}

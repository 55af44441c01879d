package race

import (
	"fmt"
	"sync"
)

// The roles. A coach may open the page of coaches.
const (
	roleCoach  = "coach"
	roleMember = "member"
)

// crowd is how many people sign in where an event is about everybody.
const crowd = 50

// people is the user database. Both designs ask it when somebody signs in, and
// the opaque session with each request.
type people struct {
	mu  sync.Mutex
	all map[string]person
}

type person struct {
	role   string
	email  string
	banned bool
}

func newPeople() *people {
	p := &people{all: map[string]person{"alice": {role: roleCoach, email: "alice@example.com"}}}
	for i := 1; i < crowd; i++ {
		p.all[name(i)] = person{role: roleMember}
	}
	return p
}

// name is that of one of the crowd. The first is Alice.
func name(i int) string {
	if i == 0 {
		return "alice"
	}
	return fmt.Sprintf("member%02d", i)
}

func (p *people) get(name string) (person, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.all[name]
	return who, ok
}

func (p *people) change(name string, f func(*person)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who := p.all[name]
	f(&who)
	p.all[name] = who
}

package race

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// roleChange takes a role away and waits until it is gone.
func roleChange(ctx context.Context, p pair) (Result, error) {
	var took [2]int
	sides, err := p.each(func(i int, w *world) (Side, error) {
		s := w.open(w.node(0))
		a, err := w.signIn(ctx, s, "alice")
		if err != nil {
			return Side{}, err
		}
		w.people.change("alice", func(p *person) { p.role = roleMember })
		took[i], err = w.until(ctx, s, a, "/coaches")
		return Side{Kind: w.kind, Says: noticed(took[i], "She is refused") + ".", Measures: []Measure{{What: UntilEffect, N: int64(took[i])}}}, err
	})
	return Result{
		Answer: when(took[1]), Sides: sides,
		Why: "A claim is true when it is signed, and it stays as it was until the next one is signed. The shorter a JWT lives, the sooner it is right again.",
	}, err
}

// logout lets Alice sign out while somebody has a copy.
func logout(ctx context.Context, p pair) (Result, error) {
	var took [2]int
	var status [2]int
	sides, err := p.each(func(i int, w *world) (Side, error) {
		s := w.open(w.node(0))
		a, err := w.signIn(ctx, s, "alice")
		if err != nil {
			return Side{}, err
		}
		stolen := a.copied()
		w.time = w.time.Add(time.Minute)
		if err := a.must(ctx, s, http.MethodPost, "/session/logout"); err != nil {
			return Side{}, err
		}
		if status[i], err = stolen.get(ctx, s, "/board"); err != nil {
			return Side{}, err
		}
		took[i], err = w.until(ctx, s, stolen, "/board")
		return Side{
			Kind: w.kind, Says: fmt.Sprintf("Mallory’s copy gets %s. %s.", answered(status[i]), noticed(took[i], "It is refused")),
			Measures: []Measure{{What: UntilEffect, N: int64(took[i])}},
		}, err
	})
	answer := 3
	switch {
	case status[1] != http.StatusOK:
		answer = 1
	case status[0] != http.StatusOK:
		answer = 2
	}
	return Result{
		Answer: answer, Sides: sides,
		Why: "To sign out is to delete something. The opaque session is deleted where it is kept. Of a JWT only the browser’s copy can be deleted, and a thief has another one.",
	}, err
}

// theft bans an account while its session is in two hands.
func theft(ctx context.Context, p pair) (Result, error) {
	sides, err := p.each(func(_ int, w *world) (Side, error) {
		took, _, err := w.banned(ctx, nil)
		return Side{Kind: w.kind, Says: noticed(took, "Mallory is refused") + ".", Measures: []Measure{{What: UntilEffect, N: int64(took)}}}, err
	})
	if err != nil {
		return Result{}, err
	}
	// The three remedies of the question, each tried on a plain JWT. A longer
	// signature is what the plain one stays with: nobody forged anything.
	var deleted, listed, lookups int
	_, err = p.in(Signed, func(w *world) (Side, error) {
		var err error
		deleted, _, err = w.banned(ctx, func(alice *agent) { alice.credential = "" })
		return Side{}, err
	})
	_, err2 := p.in(Denylist, func(w *world) (Side, error) {
		var err error
		listed, lookups, err = w.banned(ctx, nil)
		return Side{}, err
	})
	answer := 3
	switch {
	case deleted == 0:
		answer = 1
	case listed == 0:
		answer = 2
	}
	return Result{
		Answer: answer, Sides: sides,
		Why: fmt.Sprintf("With Alice’s cookie deleted, Mallory’s copy of a plain JWT went on for %d seconds. With a deny list it ended after %d, at the price of %s for each request: the state that the JWT was to save. The signature was never the weak point.", deleted, listed, plural(lookups, "lookup")),
	}, errors.Join(err, err2)
}

// banned lets an administrator ban Alice while Mallory has a copy of her session,
// and returns the seconds until Mallory is refused and the lookups of one
// request. Remedy is what is done beside that.
func (w *world) banned(ctx context.Context, remedy func(alice *agent)) (seconds, lookups int, err error) {
	s := w.open(w.node(0))
	alice, err := w.signIn(ctx, s, "alice")
	if err != nil {
		return 0, 0, err
	}
	mallory := alice.copied()
	_, before := w.store.count()
	if _, err := mallory.get(ctx, s, "/board"); err != nil {
		return 0, 0, err
	}
	_, after := w.store.count()
	w.people.change("alice", func(p *person) { p.banned = true })
	w.store.removeUser("alice")
	if w.kind == Denylist {
		if err := w.node(0).sessions().end(alice.credential); err != nil {
			return 0, 0, err
		}
	}
	if remedy != nil {
		remedy(alice)
	}
	seconds, err = w.until(ctx, s, mallory, "/board")
	return seconds, after - before, err
}

// secrets lets the key and the session table leak.
func secrets(ctx context.Context, p pair) (Result, error) {
	var as, out [2]int
	sides, err := p.each(func(i int, w *world) (Side, error) {
		home := w.node(0)
		s := w.open(home)
		all, err := w.everybody(ctx, s)
		if err != nil {
			return Side{}, err
		}
		if as[i], err = w.impersonate(ctx, s, home); err != nil {
			return Side{}, err
		}
		repair := "There is no key to change"
		if w.kind != Opaque {
			w.key = []byte("a new key, made after the leak!!")
			left, err := w.inside(ctx, w.open(w.node(0)), all)
			if err != nil {
				return Side{}, err
			}
			out[i] = crowd - left
			repair = fmt.Sprintf("With a new key, %d of %d have to sign in again", out[i], crowd)
		}
		return Side{
			Kind: w.kind, Says: fmt.Sprintf("Mallory gets in as %d of %d. %s.", as[i], crowd, repair),
			Measures: []Measure{{What: Impersonated, N: int64(as[i]), Of: crowd}, {What: SignedOut, N: int64(out[i]), Of: crowd}},
		}, nil
	})
	answer := 1
	switch {
	case as[0] > 0:
		answer = 3
	case as[1] > 0:
		answer = 2
	}
	return Result{
		Answer: answer, Sides: sides,
		Why: "A key can make what was never issued, for anybody, at any time, and no list knows it. A table of hashes is of no use to who reads it. Had the table kept the ids themselves, Mallory could be everybody who is signed in, until the rows are deleted.",
	}, err
}

// impersonate tries to be everybody, with what the instance had in memory.
func (w *world) impersonate(ctx context.Context, s *site, leaked *node) (n int, err error) {
	var all []*agent
	for _, key := range w.store.stolen() {
		if w.kind == Opaque {
			all = append(all, &agent{kind: w.kind, credential: url.QueryEscape(key)})
		}
	}
	if w.kind != Opaque {
		for i := range crowd {
			token, err := signed{leaked}.forge(name(i), roleCoach)
			if err != nil {
				return 0, err
			}
			all = append(all, &agent{kind: w.kind, credential: token})
		}
	}
	return w.inside(ctx, s, all)
}

// browser posts a form from a foreign page, and lets a script run in this one.
// The browser's part is played by its rules: a cookie goes along with every
// request to its site, a token that a script keeps does not.
func browser(ctx context.Context, p pair) (Result, error) {
	var form, script [2]bool
	sides, err := p.each(func(i int, w *world) (Side, error) {
		s := w.open(w.node(0))
		a, err := w.signIn(ctx, s, "alice")
		if err != nil {
			return Side{}, err
		}
		foreign := a.copied()
		if w.kind.scripted() {
			foreign.credential = ""
		}
		if form[i], err = w.changesMail(ctx, s, foreign, "csrf@mallory.example"); err != nil {
			return Side{}, err
		}
		script[i], err = w.changesMail(ctx, s, a, "xss@mallory.example")
		says := fmt.Sprintf("The foreign form %s, the script %s.", changed(form[i]), changed(script[i]))
		if w.kind.scripted() {
			says += " The script can also read the token and take it away. An HttpOnly cookie it could not read."
		}
		return Side{Kind: w.kind, Says: says}, err
	})
	answer := 1
	switch {
	case form[1] && script[1]:
		answer = 3
	case script[1]:
		answer = 2
	}
	return Result{
		Answer: answer, Sides: sides,
		Why: "What the browser sends by itself, it sends for a foreign page as well, whatever the cookie holds. The cookies of this race are set without SameSite; with SameSite=Lax they would stay at home when a foreign page posts, for both designs. No design of the session helps against a script that runs in your own page.",
	}, err
}

// changesMail tells whether a request of the agent changes Alice's address.
func (w *world) changesMail(ctx context.Context, s *site, a *agent, to string) (bool, error) {
	if _, err := a.send(ctx, s, http.MethodPost, "/email", url.Values{"email": {to}}); err != nil {
		return false, err
	}
	alice, _ := w.people.get("alice")
	return alice.email == to, nil
}

func changed(yes bool) string {
	if yes {
		return "changes her address"
	}
	return "gets 401"
}

// when is the option for a time until effect.
func when(seconds int) int {
	switch {
	case seconds == 0:
		return 1
	case seconds > 0:
		return 2
	default:
		return 3
	}
}

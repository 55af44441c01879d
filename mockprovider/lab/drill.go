package lab

import (
	"context"
	"net/http"
	"strings"

	"claimcheck/mockprovider/drill"
)

// The kinds of the marks that a drill leaves.
const (
	MarkDrillStarted = "drill_started"
	MarkDrillStopped = "drill_stopped"
)

// A DrillRequest says what is drilled: see [drill.Config].
type DrillRequest struct {
	Client, Start, SignedIn string
	// User is who logs in. Empty means Alice.
	User   string
	Faults []string
	// Begin is asked last, when the drill could begin: its error keeps it from
	// that and is returned as it is. Nil asks nobody.
	Begin func() error
}

// DrillIssuer is what an app under a drill must use as its issuer.
func (l *Lab) DrillIssuer() string { return l.Issuer() + "~drill" }

// StartDrill begins a drill at the lab's drill issuer. One runs at a time. Where
// it drives the app, it goes on by itself until it is done or stopped.
func (l *Lab) StartDrill(in DrillRequest) (drill.Report, error) {
	name := in.User
	if name == "" {
		name = "alice"
	}
	password := ""
	for _, u := range l.registry.Users() {
		if u.Username == name {
			password = u.Password
		}
	}
	if password == "" {
		return drill.Report{}, &Refusal{ErrInvalid, "There is no user " + clip(name) + " who has a password.", "Name one of the people on /lab."}
	}
	d, err := drill.New(drill.Config{
		Home: l.provider, Client: in.Client, Start: in.Start, SignedIn: in.SignedIn, Username: name, Password: password,
		Faults: in.Faults, Now: l.world.cfg.Now,
		Wrap: func(next http.Handler) http.Handler { return l.quietStyle(next) },
	})
	if err != nil {
		return drill.Report{}, &Refusal{ErrInvalid, "The drill can’t begin: " + clip(err.Error()) + ".", "A drill needs a registered client whose redirect URIs are on this machine, and addresses of that app."}
	}
	b := l.beside
	b.mu.Lock()
	if b.drill != nil {
		if s := b.drill.Report().State; s == drill.Running || s == drill.Waiting {
			b.mu.Unlock()
			return drill.Report{}, &Refusal{ErrConflict, "A drill is on already.", "Stop it, or wait until it is done."}
		}
	}
	if in.Begin != nil {
		if err := in.Begin(); err != nil {
			b.mu.Unlock()
			return drill.Report{}, err
		}
	}
	b.drill = d
	b.mu.Unlock()
	l.mark(MarkDrillStarted, "A drill of client "+in.Client+" began.", map[string]string{"client": in.Client})
	if in.Start != "" {
		go d.Run(context.Background())
	}
	return d.Report(), nil
}

// quietStyle records what arrives at the drill's issuer, but for its stylesheet.
func (l *Lab) quietStyle(next http.Handler) http.Handler {
	recorded := l.beside.rec.Handler(AcmeID(), next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/style.css") {
			next.ServeHTTP(w, r)
			return
		}
		recorded.ServeHTTP(w, r)
	})
}

// Drill is how the last drill stands, and false if there was none.
func (l *Lab) Drill() (drill.Report, bool) {
	d := l.beside.drilled()
	if d == nil {
		return drill.Report{}, false
	}
	return d.Report(), true
}

// DrillEnded is closed when the last drill has ended. It is nil if there was none.
func (l *Lab) DrillEnded() <-chan struct{} {
	if d := l.beside.drilled(); d != nil {
		return d.Ended()
	}
	return nil
}

// StopDrill ends a drill that is on.
func (l *Lab) StopDrill() {
	d := l.beside.drilled()
	if d == nil {
		return
	}
	if s := d.Report().State; s == drill.Running || s == drill.Waiting {
		d.Stop()
		l.mark(MarkDrillStopped, "The drill was stopped.", nil)
	}
}

// AnswerDrill says what the app did under the current fault of a drill by hand.
func (l *Lab) AnswerDrill(v drill.Verdict) (drill.Report, error) {
	d := l.beside.drilled()
	if d == nil {
		return drill.Report{}, &Refusal{ErrConflict, "No drill waits for an answer.", "Start one without a login address."}
	}
	if err := d.Answer(v); err != nil {
		return drill.Report{}, &Refusal{ErrConflict, "That can’t be answered: " + err.Error() + ".", "Answer accepted, refused or unseen while a drill by hand is on."}
	}
	return d.Report(), nil
}

func (b *beside) drilled() *drill.Drill {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.drill
}

// clip keeps a text that came from outside short.
func clip(s string) string {
	if len(s) > 200 {
		return strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}

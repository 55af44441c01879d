package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
)

// Why a control call is refused.
var (
	// ErrUnknown is for what is not there.
	ErrUnknown = errors.New("not found")
	// ErrConflict is for what is right by itself and cannot be now.
	ErrConflict = errors.New("conflict")
	// ErrInvalid is for what would never be right.
	ErrInvalid = errors.New("invalid")
)

// A Refusal says why a control call changed nothing. It wraps one of ErrUnknown,
// ErrConflict and ErrInvalid.
type Refusal struct {
	Kind error
	// Text says what is wrong, Fix what to do about it: sentences for whoever
	// controls the lab.
	Text, Fix string
}

// Error implements error.
func (r *Refusal) Error() string { return "lab: " + r.Text }

func (r *Refusal) Unwrap() error { return r.Kind }

// mark adds a line of the whole lab to the log.
func (l *Lab) mark(kind, text string, data map[string]string) {
	l.log.Mark(trace.Mark{Kind: kind, At: l.Now(), Text: text, Data: data})
}

// SetPolicy changes how strict AcmeID is, for clients that have no policy of
// their own, and marks it in the log. A reset brings the configured one back.
func (l *Lab) SetPolicy(p mockprovider.Policy) error {
	l.control.Lock()
	defer l.control.Unlock()
	before := l.Policy()
	if err := l.provider.SetPolicy(p); err != nil {
		return &Refusal{ErrInvalid, fmt.Sprintf("There is no policy %q.", string(p)), "Take one of " + policyNames() + "."}
	}
	now := string(l.Policy())
	l.mark(trace.MarkPolicyChanged, "The policy is "+now+" now. It was "+string(before)+".", map[string]string{"policy": now, "before": string(before)})
	return nil
}

// SetRefreshGrace changes how long AcmeID takes a rotated refresh token once more,
// and marks it in the log. A reset brings zero back, the secure value.
func (l *Lab) SetRefreshGrace(d time.Duration) error {
	l.control.Lock()
	defer l.control.Unlock()
	if err := l.provider.SetRefreshGrace(d); err != nil {
		return &Refusal{ErrInvalid, "There is no such grace window.", fmt.Sprintf("Take one between 0 and %d seconds.", int(mockprovider.MaxRefreshGrace.Seconds()))}
	}
	text := "A refresh token that was used is refused at once now."
	if d > 0 {
		text = "A refresh token that was used is taken again for " + d.String() + " now."
	}
	l.mark(trace.MarkPolicyChanged, text, map[string]string{"refresh_grace": d.String()})
	return nil
}

// RefreshGrace is how long AcmeID takes a rotated refresh token once more.
func (l *Lab) RefreshGrace() time.Duration { return l.provider.RefreshGrace() }

func policyNames() string {
	var names []string
	for _, p := range mockprovider.Policies() {
		names = append(names, string(p))
	}
	return strings.Join(names, ", ")
}

// SetClock puts the lab's clock to a time and marks it in the log. From there it
// goes on as the wall clock does. MaxOffset is how far the two may be apart.
func (l *Lab) SetClock(t time.Time) error {
	by := t.Sub(l.Now())
	if d := by + l.Offset(); d > MaxOffset || d < -MaxOffset {
		return &Refusal{ErrInvalid, "That is more than ten years away from the real time.", "Choose a time that is closer."}
	}
	l.Advance(by)
	return nil
}

// Seed is what the lab makes its values from, empty where they are random.
func (l *Lab) Seed() string { return *l.seed.Load() }

// MaxSeed is the longest seed, in bytes.
const MaxSeed = 200

// SetSeed resets the lab and lets it make its values and keys from the seed, as
// if it had been started so: who does the same again gets the same codes, tokens
// and key IDs. An empty seed gives random values and fresh keys. The lab's secret
// stays.
func (l *Lab) SetSeed(seed string) error {
	if len(seed) > MaxSeed {
		return &Refusal{ErrInvalid, fmt.Sprintf("The seed has %d bytes.", len(seed)), fmt.Sprintf("%d are enough.", MaxSeed)}
	}
	keys, err := l.newKeys(seed)
	if err != nil {
		return err
	}
	l.control.Lock()
	defer l.control.Unlock()
	if err := l.keys.Replace(keys); err != nil {
		return err
	}
	l.seed.Store(&seed)
	if err := l.registerKeys(); err != nil {
		return err
	}
	if err := l.reset(); err != nil {
		return err
	}
	text := "The lab makes its values from a seed now, and signs with the keys that come from it."
	if seed == "" {
		text = "The lab makes random values now, and signs with fresh keys."
	}
	l.mark(trace.MarkSeedChanged, text, nil)
	return nil
}

// Mint signs a token as asked, also one that AcmeID would never issue, and says
// so in the log. The token itself does not stand there.
func (l *Lab) Mint(ctx context.Context, m mockprovider.MintRequest) (string, error) {
	token, err := l.provider.Mint(ctx, m)
	if errors.Is(err, mockprovider.ErrMint) {
		text := strings.TrimPrefix(err.Error(), mockprovider.ErrMint.Error()+": ")
		return "", &Refusal{ErrInvalid, "No such token can be minted: " + text + ".", "Change the request and send it again."}
	}
	if err != nil {
		return "", err
	}
	kind := m.Kind
	if kind == "" {
		kind = mockprovider.MintAccessToken
	}
	l.mark(trace.MarkTokenMinted, "A token was minted by hand ("+kind+"). No grant led to it.", map[string]string{"kind": kind})
	return token, nil
}

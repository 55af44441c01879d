package walkthrough

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// A preparation makes a step's next sending wrong: it edits the draft, or moves
// the clock.
type preparation func(ctx context.Context, w *Walk, d *Draft) error

// faults are the preparations by step and fault. Each fault of a step's text
// has one, and the other way round; a test holds the two together.
func faults() map[string]preparation {
	return map[string]preparation{
		"authorization-request/changed_redirect_uri":  addSlash,
		"authorization-request/plain_instead_of_s256": plain,
		"authorization-request/unknown_scope": func(_ context.Context, _ *Walk, d *Draft) error {
			d.Set("scope", d.Get("scope")+" steps:delete")
			return nil
		},
		"consent/deny_consent": func(context.Context, *Walk, *Draft) error { return nil },
		"callback/wrong_state": func(_ context.Context, _ *Walk, d *Draft) error {
			d.Set("state", flip(d.Get("state")))
			return nil
		},
		"callback/dropped_iss": func(_ context.Context, _ *Walk, d *Draft) error {
			d.Set("iss", "")
			return nil
		},
		"callback/other_iss": func(_ context.Context, _ *Walk, d *Draft) error {
			d.Set("iss", "https://idp.mallory.example")
			return nil
		},
		"token-request/wrong_verifier": func(_ context.Context, _ *Walk, d *Draft) error {
			d.Set("code_verifier", "mallory-does-not-know-the-verifier-but-tries")
			return nil
		},
		"token-request/changed_redirect_uri": addSlash,
		"token-request/code_twice":           codeTwice,
		"token-request/expired_code":         later(lab.CodeLifetime + time.Second),
		"token-request/wrong_secret": func(_ context.Context, w *Walk, d *Draft) error {
			d.Header.Set("Authorization", basic(w.v.Client, "guessed-by-mallory"))
			return nil
		},
		"api-request/no_token": func(_ context.Context, _ *Walk, d *Draft) error {
			d.Header.Del("Authorization")
			return nil
		},
		"api-request/token_in_query": func(_ context.Context, _ *Walk, d *Draft) error {
			_, token, _ := strings.Cut(d.Header.Get("Authorization"), " ")
			d.Header.Del("Authorization")
			d.Set("access_token", token)
			return nil
		},
		"api-request/altered_token": func(_ context.Context, _ *Walk, d *Draft) error {
			d.Header.Set("Authorization", asBob(d.Header.Get("Authorization")))
			return nil
		},
		"api-request/expired_token": later(lab.AccessTokenLifetime + time.Second),
	}
}

// people are the faults in which a person fills in a page otherwise.
func people() map[string]func(context.Context, *Walk, *trace.Entry) (*trace.Entry, error) {
	return map[string]func(context.Context, *Walk, *trace.Entry) (*trace.Entry, error){"deny_consent": deny}
}

// Break prepares a fault: it does what is missing before the step, takes back
// the step's own sendings, and edits the next one. It sends nothing but what
// the fault itself needs beforehand. Undo and Discard take it back.
func (w *Walk) Break(ctx context.Context, step, fault string) error {
	s, ok := w.flow.Step(w.v, step)
	if !ok || !slices.ContainsFunc(s.Wrong, func(x Wrong) bool { return x.Fault == fault }) {
		return fmt.Errorf("step %q has no fault %q", step, fault)
	}
	prepare := faults()[step+"/"+fault]
	if prepare == nil {
		return fmt.Errorf("the fault %q of step %q can't be prepared", fault, step)
	}
	if err := w.Discard(ctx, step); err != nil {
		return err
	}
	if before, ok := w.beforeFirst(step); ok {
		if err := w.run.Restore(ctx, before); err != nil {
			return err
		}
	}
	for _, id := range w.chain(step) {
		if id == step {
			break
		}
		if at, err := w.Do(ctx, id); err != nil || at != id {
			return fmt.Errorf("step %d does not lead on, so this fault can't be tried: %w", w.number(at), err)
		}
	}
	// In between, the callback comes before the token request.
	if step == "token-request" {
		if _, err := w.Do(ctx, "callback"); err != nil {
			return err
		}
	}
	before := w.run.Checkpoint()
	_, out, err := w.Preview(ctx, step)
	if err != nil {
		return err
	}
	d := out.clone()
	if err := prepare(ctx, w, d); err != nil {
		return err
	}
	generated, _, err := w.Preview(ctx, step)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drafts[step] = &plan{draft: d, from: generated.Raw(), fault: fault, before: &before}
	return nil
}

func addSlash(_ context.Context, _ *Walk, d *Draft) error {
	d.Set("redirect_uri", d.Get("redirect_uri")+"/")
	return nil
}

// plain shows the verifier itself where its hash should be.
func plain(_ context.Context, w *Walk, d *Draft) error {
	d.Set("code_challenge", w.run.Session().Verifier)
	d.Set("code_challenge_method", "plain")
	return nil
}

// codeTwice sends the request as it is; the plan then holds the same one again.
func codeTwice(ctx context.Context, w *Walk, _ *Draft) error {
	_, err := w.Send(ctx, "token-request")
	return err
}

func later(d time.Duration) preparation {
	return func(_ context.Context, w *Walk, _ *Draft) error {
		w.run.Advance(d)
		return nil
	}
}

// flip changes the last character.
func flip(s string) string {
	if s == "" {
		return "x"
	}
	last := byte('A')
	if s[len(s)-1] == last {
		last = 'B'
	}
	return s[:len(s)-1] + string(last)
}

// asBob rewrites the payload of the JWT at the end of s, so that it is about Bob.
// The signature stays what it was.
func asBob(s string) string {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return flip(s)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return flip(s)
	}
	parts[1] = base64.RawURLEncoding.EncodeToString(bytes.Replace(payload, []byte(`"sub":"alice"`), []byte(`"sub":"bob"`), 1))
	return strings.Join(parts, ".")
}

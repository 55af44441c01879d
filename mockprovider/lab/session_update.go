package lab

import (
	"bytes"
	"context"
	"encoding/json"
)

// update keeps what became of a session that was loaded, while others may have
// changed it. What they learned stays, and what this caller learned is added to it.
// A session that was ended meanwhile stays ended, and one that has begun anew knows
// nothing of an answer to the connection before: a sign-out during a call must not
// be undone by its answer.
func (a *app) update(ctx context.Context, id string, s *Session) error {
	raw, err := a.encode(ctx, id, s)
	if err != nil {
		return err
	}
	for base, key := s.raw, a.sessionKey(id); ; {
		// Each time that it fails, somebody else has got ahead: it ends.
		done, err := a.lab.store.Swap(ctx, key, base, raw, sessionTTL)
		if done || err != nil {
			return err
		}
		now, err := a.lab.store.Get(ctx, key)
		switch {
		case isNotFound(err) && base != nil:
			return nil // it was ended
		case isNotFound(err):
			continue // it began and was ended since
		case err != nil:
			return err
		}
		merged, err := merge(base, raw, now)
		if merged == nil || err != nil {
			return err
		}
		base, raw = now, merged
	}
}

// merge adds to a session, as it is now, what has become of it on the way from
// base to mine. Where both have changed a member, mine is the later answer. Nil
// means that another connection has begun since base.
func merge(base, mine, now []byte) ([]byte, error) {
	var was, is Session
	var before, after, all map[string]json.RawMessage
	for _, x := range []struct {
		raw  []byte
		into any
	}{{base, &was}, {now, &is}, {base, &before}, {mine, &after}, {now, &all}} {
		if x.raw == nil {
			continue // there was none before
		}
		if err := json.Unmarshal(x.raw, x.into); err != nil {
			return nil, err
		}
	}
	if base != nil && was.connection() != is.connection() {
		return nil, nil
	}
	for name, value := range after {
		if !bytes.Equal(value, before[name]) {
			all[name] = value
		}
	}
	for name := range before {
		if _, kept := after[name]; !kept {
			delete(all, name)
		}
	}
	return json.Marshal(all)
}

// connection names the attempt to connect that a session is about.
func (s *Session) connection() string {
	if s.Device != nil {
		return s.State + " " + s.Device.DeviceCode
	}
	return s.State + " "
}

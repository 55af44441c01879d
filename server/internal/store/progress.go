package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

const (
	// maxAway is how long a learner may be away. A browser keeps a cookie for no
	// longer than 400 days.
	maxAway = 400 * 24 * time.Hour
	// maxLearners is how many learners a file has; of more, the longest away goes.
	maxLearners = 10_000
	// seenEvery is how exactly it is known when a learner was here, so that not
	// every answer writes it.
	seenEvery = 24 * time.Hour
	// nearLimit is how many pages below its limit a file counts as full: more than
	// one saving takes.
	nearLimit = 1024
)

// errClosed is what every method returns after Close.
var errClosed = errors.New("the database is closed")

// key is what stands in the file for a learner: who reads the file learns no
// cookie from it.
func key(learner string) string {
	sum := sha256.Sum256([]byte(learner))
	return hex.EncodeToString(sum[:])
}

// Load returns the kept states of a learner, JSON by path. Of one who is unknown
// there are none.
func (d *DB) Load(ctx context.Context, learner string) (map[string][]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn == nil {
		return nil, errClosed
	}
	rows, err := d.conn.QueryContext(ctx, "SELECT path, kept FROM state WHERE learner = ?", key(learner))
	if err != nil {
		return nil, fmt.Errorf("read progress: %w", explain(err))
	}
	defer func() { _ = rows.Close() }() // Err tells
	out := map[string][]byte{}
	for rows.Next() {
		var path string
		var kept []byte
		if err := rows.Scan(&path, &kept); err != nil {
			return nil, fmt.Errorf("read progress: %w", err)
		}
		out[path] = kept
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read progress: %w", explain(err))
	}
	return out, nil
}

// Save writes states of a learner, JSON by path, all of them or, when it returns
// an error, none; nil forgets one. The others stay. When it returns nil they are
// on the disk. Where the file is at its limit, learners who have been away longest
// go for it; a full disk costs nobody anything.
func (d *DB) Save(ctx context.Context, learner string, states map[string][]byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.writable(); err != nil {
		return fmt.Errorf("keep progress: %w", err)
	}
	id := key(learner)
	write := func(tx *sql.Tx) error { return d.save(ctx, tx, id, states) }
	err := d.within(ctx, write)
	if errors.Is(err, ErrFull) && d.makeRoom(ctx, id) {
		err = d.within(ctx, write)
	}
	if err != nil {
		return fmt.Errorf("keep progress: %w", err)
	}
	return nil
}

// Forget deletes everything of a learner. When it returns nil nothing of it is in
// the file or its log, not even where it was deleted from.
func (d *DB) Forget(ctx context.Context, learner string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.writable(); err != nil {
		return fmt.Errorf("delete progress: %w", err)
	}
	err := d.within(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM learner WHERE id = ?", key(learner))
		return err
	})
	if err == nil {
		_, err = d.conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
		err = explain(err)
	}
	if err != nil {
		return fmt.Errorf("delete progress: %w", err)
	}
	return nil
}

// writable says why nothing can be written, nil where it can. It is called with mu
// held.
func (d *DB) writable() error {
	switch {
	case d.conn == nil:
		return errClosed
	case d.readOnly:
		return ErrReadOnly
	}
	return nil
}

// within does something as a whole or not at all.
func (d *DB) within(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := d.conn.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	if err := do(tx); err != nil {
		return errors.Join(explain(err), tx.Rollback())
	}
	return explain(tx.Commit())
}

// makeRoom drops one of eight learners, those who have been away longest but never
// this one, if it is the file's own limit that is reached. It says whether anybody
// went.
func (d *DB) makeRoom(ctx context.Context, but string) bool {
	pages, err := d.number(ctx, "PRAGMA page_count")
	if err != nil {
		return false
	}
	if most, err := d.number(ctx, "PRAGMA max_page_count"); err != nil || pages+nearLimit < most {
		return false
	}
	gone := int64(0)
	err = d.within(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `DELETE FROM learner WHERE id IN (SELECT id FROM learner WHERE id <> ?
			ORDER BY seen, id LIMIT (SELECT count(*) / 8 + 1 FROM learner))`, but)
		if err != nil {
			return err
		}
		gone, err = r.RowsAffected()
		return err
	})
	return err == nil && gone > 0
}

func (d *DB) save(ctx context.Context, tx *sql.Tx, id string, states map[string][]byte) error {
	if err := d.seen(ctx, tx, id); err != nil {
		return err
	}
	for path, kept := range states {
		var err error
		if kept == nil {
			_, err = tx.ExecContext(ctx, "DELETE FROM state WHERE learner = ? AND path = ?", id, path)
		} else {
			_, err = tx.ExecContext(ctx, `INSERT INTO state (learner, path, kept) VALUES (?, ?, ?)
				ON CONFLICT (learner, path) DO UPDATE SET kept = excluded.kept`, id, path, string(kept))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// seen notes that the learner is here. When a new one comes, those who have been
// away too long go.
func (d *DB) seen(ctx context.Context, tx *sql.Tx, id string) error {
	now := d.now()
	var at int64
	err := tx.QueryRowContext(ctx, "SELECT seen FROM learner WHERE id = ?", id).Scan(&at)
	switch {
	case err == nil && now.Sub(time.Unix(at, 0)) < seenEvery:
		return nil
	case err == nil:
		_, err = tx.ExecContext(ctx, "UPDATE learner SET seen = ? WHERE id = ?", now.Unix(), id)
		return err
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM learner WHERE seen < ?", now.Add(-maxAway).Unix()); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM learner WHERE id IN
		(SELECT id FROM learner ORDER BY seen DESC, id LIMIT -1 OFFSET ?)`, maxLearners-1); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO learner (id, seen) VALUES (?, ?)", id, now.Unix())
	return err
}

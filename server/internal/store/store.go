// Package store is the one embedded database: a SQLite file in the user's data
// directory that keeps what a learner did beyond the process. What the lab made
// (codes, tokens, secrets) is never written by us; what a learner typed or pasted is,
// a token too.
//
//	db, err := store.Open(ctx, store.Config{Path: "progress.db", Now: time.Now})
//	err = db.Save(ctx, who, map[string][]byte{"jwt/anatomy/parts": []byte(`{"done":true}`)})
//
// What [DB.Save] has confirmed survives the process being killed at any moment,
// and the machine losing power. One process has the file at a time; a second one
// is told so ([ErrInUse]) and changes nothing.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Why a file could not be opened or written. Each is wrapped with its cause.
var (
	ErrInUse    = errors.New("another process has the file open")
	ErrDamaged  = errors.New("the file is damaged, or is no database")
	ErrForeign  = errors.New("the file is another program's database")
	ErrNewer    = errors.New("the file was written by a newer version")
	ErrReadOnly = errors.New("the file or its folder cannot be written")
	ErrFull     = errors.New("there is no room: the disk or the file's limit is full")
)

const (
	// patience is how long an opening waits for another process to let go, which
	// covers a restart.
	patience = 300 * time.Millisecond
	// pageSize and maxPages bound the file: 256 MiB.
	pageSize = 4096
	maxPages = 65536
	// applicationID marks a file as ours (SQLite's header, offset 68): "clck".
	applicationID = 0x636c636b
)

// Config is what [Open] needs.
type Config struct {
	// Path is the database file. Its folder is made if it is missing.
	Path string
	// Now is the wall clock. It tells which learners have been away long.
	Now func() time.Time
	// ReadOnly opens the file as one that cannot be written.
	ReadOnly bool
}

// DB is an open database. It is safe for concurrent use. Every method after Close
// returns an error.
type DB struct {
	path string
	now  func() time.Time

	mu   sync.Mutex
	pool *sql.DB
	// conn is the only connection. It holds the lock on the file; a second one
	// that the pool would open by itself would not have it.
	conn     *sql.Conn
	readOnly bool
}

// Open opens the file, or makes it, and brings its schema up to date. No other
// user of the machine can read a file that it makes. One that is there and cannot be
// written is opened for reading ([DB.ReadOnly]). The error tells with [errors.Is] what
// is wrong; the file is as it was then.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if !cfg.ReadOnly {
		switch err := prepare(cfg.Path); {
		case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
			cfg.ReadOnly = true
		case err != nil:
			return nil, err
		}
	}
	d := &DB{path: cfg.Path, now: cfg.Now, readOnly: cfg.ReadOnly}
	open, name := d.start, dsn(cfg.Path)
	if d.readOnly {
		open, name = d.startReading, readingDSN(cfg.Path)
	}
	pool, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", cfg.Path, err)
	}
	d.pool = pool
	if err := open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", cfg.Path, explain(err)), d.Close())
	}
	return d, nil
}

// Path is the file.
func (d *DB) Path() string { return d.path }

// Close writes the log back into the file and lets go of it.
func (d *DB) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var err error
	if d.conn != nil {
		err = d.conn.Close()
		d.conn = nil
	}
	return errors.Join(err, d.pool.Close())
}

// prepare makes the folder and the file, for their owner alone. What cannot be
// opened for writing is found here, before SQLite leaves anything beside it.
func prepare(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return f.Close()
}

// dsn is the file's name in the driver's words.
func dsn(path string) string {
	name := url.URL{Path: filepath.ToSlash(path)}
	return fmt.Sprintf("file:%s?_pragma=busy_timeout(%d)", name.EscapedPath(), patience.Milliseconds())
}

// start takes the lock, looks whether the file is whole and ours, and migrates.
func (d *DB) start(ctx context.Context) error {
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		return err
	}
	d.conn = conn
	for _, pragma := range []string{
		"locking_mode = EXCLUSIVE", // the first access locks, until Close or the process's end
		"trusted_schema = OFF",
		"cell_size_check = ON",
		"foreign_keys = ON",
		"secure_delete = ON", // what is deleted is written over
		fmt.Sprintf("max_page_count = %d", maxPages),
	} {
		if _, err := conn.ExecContext(ctx, "PRAGMA "+pragma); err != nil {
			return err
		}
	}
	if err := d.inspect(ctx); err != nil {
		return err
	}
	for _, pragma := range []string{
		"journal_mode = WAL",
		"synchronous = FULL", // each commit waits for the disk: one per answer is little
	} {
		if _, err := conn.ExecContext(ctx, "PRAGMA "+pragma); err != nil {
			return err
		}
	}
	return d.migrate(ctx)
}

// inspect reads the whole file once, which is a few milliseconds for a course,
// and refuses one that is not ours.
func (d *DB) inspect(ctx context.Context) error {
	id, err := d.number(ctx, "PRAGMA application_id")
	if err != nil {
		return err
	}
	objects, err := d.number(ctx, "SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return err
	}
	if id != applicationID && (id != 0 || objects > 0) {
		return ErrForeign
	}
	var answer string
	if err := d.conn.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&answer); err != nil {
		return err
	}
	if answer != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, answer)
	}
	return nil
}

// number is the one number that a query answers.
func (d *DB) number(ctx context.Context, query string) (int64, error) {
	var n int64
	err := d.conn.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}

// explain puts our word in front of SQLite's.
func explain(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff { // the upper bits say more than we tell apart
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w: %w", ErrInUse, err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

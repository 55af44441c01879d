package store

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// ReadOnly says whether the file is only read. What writes returns [ErrReadOnly] then.
func (d *DB) ReadOnly() bool { return d.readOnly }

// readingDSN is the file's name for one that cannot be written. SQLite would make
// files beside it, for its locks and its log: where no log is left over, the file is
// opened as one that nobody changes. A log that a killed process left is read too; it
// is looked up without locks then. Whoever may write it is another user of the machine.
func readingDSN(path string) string {
	name := url.URL{Path: filepath.ToSlash(path)}
	how := "immutable=1"
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		how = "vfs=unix-none&_pragma=locking_mode(EXCLUSIVE)"
	}
	return fmt.Sprintf("file:%s?mode=ro&%s", name.EscapedPath(), how)
}

// startReading looks whether the file is whole, ours, and of today's schema, which
// only somebody who writes can bring it to.
func (d *DB) startReading(ctx context.Context) error {
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		return err
	}
	d.conn = conn
	for _, pragma := range []string{"trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"} {
		if _, err := conn.ExecContext(ctx, "PRAGMA "+pragma); err != nil {
			return err
		}
	}
	if err := d.inspect(ctx); err != nil {
		return err
	}
	steps, err := migrations()
	if err != nil {
		return err
	}
	at, err := d.number(ctx, "PRAGMA user_version")
	if err != nil {
		return err
	}
	if at < int64(len(steps)) {
		return fmt.Errorf("%w: its schema is %d, and %d is read", ErrReadOnly, at, len(steps))
	}
	return d.migrateBy(ctx, steps) // refuses a newer one
}

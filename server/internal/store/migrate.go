package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed schema/*.sql
var schema embed.FS

// migrations are the steps from an empty file to today's schema, in the order of
// their names. A step that was released is never changed; the next one is added.
func migrations() ([]string, error) {
	names, err := fs.Glob(schema, "schema/*.sql") // sorted by name
	if err != nil {
		return nil, err
	}
	var steps []string
	for _, name := range names {
		text, err := schema.ReadFile(name)
		if err != nil {
			return nil, err
		}
		steps = append(steps, string(text))
	}
	return steps, nil
}

// migrate does the steps that the file has not seen. SQLite's user_version counts
// the steps done. Each is one transaction: killed in between, it never began.
func (d *DB) migrate(ctx context.Context) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	return d.migrateBy(ctx, steps)
}

func (d *DB) migrateBy(ctx context.Context, steps []string) error {
	at, err := d.number(ctx, "PRAGMA user_version")
	if err != nil {
		return err
	}
	if at > int64(len(steps)) {
		return fmt.Errorf("%w: schema %d, known are %d", ErrNewer, at, len(steps))
	}
	for i := int(at); i < len(steps); i++ {
		mark := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, i+1)
		if err := d.transact(ctx, steps[i], mark); err != nil {
			return fmt.Errorf("bring the schema to %d: %w", i+1, err)
		}
	}
	return nil
}

// transact runs statements as one transaction.
func (d *DB) transact(ctx context.Context, statements ...string) error {
	tx, err := d.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

// Package search finds pages of the site by words, for the page /search. It keeps
// a full-text index (SQLite's FTS5, in memory, stemmed by Porter's algorithm) of
// documents that it is given once.
//
//	x, err := search.New(ctx, []search.Doc{{Kind: "Glossary", Title: "nonce", Href: "/learn/glossary#nonce", Text: "…"}})
//	hits, err := x.Find(ctx, "what is a nonce for?", 10)
//
// A question is words. None of FTS5's operators is reachable from it: whatever
// somebody types is cut into words first, and each goes into the query as a quoted
// string.
package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	_ "modernc.org/sqlite" // the driver "sqlite", with FTS5
)

// MaxQuestion is the longest question, in bytes. What comes after is not read.
const MaxQuestion = 300

// A Doc is something that can be found.
type Doc struct {
	// Kind is what it is, for the person who reads the results: "Lesson".
	Kind string
	// Title is its name, Also other names that count as much.
	Title, Also string
	// Text is what is searched and quoted from.
	Text string
	// Href is its page.
	Href string
	// Note stands beside the result: where it belongs.
	Note string
	// Weight is how much a hit in it counts; 1 is usual.
	Weight float64
}

// A Hit is a document that answers a question, with a quotation.
type Hit struct {
	*Doc

	// Quote is the place in the text with the most of the question's words.
	Quote []Piece
}

// A Piece is a part of a quotation. Hit says that it is one of the words.
type Piece struct {
	Text string
	Hit  bool
}

// An Index is the documents, ready to be searched. It is safe for concurrent use.
type Index struct {
	docs []Doc
	// lower are the documents in small letters, and stems the stems of their words,
	// to count ideas in.
	lower []string
	stems []map[string]bool
	words vocabulary
	// known is in how many documents a stem is.
	known map[string]int
	// mu is held while a question is asked: a prepared statement has one result at
	// a time.
	mu sync.Mutex
	// conn is the one connection: the database in memory is its own.
	pool *sql.DB
	conn *sql.Conn
	// find and quote are prepared, which is most of the work of a query.
	find, quote *sql.Stmt
}

// The marks around a word of the question in a quotation. No text contains them:
// clean drops control characters.
const (
	markStart = "\x01"
	markEnd   = "\x02"
)

// New indexes the documents. It takes about a tenth of a millisecond for each. The
// index keeps docs, which must not be changed.
func New(ctx context.Context, docs []Doc) (*Index, error) {
	pool, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, fmt.Errorf("open the index: %w", err)
	}
	pool.SetMaxOpenConns(1)
	x := &Index{
		docs: docs, pool: pool, words: newVocabulary(),
		lower: make([]string, len(docs)), stems: make([]map[string]bool, len(docs)), known: map[string]int{},
	}
	if err := x.fill(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("fill the index: %w", err), x.Close())
	}
	return x, nil
}

// The schema. A title counts ten times as much as the text: see fill.
const schema = `CREATE VIRTUAL TABLE doc USING fts5(title, also, body, tokenize = "porter unicode61 remove_diacritics 2")`

const (
	findQuery  = `SELECT rowid, rank FROM doc WHERE doc MATCH ? ORDER BY rank LIMIT ?`
	quoteQuery = `SELECT snippet(doc, 2, ?, ?, '…', 24) FROM doc WHERE doc MATCH ? AND rowid = ?`
)

func (x *Index) fill(ctx context.Context) error {
	conn, err := x.pool.Conn(ctx)
	if err != nil {
		return err
	}
	x.conn = conn
	if _, err := conn.ExecContext(ctx, schema); err != nil {
		return err
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	insert, err := tx.PrepareContext(ctx, `INSERT INTO doc(rowid, title, also, body) VALUES (?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	for i := range x.docs {
		d := &x.docs[i]
		x.lower[i] = strings.ToLower(d.Title + " " + d.Also + " " + d.Text)
		x.count(i)
		if _, err := insert.ExecContext(ctx, i+1, clean(d.Title), clean(d.Also), clean(d.Text)); err != nil {
			return fmt.Errorf("%s: %w", d.Href, err)
		}
	}
	if err := insert.Close(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	for _, do := range []string{`INSERT INTO doc(doc) VALUES ('optimize')`, `INSERT INTO doc(doc, rank) VALUES ('rank', 'bm25(10.0, 8.0, 1.0)')`} {
		if _, err := conn.ExecContext(ctx, do); err != nil {
			return err
		}
	}
	if x.find, err = conn.PrepareContext(ctx, findQuery); err != nil {
		return err
	}
	x.quote, err = conn.PrepareContext(ctx, quoteQuery)
	return err
}

// count notes which stems a document has.
func (x *Index) count(doc int) {
	seen := map[string]bool{}
	for w := range strings.FieldsFuncSeq(x.lower[doc], apart) {
		if s := stem(w); !seen[s] {
			seen[s] = true
			x.known[s]++
		}
	}
	x.stems[doc] = seen
}

// apart says that r stands between words.
func apart(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// Close lets go of the index. Find returns errors then.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	var err error
	if x.conn != nil {
		err = x.conn.Close()
	}
	return errors.Join(err, x.pool.Close())
}

// Size is the number of documents.
func (x *Index) Size() int { return len(x.docs) }

// clean drops what no text needs: control characters, and bytes that are no UTF-8.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' {
			return ' '
		}
		return r
	}, s)
}

// pieces takes a quotation apart at its marks.
func pieces(s string) []Piece {
	var out []Piece
	for s != "" {
		before, rest, found := strings.Cut(s, markStart)
		if before != "" {
			out = append(out, Piece{Text: before})
		}
		if !found {
			break
		}
		word, after, _ := strings.Cut(rest, markEnd)
		if word != "" {
			out = append(out, Piece{Text: word, Hit: true})
		}
		s = after
	}
	return out
}

package lessons

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// MaxTransfer is the longest file that [ReadTransfer] takes, in bytes. Of one
// learner far less is kept; the rest is indents and exercises of other courses.
const MaxTransfer = 4 << 20

const (
	transferFormat  = "claimcheck-progress"
	transferVersion = 1
	// maxCount bounds the tries and hints that a file may claim.
	maxCount = 1 << 20
	// maxPath is the longest path of an exercise in a file, in bytes.
	maxPath = 200
)

// A Transfer is a learner's progress as a file: what they typed and how far they
// came, and nothing that says who they are.
type Transfer struct {
	Format    string          `json:"format"`
	Version   int             `json:"version"`
	Exported  time.Time       `json:"exported"`
	Exercises map[string]Kept `json:"exercises"` // by path
}

// NewTransfer is the file of these states, written now.
func NewTransfer(all map[string]Kept, now time.Time) *Transfer {
	return &Transfer{Format: transferFormat, Version: transferVersion, Exported: now.UTC().Truncate(time.Second), Exercises: all}
}

// Write writes the file, for people to read.
func (t *Transfer) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(t)
}

// A TransferError says what is wrong with a file, in words for the learner.
type TransferError struct {
	Text, Fix string
	Err       error // may be nil
}

// Error implements error.
func (e *TransferError) Error() string { return e.Text }

// Unwrap is the cause.
func (e *TransferError) Unwrap() error { return e.Err }

// ReadTransfer reads a file that [Transfer.Write] wrote, perhaps changed by hand.
// Its error is a [*TransferError]. What it returns is within the bounds of what is
// kept, whatever stands in the file.
func ReadTransfer(raw []byte) (*Transfer, error) {
	const fix = "Choose a file that “Export” on this page wrote. Its name begins with claimcheck-progress."
	if len(raw) > MaxTransfer {
		return nil, &TransferError{Text: fmt.Sprintf("The file is larger than %d MiB.", MaxTransfer>>20), Fix: fix}
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, &TransferError{Text: "No file was chosen, or it is empty.", Fix: fix}
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, notJSON(err, fix)
	}
	switch {
	case head.Format != transferFormat:
		return nil, &TransferError{Text: fmt.Sprintf("The file is JSON, but no progress: its member format is %.40q and not %q.", head.Format, transferFormat), Fix: fix}
	case head.Version != transferVersion:
		return nil, &TransferError{Text: fmt.Sprintf("The file is of version %d; this program reads version %d.", head.Version, transferVersion), Fix: "Import it into the program that wrote it, or into a newer one."}
	}
	var t Transfer
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, notJSON(err, fix)
	}
	if len(t.Exercises) > maxStates {
		return nil, &TransferError{Text: fmt.Sprintf("The file has %d exercises; %d are the most.", len(t.Exercises), maxStates), Fix: fix}
	}
	for path, k := range t.Exercises {
		if !strings.HasPrefix(path, "/learn/") && !strings.HasPrefix(path, "/practice/") || len(path) > maxPath {
			return nil, &TransferError{Text: fmt.Sprintf("%.60q is no path of an exercise.", path), Fix: "A path is as in /learn/jwt/anatomy/parts or /practice/oauth-vs-jwt. Take the entry out of the file."}
		}
		if err := k.bound(path, 1); err != nil {
			return nil, err
		}
	}
	return &t, nil
}

// notJSON is the error for a file that cannot be decoded.
func notJSON(err error, fix string) error {
	text := "The file is not JSON."
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		text = fmt.Sprintf("The file is not whole JSON: it breaks at byte %d.", wrong.Offset)
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		text = fmt.Sprintf("The file’s member %.80s holds a %s.", wrong.Field, wrong.Value)
	}
	return &TransferError{Text: text, Fix: fix, Err: err}
}

// bound refuses what no export has. deep is how many ways back there may be.
func (k Kept) bound(path string, deep int) error {
	wrong := func(what string) error {
		return &TransferError{Text: fmt.Sprintf("%s: %s.", path, what), Fix: "Export again, or take the entry out of the file."}
	}
	switch {
	case k.Tried < 0 || k.Tried > maxCount || k.Hints < 0 || k.Hints > maxCount:
		return wrong("tried and hints are counts")
	case !k.timely():
		return wrong(fmt.Sprintf("attempts are up to %d, and times are in seconds since 1970", MaxPast))
	case len(k.Draft) > maxDraft:
		return wrong(fmt.Sprintf("the draft is longer than %d KiB", maxDraft>>10))
	case size(k.Answers) > maxAnswerSize:
		return wrong(fmt.Sprintf("the answers are longer than %d KiB", maxAnswerSize>>10))
	case !k.Memory.valid(true):
		return wrong("no schedule goes on from its memory")
	case k.Before == nil:
		return nil
	case deep == 0:
		return wrong("there is one way back, and no way back from there")
	}
	return k.Before.bound(path, deep-1)
}

// size is what [Clip] counts. A name without a value counts too.
func size(answers url.Values) int {
	n := 0
	for name, list := range answers {
		n += len(name)
		for _, v := range list {
			n += weight(name, v)
		}
	}
	return n
}

// An Imported says what an [Progress.Import] did, in exercises.
type Imported struct {
	Taken   int // what changed here
	LeftOut int // which the course does not have
}

// Import takes a file's states over, as far as the course knows their exercises.
// What the learner has done here and not in the file stays, and so does a question
// that was asked here since the file was written. [Progress.TakeBack]
// undoes it. The error is a [*TransferError]: there is no room for all of it, and
// nothing has changed.
func (p *Progress) Import(who string, t *Transfer, knows func(path string) bool) (did Imported, err error) {
	p.with(who, func(l *learner) {
		with := map[string]*Kept{}
		for path, k := range t.Exercises {
			here := l.states[path]
			switch {
			case !knows(path):
				did.LeftOut++
			case here.Done && !k.Done, k.Memory.before(here.Memory), k.empty(), reflect.DeepEqual(here.Kept(), k):
			default:
				with[path] = &k
			}
		}
		if len(with) == 0 {
			return
		}
		if l.sizeWith(with) > maxKept {
			did = Imported{}
			err = &TransferError{
				Text: fmt.Sprintf("There is room for %d KiB. What is here, what is in the file and the way back are more.", maxKept>>10),
				Fix:  "Start over what you do not need, or take long drafts out of the file.",
			}
			return
		}
		changed := l.exchange(&Undo{States: with})
		did.Taken = len(changed) - 1
		l.undo.What = fmt.Sprintf("the import of %d exercises", did.Taken)
		if did.Taken == 1 {
			l.undo.What = "the import of one exercise"
		}
		l.weigh(undoPath)
		p.save(who, l, changed...)
	})
	return did, err
}

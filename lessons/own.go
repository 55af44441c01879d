package lessons

import (
	"io/fs"
	"path"
	"strings"
)

// ownPrefix begins the names of an instructor's own files while they are read. No
// name of ours has a colon.
const ownPrefix = "own:"

// joined is our course's files and, under [ownPrefix], those of an instructor.
type joined struct{ ours, own fs.FS }

// Open implements [fs.FS].
func (j joined) Open(name string) (fs.File, error) {
	if rest, ok := strings.CutPrefix(name, ownPrefix); ok {
		return j.own.Open(rest) //nolint:wrapcheck // an fs.FS returns what its parts do
	}
	return j.ours.Open(name) //nolint:wrapcheck // as above
}

// own reads an instructor's folder after our course: order.txt with tracks of its
// own and their lessons and, where it is there, glossary.yaml. It returns what
// their terms refer to.
func (l *loader) own(o Options) (see []seeRef) {
	if o.Own == nil {
		return nil
	}
	l.fsys = joined{ours: l.fsys, own: o.Own}
	if _, err := fs.Stat(o.Own, "glossary.yaml"); err == nil {
		see = l.glossary(ownPrefix)
	}
	l.order(ownPrefix, o.Own)
	return see
}

// named puts the folder's name as the instructor gave it in the place of our prefix.
func (ps *problems) named(folder string) {
	for i, p := range ps.all {
		if rest, ok := strings.CutPrefix(p.File, ownPrefix); ok {
			ps.all[i].File = path.Join(folder, rest)
		}
		ps.all[i].Do = strings.ReplaceAll(p.Do, ownPrefix, folder+"/")
	}
}

// OfInstructor says whether the lesson comes from the folder of [Options.Own].
func (l *Lesson) OfInstructor() bool { return strings.HasPrefix(l.file, ownPrefix) }

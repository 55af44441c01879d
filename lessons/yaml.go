package lessons

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A yamlDoc is one piece of YAML in a content file, with the way back from its
// nodes to the file's lines.
type yamlDoc struct {
	file   string
	before int // lines of the file before the YAML's first
	root   ast.Node
	ps     *problems
}

// parseYAML reports broken YAML and then returns nil.
func parseYAML(ps *problems, file string, before int, src []byte) *yamlDoc {
	d := &yamlDoc{file: file, before: before, ps: ps}
	f, err := parser.ParseBytes(src, 0)
	if err != nil {
		d.report(err)
		return nil
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil {
		ps.add(file, before+1, "write its fields", "the YAML is empty")
		return nil
	}
	d.root = f.Docs[0].Body
	return d
}

// decode fills v and reports every unknown field, and the first value of a
// wrong type. It returns whether v is usable.
func (d *yamlDoc) decode(node ast.Node, v any) bool {
	before := len(d.ps.all)
	d.unknown(node, reflect.TypeOf(v))
	if len(d.ps.all) > before {
		return false
	}
	if err := yaml.NodeToValue(node, v); err != nil {
		d.report(err)
		return false
	}
	return true
}

func (d *yamlDoc) report(err error) {
	line, what := d.before+1, err.Error()
	if at, ok := errors.AsType[yaml.Error](err); ok {
		what = at.GetMessage()
		if t := at.GetToken(); t != nil {
			line = d.before + t.Position.Line
		}
	}
	d.ps.add(d.file, line, "mend the YAML", "%s", what)
}

// unknown reports the keys of node that the type t has no field for.
func (d *yamlDoc) unknown(node ast.Node, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch node := node.(type) {
	case *ast.MappingNode:
		for _, kv := range node.Values {
			d.unknownIn(kv, t)
		}
	case *ast.MappingValueNode:
		d.unknownIn(node, t)
	case *ast.SequenceNode:
		if t.Kind() == reflect.Slice {
			for _, n := range node.Values {
				d.unknown(n, t.Elem())
			}
		}
	}
}

func (d *yamlDoc) unknownIn(kv *ast.MappingValueNode, t reflect.Type) {
	if t.Kind() == reflect.Map {
		d.unknown(kv.Value, t.Elem())
		return
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[rawNode]() {
		return
	}
	key := keyOf(kv)
	names := d.ps.fieldsOf(t)
	if f, ok := names[key]; ok {
		d.unknown(kv.Value, f)
		return
	}
	known := slices.Sorted(maps.Keys(names))
	d.ps.add(d.file, d.lineOf(kv.Key), "use one of "+strings.Join(known, ", "), "unknown field %q", key)
}

// fieldsOf are the fieldNames of a type. It is asked for each field of each file, and
// there are a few dozen types: each is looked at once in a loading.
func (ps *problems) fieldsOf(t reflect.Type) map[string]reflect.Type {
	names, ok := ps.fields[t]
	if !ok {
		if ps.fields == nil {
			ps.fields = map[reflect.Type]map[string]reflect.Type{}
		}
		names = fieldNames(t)
		ps.fields[t] = names
	}
	return names
}

// fieldNames are the YAML names of a struct's fields, with their types.
func fieldNames(t reflect.Type) map[string]reflect.Type {
	names := map[string]reflect.Type{}
	for f := range t.Fields() {
		tag, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case tag == "-" || !f.IsExported():
		case strings.Contains(opts, "inline"):
			maps.Copy(names, fieldNames(f.Type))
		default:
			names[tag] = f.Type
		}
	}
	return names
}

func keyOf(kv *ast.MappingValueNode) string { return kv.Key.GetToken().Value }

func (d *yamlDoc) lineOf(n ast.Node) int {
	if n == nil || n.GetToken() == nil {
		return d.before + 1
	}
	return d.before + n.GetToken().Position.Line
}

// line is the file's line of what the path names: field names and indexes, as
// in line("options", 2, "why"). What is missing has the line of what holds it.
func (d *yamlDoc) line(path ...any) int {
	n := d.root
	at := d.lineOf(first(n))
	for _, p := range path {
		next := child(n, p)
		if next == nil {
			return at
		}
		n = next
		at = d.lineOf(first(n))
	}
	return at
}

// first is the node where a value begins: a mapping's first key.
func first(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 {
			return n.Values[0].Key
		}
	case *ast.MappingValueNode:
		return n.Key
	case *ast.SequenceNode:
		if len(n.Values) > 0 {
			return first(n.Values[0])
		}
	}
	return n
}

func child(n ast.Node, p any) ast.Node {
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, kv := range n.Values {
			if keyOf(kv) == p {
				return kv.Value
			}
		}
	case *ast.MappingValueNode:
		if keyOf(n) == p {
			return n.Value
		}
	case *ast.SequenceNode:
		if i, ok := p.(int); ok && i < len(n.Values) {
			return n.Values[i]
		}
	}
	return nil
}

// rawNode is a value whose shape another field decides.
type rawNode struct{ node ast.Node }

// UnmarshalYAML keeps the node.
func (r *rawNode) UnmarshalYAML(n ast.Node) error {
	r.node = n
	return nil
}

package main

import (
	"cmp"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
)

// fileLab is a lab in the configuration file.
type fileLab struct {
	Policy  string      `yaml:"policy"`
	Seed    string      `yaml:"seed"`
	KeyFile string      `yaml:"key_file"`
	Users   []apiUser   `yaml:"users"`
	Clients []apiClient `yaml:"clients"`
	APIs    []fileAPI   `yaml:"apis"`
}

// fileAPI is a resource server in it.
type fileAPI struct {
	Audience string            `yaml:"audience"`
	Name     string            `yaml:"name"`
	Scopes   map[string]string `yaml:"scopes"`
}

// maxConfig is the largest configuration or key file, in bytes.
const maxConfig = 1 << 20

// A configFile is the file that -config names, while it is read. It collects every
// mistake with its place.
type configFile struct {
	name     string
	lines    []string
	mistakes []mistake
}

// mistake is one mistake, and where it stands, from 1.
type mistake struct {
	line, column int
	text         string
}

// readConfigFile reads the labs of a configuration file. The error names every
// mistake with its line, and shows it.
func readConfigFile(name string) (map[string]lab.Settings, error) {
	src, err := readBounded(name)
	if err != nil {
		return nil, fmt.Errorf("-config: %w", err)
	}
	f := &configFile{name: name, lines: strings.Split(string(src), "\n")}
	labs := f.read(src)
	if len(f.mistakes) > 0 {
		return nil, errors.New(f.report())
	}
	return labs, nil
}

func readBounded(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxConfig {
		return nil, fmt.Errorf("%s is larger than %d KiB", name, maxConfig>>10)
	}
	return os.ReadFile(name)
}

// report is every mistake, with its line and a caret below it.
func (f *configFile) report() string {
	slices.SortStableFunc(f.mistakes, func(a, b mistake) int { return cmp.Or(a.line-b.line, a.column-b.column) })
	var b strings.Builder
	fmt.Fprintf(&b, "-config %s has %d mistakes:", f.name, len(f.mistakes))
	if len(f.mistakes) == 1 {
		b.Reset()
		fmt.Fprintf(&b, "-config %s has a mistake:", f.name)
	}
	for _, m := range f.mistakes {
		fmt.Fprintf(&b, "\n\n%s:%d:%d: %s", f.name, m.line, m.column, m.text)
		if m.line <= len(f.lines) {
			fmt.Fprintf(&b, "\n    %s\n    %s^", f.lines[m.line-1], strings.Repeat(" ", max(m.column-1, 0)))
		}
	}
	return b.String()
}

// at notes a mistake at a node; nil is the beginning of the file.
func (f *configFile) at(n ast.Node, format string, args ...any) {
	m := mistake{1, 1, fmt.Sprintf(format, args...)}
	if n != nil && n.GetToken() != nil {
		m.line, m.column = n.GetToken().Position.Line, n.GetToken().Position.Column
	}
	f.mistakes = append(f.mistakes, m)
}

// yamlError notes what the YAML library found.
func (f *configFile) yamlError(err error, n ast.Node) {
	at, ok := errors.AsType[yaml.Error](err)
	if !ok || at.GetToken() == nil {
		f.at(n, "%s", err)
		return
	}
	p, what := at.GetToken().Position, at.GetMessage()
	if strings.HasPrefix(what, "cannot unmarshal") {
		what = "a value of another kind belongs here, such as a text instead of a list"
	}
	f.mistakes = append(f.mistakes, mistake{p.Line, p.Column, what})
}

func (f *configFile) read(src []byte) map[string]lab.Settings {
	tree, err := parser.ParseBytes(src, 0)
	if err != nil {
		f.yamlError(err, nil)
		return nil
	}
	if len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		f.at(nil, "the file is empty: it begins with labs:")
		return nil
	}
	labs := map[string]lab.Settings{}
	for _, top := range pairs(tree.Docs[0].Body) {
		if keyText(top) != "labs" {
			f.at(top.Key, "unknown field %q; the file has labs alone", keyText(top))
			continue
		}
		for _, one := range pairs(top.Value) {
			id := keyText(one)
			if !lab.ValidID(id) {
				f.at(one.Key, "%q is no id of a lab: 1 to 40 of a-z, 0-9 and -", id)
				continue
			}
			labs[id] = f.readLab(one)
		}
	}
	if len(labs) == 0 && len(f.mistakes) == 0 {
		f.at(nil, "there is no lab in the file: labs: has lab ids, such as main")
	}
	return labs
}

// readLab reads one lab, each party by itself, so that one mistake hides no other.
func (f *configFile) readLab(node *ast.MappingValueNode) lab.Settings {
	f.known(node.Value, reflect.TypeFor[fileLab]())
	var cfg lab.Settings
	for _, kv := range pairs(node.Value) {
		switch keyText(kv) {
		case "policy":
			cfg.Policy = mockprovider.Policy(scalar(f, kv))
			if !slices.Contains(mockprovider.Policies(), cfg.Policy) {
				f.at(kv.Value, "there is no policy %q: take one of %v", cfg.Policy, mockprovider.Policies())
			}
		case "seed":
			cfg.Seed = scalar(f, kv)
		case "key_file":
			keys, err := readKeyFile(filepath.Join(filepath.Dir(f.name), scalar(f, kv)), scalar(f, kv))
			if err != nil {
				f.at(kv.Value, "%s", err)
			}
			cfg.Keys = keys
		case "apis":
			for _, n := range items(kv.Value) {
				var a fileAPI
				if f.decode(n, &a) {
					cfg.APIs = append(cfg.APIs, mockprovider.API{Audience: a.Audience, Name: a.Name, Scopes: a.Scopes})
				}
			}
		}
	}
	f.readParties(node, &cfg)
	return cfg
}

// readParties reads users and clients, and registers them in a world of its own:
// what the lab would refuse is a mistake here.
func (f *configFile) readParties(node *ast.MappingValueNode, cfg *lab.Settings) {
	trial, err := lab.New(lab.Config{Origin: "http://localhost:1", Labs: map[string]lab.Settings{lab.Main: {APIs: cfg.APIs}}})
	if err != nil {
		f.at(node.Key, "%s", err)
		return
	}
	registry := trial.Main().Registry()
	for _, kv := range pairs(node.Value) {
		for _, n := range items(kv.Value) {
			switch keyText(kv) {
			case "users":
				var d apiUser
				if !f.decode(n, &d) {
					continue
				}
				u, err := d.user()
				if err == nil {
					err = registry.PutUser(u)
				}
				f.refused(n, err)
				cfg.Users = append(cfg.Users, u)
			case "clients":
				var d apiClient
				if !f.decode(n, &d) {
					continue
				}
				c, err := d.client(everyScope(trial.Main()))
				if err == nil {
					err = registry.AddClient(c)
				}
				f.refused(n, err)
				cfg.Clients = append(cfg.Clients, c)
			}
		}
	}
}

// refused notes why a party cannot be registered, at the field that it is about.
func (f *configFile) refused(n ast.Node, err error) {
	if err == nil {
		return
	}
	if field, ok := errors.AsType[*mockprovider.FieldError](err); ok {
		f.at(fieldOf(n, field.Field), "%s", field.Problem)
		return
	}
	if p, ok := errors.AsType[problem](err); ok {
		member, _, _ := strings.Cut(p.Title, ":")
		f.at(fieldOf(n, member), "%s %s", p.Title, p.Fix)
		return
	}
	f.at(n, "%s", err)
}

// fieldOf is the value of a field of a mapping, or the mapping itself.
func fieldOf(n ast.Node, field string) ast.Node {
	aliases := map[string]string{"sub": "id"}
	for _, kv := range pairs(n) {
		if name := keyText(kv); name == field || name == aliases[field] {
			return kv.Key
		}
	}
	if all := pairs(n); len(all) > 0 {
		return all[0].Key
	}
	return n
}

// decode fills v, whose unknown fields have been noted before.
func (f *configFile) decode(n ast.Node, v any) bool {
	if err := yaml.NodeToValue(n, v); err != nil {
		f.yamlError(err, n)
		return false
	}
	return true
}

// known notes every key below node that the type has no field for.
func (f *configFile) known(n ast.Node, t reflect.Type) {
	switch {
	case t.Kind() == reflect.Slice:
		for _, one := range items(n) {
			f.known(one, t.Elem())
		}
	case t.Kind() == reflect.Struct:
		fields := map[string]reflect.Type{}
		for field := range t.Fields() {
			if name := field.Tag.Get("yaml"); name != "-" {
				fields[name] = field.Type
			}
		}
		for _, kv := range pairs(n) {
			field, ok := fields[keyText(kv)]
			if !ok {
				f.at(kv.Key, "unknown field %q", keyText(kv))
				continue
			}
			f.known(kv.Value, field)
		}
	}
}

func pairs(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	default:
		return nil
	}
}

func items(n ast.Node) []ast.Node {
	if list, ok := n.(*ast.SequenceNode); ok {
		return list.Values
	}
	return nil
}

func keyText(kv *ast.MappingValueNode) string { return kv.Key.GetToken().Value }

func scalar(f *configFile, kv *ast.MappingValueNode) (s string) {
	f.decode(kv.Value, &s)
	return s
}

// readKeyFile reads a JWK Set of private keys (RFC 7517 §5), one for an algorithm.
// The error names the file as the configuration does.
func readKeyFile(path, name string) ([]mockprovider.SigningKey, error) {
	if filepath.IsAbs(name) {
		path = name
	}
	raw, err := readBounded(path)
	if err != nil {
		return nil, fmt.Errorf("the key file cannot be read: %w", err)
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(raw, &set); err != nil || len(set.Keys) == 0 {
		return nil, fmt.Errorf("%s is no JWK Set with private keys", name)
	}
	var out []mockprovider.SigningKey
	for _, k := range set.Keys {
		signer, ok := k.Key.(crypto.Signer)
		if !ok {
			return nil, fmt.Errorf("%s: the key %q has no private part", name, k.KeyID)
		}
		out = append(out, mockprovider.SigningKey{KID: k.KeyID, Alg: k.Algorithm, Private: signer})
	}
	if _, err := mockprovider.KeysFrom(out...); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

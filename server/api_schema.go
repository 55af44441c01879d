package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/playground"
	"claimcheck/playground/spec"
)

// schema is a JSON Schema (2020-12, as OpenAPI 3.1 has it).
type schema map[string]any

// schemas makes the schemas of Go types as encoding/json writes and reads them.
// Named structs become components, once each.
type schemas struct {
	components map[string]schema
	// input says that they are of request bodies: there no member has to be
	// present.
	input bool
}

// of is the schema of a type. A struct tag doc describes a member, enum lists its
// values.
func (b *schemas) of(t reflect.Type) schema {
	switch t {
	case reflect.TypeFor[time.Time]():
		return schema{"type": "string", "format": "date-time"}
	case reflect.TypeFor[json.RawMessage]():
		return schema{} // any value
	case reflect.TypeFor[mockprovider.Policy]():
		return schema{"type": "string", "enum": mockprovider.Policies()}
	}
	if shape, ok := shapes()[t]; ok {
		return b.named(t, shape)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return b.of(t.Elem())
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return schema{"type": "integer"}
	case reflect.Float64:
		return schema{"type": "number"}
	case reflect.Slice:
		return schema{"type": "array", "items": b.of(t.Elem())}
	case reflect.Map:
		return schema{"type": "object", "additionalProperties": b.of(t.Elem())}
	case reflect.Struct:
		if t.Name() == "" || t == reflect.TypeFor[nothing]() {
			return b.object(t)
		}
		return b.named(t, t)
	default: // an interface: any value
		return schema{}
	}
}

// named puts the schema of shape under the name of t, and refers to it.
func (b *schemas) named(t, shape reflect.Type) schema {
	name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
	if b.input && !strings.HasSuffix(name, "Call") {
		name += "Call" // what is read and written has two schemas
	}
	if b.components[name] == nil {
		b.components[name] = schema{} // for types that hold themselves
		b.components[name] = b.object(shape)
	}
	return schema{"$ref": "#/components/schemas/" + name}
}

// object is the schema of a struct: no member beside its own.
func (b *schemas) object(t reflect.Type) schema {
	properties, required := schema{}, []string{}
	b.members(t, properties, &required)
	out := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 && !b.input {
		out["required"] = required
	}
	return out
}

func (b *schemas) members(t reflect.Type, properties schema, required *[]string) {
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			b.members(f.Type, properties, required)
			continue
		case name == "-", !f.IsExported():
			continue
		}
		properties[name] = b.member(f, !strings.Contains(options, "omit"))
		if !strings.Contains(options, "omit") {
			*required = append(*required, name)
		}
	}
}

// member is the schema of a field. What is always written may be null where Go has
// a nil.
func (b *schemas) member(f reflect.StructField, always bool) schema {
	m := b.of(f.Type)
	kind, plain := m["type"].(string)
	if always && plain && (f.Type.Kind() == reflect.Slice || f.Type.Kind() == reflect.Map || f.Type.Kind() == reflect.Pointer) {
		m["type"] = []string{kind, "null"}
	}
	if values := f.Tag.Get("enum"); values != "" {
		m["enum"] = strings.Split(values, ",")
	}
	if doc := f.Tag.Get("doc"); doc != "" {
		m["description"] = doc
	}
	return m
}

// request is the schema of a body that is sent to us.
func (b *schemas) request(t reflect.Type) schema {
	in := schemas{components: b.components, input: true}
	return in.of(t)
}

// shapes are the types that write their JSON themselves, each with a type that has
// the same shape. The test of the document holds real answers against them.
func shapes() map[reflect.Type]reflect.Type {
	return map[reflect.Type]reflect.Type{
		reflect.TypeFor[playground.Finding](): reflect.TypeFor[struct {
			Rule     string            `json:"rule"`
			ID       string            `json:"id" doc:"the outcome; the rule’s id where there is only one"`
			Title    string            `json:"title"`
			Level    playground.Level  `json:"level,omitempty" enum:"must,should,choice"`
			Status   playground.Status `json:"status" enum:"pass,fail,warn,info,skipped"`
			Message  string            `json:"message,omitempty"`
			Expected string            `json:"expected,omitempty"`
			Got      string            `json:"got,omitempty"`
			Why      string            `json:"why,omitempty"`
			Fix      string            `json:"fix,omitempty"`
			Spec     spec.Ref          `json:"spec"`
			Span     *playground.Span  `json:"span,omitempty"`
		}](),
		reflect.TypeFor[playground.Part](): reflect.TypeFor[struct {
			Name    string          `json:"name"`
			Encoded string          `json:"encoded"`
			Text    string          `json:"text,omitempty" doc:"only if the bytes are UTF-8"`
			JSON    json.RawMessage `json:"json,omitempty" doc:"only if they are well-formed JSON"`
		}](),
		reflect.TypeFor[playground.Result](): reflect.TypeFor[struct {
			Kind       playground.Kind           `json:"kind"`
			Normalised string                    `json:"normalised" doc:"the token without what was pasted along"`
			Notes      []playground.Note         `json:"notes"`
			Parts      []playground.Part         `json:"parts"`
			Findings   []playground.Finding      `json:"findings"`
			Signature  playground.SignatureState `json:"signature" enum:"valid,invalid,unchecked"`
			Verdict    playground.Verdict        `json:"verdict" enum:"accept,reject,undecided"`
			Sentence   string                    `json:"sentence"`
			Library    playground.Library        `json:"library"`
		}](),
		reflect.TypeFor[playground.Comparison](): reflect.TypeFor[struct {
			Same        bool                    `json:"same"`
			Sentence    string                  `json:"sentence"`
			Differences []playground.Difference `json:"differences"`
		}](),
		reflect.TypeFor[playground.Decrypted](): reflect.TypeFor[struct {
			Kind      playground.Kind      `json:"kind"`
			Notes     []playground.Note    `json:"notes"`
			Parts     []playground.Part    `json:"parts"`
			Findings  []playground.Finding `json:"findings"`
			Decrypted bool                 `json:"decrypted"`
			Plaintext *string              `json:"plaintext,omitempty" doc:"only if the bytes are UTF-8"`
			Raw       *string              `json:"plaintext_base64url,omitempty"`
			Inner     *playground.Result   `json:"inner,omitempty"`
			Sentence  string               `json:"sentence"`
		}](),
	}
}

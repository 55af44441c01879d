package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
)

// aboutOperations are the calls about the interface itself.
func aboutOperations() []operation {
	op := operation{
		method: http.MethodGet, path: "/api/openapi.json", id: "getDocument", group: groupAbout,
		summary: "This document", out: reflect.TypeFor[map[string]any](),
	}
	op.serve = func(s *server, c *gin.Context) error {
		body, err := openAPI(s.origin.String())
		if err != nil {
			return err
		}
		s.write(c, http.StatusOK, jsonType, body, cachePublic)
		return nil
	}
	return []operation{op}
}

// problemDetails is the shape of every answer that is no success (RFC 9457).
type problemDetails struct {
	Title     string `json:"title" doc:"what happened"`
	Status    int    `json:"status"`
	Detail    string `json:"detail,omitempty"`
	Fix       string `json:"fix,omitempty" doc:"what to do about it"`
	RequestID string `json:"request_id,omitempty" doc:"the request’s number in the server’s log"`
}

// openAPI is the OpenAPI 3.1 document of every operation.
func openAPI(origin string) ([]byte, error) {
	b := &schemas{components: map[string]schema{}}
	failure := b.of(reflect.TypeFor[problemDetails]())
	paths := schema{}
	for _, op := range operations() {
		path := documentPath(op.path)
		item, _ := paths[path].(schema)
		if item == nil {
			item = schema{}
			paths[path] = item
		}
		item[strings.ToLower(op.method)] = op.document(b, failure)
	}
	doc := schema{
		"openapi": "3.1.0",
		"info": schema{
			"title": "Claimcheck", "version": version(),
			"description": "Control a lab, read what happened in it, and use the JWT playground from a program. " +
				"Members that a call does not know are refused. A body has 256 KiB at most. Errors are problem details (RFC 9457) with a member fix.",
		},
		"servers": []schema{{"url": origin}},
		"tags": []schema{
			{"name": groupLab, "description": "A lab: its clock, keys, people, clients, rules and log. For the lab’s owner."},
			{"name": groupPlayground, "description": "The JWT engine. It keeps nothing."},
			{"name": groupAbout, "description": "About this interface."},
		},
		"paths": paths,
		"components": schema{
			"schemas": b.components,
			"securitySchemes": schema{
				"secret": schema{"type": "http", "scheme": "bearer", "description": "The lab’s secret. It is printed at start and shown on /lab."},
				"owner":  schema{"type": "apiKey", "in": "cookie", "name": ownerCookie, "description": "For the owner’s browser, from a page of this site."},
			},
		},
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(doc); err != nil {
		return nil, fmt.Errorf("the OpenAPI document: %w", err)
	}
	return out.Bytes(), nil
}

// document describes the operation.
func (op *operation) document(b *schemas, failure schema) schema {
	answers := schema{"200": schema{"description": "Done.", "content": content("application/json", b.of(op.out))}}
	for _, status := range op.allErrors() {
		answers[strconv.Itoa(status)] = schema{"description": meaning(status), "content": content("application/problem+json", failure)}
	}
	out := schema{"operationId": op.id, "tags": []string{op.group}, "summary": op.summary, "responses": answers}
	if op.about != "" {
		out["description"] = op.about
	}
	if op.in != nil {
		out["requestBody"] = schema{"required": true, "content": content("application/json", b.request(op.in))}
	}
	if op.group == groupLab {
		out["security"] = []schema{{"secret": []string{}}, {"owner": []string{}}}
	}
	if parameters := op.parameters(); len(parameters) > 0 {
		out["parameters"] = parameters
	}
	return out
}

func content(kind string, s schema) schema { return schema{kind: schema{"schema": s}} }

// parameters are those of the path, then those of the query.
func (op *operation) parameters() []schema {
	var out []schema
	for _, m := range pathParameter.FindAllStringSubmatch(op.path, -1) {
		out = append(out, schema{"name": m[1], "in": "path", "required": true, "description": pathParameters()[m[1]], "schema": schema{"type": "string"}})
	}
	for _, p := range op.query {
		out = append(out, schema{"name": p.name, "in": "query", "description": p.about, "schema": schema{"type": "string"}})
	}
	return out
}

var pathParameter = regexp.MustCompile(`:(\w+)`)

// documentPath is a path as OpenAPI spells it.
func documentPath(path string) string { return pathParameter.ReplaceAllString(path, "{$1}") }

// pathParameters says what each parameter of a path is.
func pathParameters() map[string]string {
	return map[string]string{
		"lab":    "the lab’s id; the shared one is main",
		"rule":   "the id of a rule, as the list of defences has it",
		"name":   "the snapshot’s name",
		"kid":    "the key’s ID",
		"id":     "the trace id",
		"user":   "the user’s id: the sub of the tokens",
		"client": "the client_id",
		"fault":  "the name of a fault, as the list of faults has it",
	}
}

// meaning says what a status is answered for, here.
func meaning(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "The body or a parameter is not what this call takes."
	case http.StatusUnauthorized:
		return "The lab’s secret is missing or wrong."
	case http.StatusForbidden:
		return "Another site made a browser send this."
	case http.StatusNotFound:
		return "There is no such lab, or nothing of that name in it."
	case http.StatusConflict:
		return "It is right by itself, and cannot be now."
	case http.StatusRequestEntityTooLarge:
		return "It is larger than what is read."
	case http.StatusUnsupportedMediaType:
		return "The body is not announced as application/json."
	case http.StatusUnprocessableEntity:
		return "It was understood and cannot be done."
	case http.StatusTooManyRequests:
		return "Too much work at once. Retry-After says how long to wait."
	default:
		return http.StatusText(status)
	}
}

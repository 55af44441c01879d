package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// The document says of each operation what a caller has to know: its body where it
// takes one, the lab's secret where it needs it, and what each parameter is.
func TestOpenAPIDescribes(t *testing.T) {
	s := start(t)
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Description string `json:"description"`
			RequestBody *struct {
				Required bool `json:"required"`
			} `json:"requestBody"`
			Security   []map[string][]string `json:"security"`
			Parameters []struct {
				Name        string `json:"name"`
				In          string `json:"in"`
				Description string `json:"description"`
				Required    bool   `json:"required"`
			} `json:"parameters"`
			Responses map[string]json.RawMessage `json:"responses"`
		} `json:"paths"`
	}
	if err := json.Unmarshal([]byte(s.send(t, http.MethodGet, "/api/openapi.json", "").body), &doc); err != nil {
		t.Fatal(err)
	}
	for _, op := range operations() {
		got, ok := doc.Paths[documentPath(op.path)][strings.ToLower(op.method)]
		if !ok || got.OperationID != op.id || got.Description != op.about {
			t.Errorf("%s: %+v", op.id, got)
		}
		if (got.RequestBody != nil) != (op.in != nil) || got.RequestBody != nil && !got.RequestBody.Required {
			t.Errorf("%s: its body is %+v", op.id, got.RequestBody)
		}
		if lab := op.group == groupLab; lab != (len(got.Security) == 2) {
			t.Errorf("%s: security %v", op.id, got.Security)
		}
		if want := strings.Count(op.path, ":") + len(op.query); len(got.Parameters) != want {
			t.Errorf("%s: %d parameters, want %d", op.id, len(got.Parameters), want)
		}
		for _, p := range got.Parameters {
			if p.Description == "" || p.In == "path" != p.Required || p.In == "path" != strings.Contains(op.path, ":"+p.Name) {
				t.Errorf("%s: parameter %+v", op.id, p)
			}
		}
		for _, status := range op.allErrors() {
			if meaning(status) == "" || len(got.Responses) != 1+len(op.allErrors()) {
				t.Errorf("%s: answers %d, want %d", op.id, len(got.Responses), 1+len(op.allErrors()))
				break
			}
		}
	}
}

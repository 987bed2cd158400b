package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
)

// The committed description is what people read and clients are made from: a
// change of the interface must show in a review.
func TestTheCommittedDescriptionIsTheServedOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	res := b.do("GET", "/openapi.json", "")
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("%d %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile("openapi.json", []byte(res.body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, []byte(res.body)) {
		t.Fatal("openapi.json is not what is served: go test ./api -run 'Description|REST' -update")
	}
}

// described is what a test looks at in the description.
type described struct {
	OpenAPI string
	Tags    []struct{ Name string }
	Paths   map[string]map[string]struct {
		OperationID string
		Summary     string
		Tags        []string
		Security    []map[string][]string
		Parameters  []struct{ Name, In, Description string }
		Responses   map[string]struct {
			Ref     string `json:"$ref"`
			Headers map[string]struct {
				Ref string `json:"$ref"`
			}
			Content map[string]struct {
				Schema struct {
					Ref string `json:"$ref"`
				}
			}
		}
	}
	Components struct {
		Schemas map[string]struct {
			AdditionalProperties any
		}
		Responses map[string]any
		Headers   map[string]struct{ Description string }
	}
}

func description(t *testing.T) described {
	t.Helper()
	var doc described
	if err := json.Unmarshal([]byte(setup(t).do("GET", "/openapi.json", "").body), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestEveryOperationIsDescribedWithItsErrors(t *testing.T) {
	t.Parallel()
	doc := description(t)
	if doc.OpenAPI != "3.1.0" {
		t.Fatal(doc.OpenAPI)
	}
	tags := map[string]bool{}
	for _, tag := range doc.Tags {
		tags[tag.Name] = true
	}
	open, n := map[string]bool{"register": true, "sign-in": true, "gateway": true}, 0
	for path, item := range doc.Paths {
		for method, op := range item {
			n++
			ref := op.Responses["default"].Content[problemType].Schema.Ref
			if ref != "#/components/schemas/Problem" || op.OperationID == "" || op.Summary == "" || len(op.Tags) != 1 || !tags[op.Tags[0]] {
				t.Errorf("%s %s: %+v", method, path, op)
			}
			if (len(op.Security) == 0) != open[op.OperationID] {
				t.Errorf("%s: security %v", op.OperationID, op.Security)
			}
			for _, status := range []string{"429", "500", "503"} {
				if op.Responses[status].Ref == "" || doc.Components.Responses[status] == nil {
					t.Errorf("%s: %s is not described", op.OperationID, status)
				}
			}
			if _, has := op.Responses["401"]; has == open[op.OperationID] {
				t.Errorf("%s: 401 described: %t", op.OperationID, has)
			}
			if _, has := op.Responses["404"]; !has && strings.Contains(path, "{") {
				t.Errorf("%s: 404 is not described", op.OperationID)
			}
		}
	}
	if n != 94 {
		t.Errorf("%d operations", n)
	}
}

func TestHeadersAreDescribed(t *testing.T) {
	t.Parallel()
	doc := description(t)
	has := func(operation, status, header string) bool {
		for _, item := range doc.Paths {
			for _, op := range item {
				if op.OperationID != operation {
					continue
				}
				for _, p := range op.Parameters {
					if status == "" && p.Name == header && p.In == "header" && p.Description != "" {
						return true
					}
				}
				return op.Responses[status].Headers[header].Ref == "#/components/headers/"+header && doc.Components.Headers[header].Description != ""
			}
		}
		return false
	}
	for _, want := range [][3]string{
		{"get-server", "200", "ETag"},
		{"get-server", "304", "ETag"},
		{"get-server", "", "If-None-Match"},
		{"get-role", "200", "ETag"},
		{"list-roles", "200", "ETag"},
		{"update-channel", "", "If-Match"},
		{"update-channel", "200", "ETag"},
		{"set-role-override", "", "If-Match"},
		{"list-members", "200", "Link"},
		{"create-server", "", "Idempotency-Key"},
		{"create-server", "201", "Idempotent-Replay"},
		{"create-server", "201", "RateLimit-Remaining"},
		{"leave-server", "204", "RateLimit-Reset"},
		{"send-message", "", "Idempotency-Key"},
	} {
		if !has(want[0], want[1], want[2]) {
			t.Errorf("%v is not described", want)
		}
	}
	for _, not := range [][3]string{
		{"gateway", "200", "RateLimit-Limit"}, {"sign-in", "", "Idempotency-Key"}, {"send-message", "201", "Idempotent-Replay"},
		{"update-channel", "", "Idempotency-Key"}, {"list-bans", "200", "ETag"},
	} {
		if has(not[0], not[1], not[2]) {
			t.Errorf("%v is described", not)
		}
	}
}

func TestRequestsAreDescribedStrictlyAndAnswersAreNot(t *testing.T) {
	t.Parallel()
	schemas := description(t).Components.Schemas
	for name, strict := range map[string]bool{
		"SendInputBody": true, "PollInput": true, "OverrideInput": true, "OverrideBody": true, "LevelBody": true, "CreateServerInputBody": true,
		"Server": false, "Message": false, "Problem": false,
	} {
		schema, ok := schemas[name]
		if !ok || (schema.AdditionalProperties == false) != strict {
			t.Errorf("%s: %t %v", name, ok, schema.AdditionalProperties)
		}
	}
	if _, there := schemas["ErrorModel"]; there {
		t.Error("the schema of errors is not ours")
	}
}

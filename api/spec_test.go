package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
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
		t.Fatal("openapi.json is not what is served: go test ./api -run Description -update")
	}
}

func TestEveryOperationIsDescribedWithItsErrors(t *testing.T) {
	t.Parallel()
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Summary     string
			Tags        []string
			Responses   map[string]struct {
				Content map[string]struct {
					Schema struct {
						Ref string `json:"$ref"`
					}
				}
			}
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal([]byte(setup(t).do("GET", "/openapi.json", "").body), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Fatal(doc.OpenAPI)
	}
	n := 0
	for path, item := range doc.Paths {
		for method, op := range item {
			n++
			ref := op.Responses["default"].Content[problemType].Schema.Ref
			if ref != "#/components/schemas/Problem" || op.OperationID == "" || op.Summary == "" || len(op.Tags) != 1 {
				t.Errorf("%s %s: %+v", method, path, op)
			}
		}
	}
	if n != 17 {
		t.Errorf("%d operations", n)
	}
	if doc.Components.Schemas["ErrorModel"] != nil || doc.Components.Schemas["Problem"] == nil {
		t.Error("the schema of errors is not ours")
	}
}

package api

import "flag"

// The flag is declared where the test binary starts: -update writes openapi.json.
var _ = flag.Bool("update", false, "write openapi.json")

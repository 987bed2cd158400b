package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// alsoAnswers is the key of Operation.Metadata under which stand further statuses
// of an operation.
const alsoAnswers = "also"

// requestExtension names the request of PROTOCOL.md that an operation is.
const requestExtension = "x-request"

const componentResponses = "#/components/responses/"

// humaConfig is huma without its own pages, formats and process-wide settings.
func humaConfig() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "Beep",
				Version:     Version,
				Description: introduction,
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Components: &huma.Components{
				Schemas:   huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				Headers:   headers(),
				Responses: map[string]*huma.Response{},
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"bearer": {Type: "http", Scheme: "bearer", Description: "A token from sign-in, or of `beep token create`."},
				},
			},
			Tags: []*huma.Tag{
				{Name: "auth", Description: "Getting and giving back a token"},
				{Name: "users", Description: "People"},
				{Name: "friends", Description: "Friends, blocks, direct conversations"},
				{Name: "servers", Description: "Servers and how one gets into them"},
				{Name: "channels", Description: "Channels, threads, conferences and who may do what in them"},
				{Name: "roles", Description: "Roles and permissions"},
				{Name: "members", Description: "Members and bans"},
				{Name: "messages", Description: "Messages, reactions, polls and pins"},
				{Name: "notifications", Description: "What is unread, and what one wants to hear of"},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{ownProblems},
	}
}

const introduction = "What has no place on a socket, and the gateway's requests for programs without one. " +
	"Live events come over the gateway (GET /gateway), described in PROTOCOL.md.\n\n" +
	"**Strictness.** Members, query parameters and values that are not described here are refused. In a PATCH a member that is absent " +
	"stays as it is; an empty one (`\"\"`, `[]`, `0`, `false`) is set; `null` is refused.\n\n" +
	"**Versions.** Servers, channels and roles have a version, the number of the record that changed them last. It stands in their ETag. " +
	"A change that carries it in If-Match is made only if nobody has made another since, else the answer is 412, `stale`. " +
	"A read that carries an ETag in If-None-Match is answered 304 if nothing in the answer is new.\n\n" +
	"**Pages.** Lists take the last entry's key in `after` or `before`, and `limit`. A page that is full carries a Link to the next, which may turn out empty.\n\n" +
	"**Repeating.** Every POST takes an Idempotency-Key: if no answer came, the same request with the same key is safe. " +
	"For 24 hours it gets the first answer again, with Idempotent-Replay; another request with the key is refused with 422, one while the first is under way with 409 and Retry-After. " +
	"Answers that say to try again (429, 500, 503) are not remembered. For messages the key is their nonce.\n\n" +
	"**Limits.** A user may make 50 requests a second on one node, 100 in a burst, without those that send messages; the headers RateLimit-* tell what is left. " +
	"At most 10 messages are accepted from a user in any 10 seconds. Both are answered 429 with Retry-After."

// headers are those of answers that mean the same everywhere.
func headers() map[string]*huma.Header {
	whole := &huma.Schema{Type: huma.TypeInteger, Format: "int32"}
	return map[string]*huma.Header{
		"RateLimit-Limit":     {Description: "How many requests may be made in a burst", Schema: whole},
		"RateLimit-Remaining": {Description: "How many may be made now", Schema: whole},
		"RateLimit-Reset":     {Description: "Seconds until the whole burst may be made again", Schema: whole},
		"Retry-After":         {Description: "Seconds to wait before trying again", Schema: whole},
		"Idempotent-Replay":   {Description: "`true`: the Idempotency-Key was used before, and this was the answer", Schema: &huma.Schema{Type: huma.TypeString}},
		"ETag":                {Description: "The version, in quotes, for If-Match and If-None-Match", Schema: &huma.Schema{Type: huma.TypeString}},
		"Link":                {Description: `The next page: <address>; rel="next"`, Schema: &huma.Schema{Type: huma.TypeString}},
	}
}

// answersOf lists the statuses that an operation can have besides success, from
// its shape.
func answersOf(op *huma.Operation, input reflect.Type) []int {
	list := []int{http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if also, ok := op.Metadata[alsoAnswers].([]int); ok {
		list = append(list, also...)
	}
	if input.NumField() > 0 {
		list = append(list, http.StatusUnprocessableEntity)
	}
	if _, has := input.FieldByName("Body"); has {
		list = append(list, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if op.Security != nil {
		list = append(list, http.StatusUnauthorized)
		if op.Method != http.MethodGet {
			list = append(list, http.StatusForbidden, http.StatusConflict)
		}
	}
	if strings.Contains(op.Path, "{") {
		list = append(list, http.StatusNotFound)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// describeAnswers puts refusals and headers into the description of an operation.
func (a *api) describeAnswers(op *huma.Operation, statuses []int, problem *huma.Schema) {
	components := a.huma.OpenAPI().Components
	for status, answer := range op.Responses {
		a.describeHeaders(op, status, answer)
	}
	for _, status := range statuses {
		code := strconv.Itoa(status)
		if status == http.StatusNotModified {
			op.Responses[code] = &huma.Response{Description: "Nothing is new", Headers: map[string]*huma.Header{"ETag": headerRef("ETag")}}
			continue
		}
		if components.Responses[code] == nil {
			components.Responses[code] = &huma.Response{
				Description: reason(status), Content: map[string]*huma.MediaType{problemType: {Schema: problem}},
			}
			if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable || status == http.StatusConflict {
				components.Responses[code].Headers = map[string]*huma.Header{"Retry-After": headerRef("Retry-After")}
			}
		}
		op.Responses[code] = &huma.Response{Ref: componentResponses + code}
	}
	op.Responses["default"] = &huma.Response{
		Description: "What is wrong: `kind` tells a program, `detail` a person.",
		Content:     map[string]*huma.MediaType{problemType: {Schema: problem}},
	}
}

func (a *api) describeHeaders(op *huma.Operation, status string, answer *huma.Response) {
	if answer.Headers == nil {
		answer.Headers = map[string]*huma.Header{}
	}
	for name := range answer.Headers {
		answer.Headers[name] = headerRef(name)
	}
	if op.Security == nil || status == "default" {
		return
	}
	for _, name := range []string{"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} {
		answer.Headers[name] = headerRef(name)
	}
	if slices.ContainsFunc(op.Parameters, isRememberedKey) {
		answer.Headers["Idempotent-Replay"] = headerRef("Idempotent-Replay")
	}
}

func headerRef(name string) *huma.Header { return &huma.Header{Ref: "#/components/headers/" + name} }

// reason says what a status means here.
func reason(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "The body is no JSON"
	case http.StatusUnauthorized:
		return "There is no valid token"
	case http.StatusForbidden:
		return "Known, but not permitted; `detail` names the permission that is needed"
	case http.StatusNotFound:
		return "Absent, or not to be seen"
	case http.StatusConflict:
		return "It contradicts what is there; or a request with this Idempotency-Key is under way"
	case http.StatusGone:
		return "It was there, and is not any more"
	case http.StatusPreconditionFailed:
		return "It has changed since it was seen (If-Match): look again, then decide again"
	case http.StatusRequestEntityTooLarge:
		return "Beyond a limit"
	case http.StatusUnsupportedMediaType:
		return "The body must be application/json"
	case http.StatusUnprocessableEntity:
		return "Not as described; or the Idempotency-Key was used for another request"
	case http.StatusTooManyRequests:
		return "Too many requests, or messages: wait"
	case http.StatusServiceUnavailable:
		return "It cannot be answered now, and may have happened: repeat it with the same key"
	}
	return http.StatusText(status)
}

// describe completes the description; it does not change while the server runs.
func (a *api) describe() {
	doc := a.huma.OpenAPI()
	schemas := doc.Components.Schemas
	problem := schemas.Schema(typeOf[Problem](), true, "Problem")
	for _, op := range a.operations {
		a.describeAnswers(op.Operation, op.statuses, problem)
	}
	for name, schema := range schemas.Map() {
		// Requests are read strictly; answers may gain fields.
		if !strings.HasSuffix(name, "Body") && !strings.HasSuffix(name, "Input") {
			schema.AdditionalProperties = nil
		}
	}
	delete(schemas.Map(), "ErrorModel")
	delete(schemas.Map(), "ErrorDetail")
}

// encodeSpec is the description as it is served, made when somebody asks for it
// first: it takes as long as all the rest of the start.
func (a *api) encodeSpec() []byte {
	spec, err := json.MarshalIndent(a.huma.OpenAPI(), "", "  ")
	if err != nil {
		panic("api: the description cannot be encoded: " + err.Error()) // the programmer is wrong; a test sees it
	}
	return append(spec, '\n')
}

func (a *api) serveSpec(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/openapi+json")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(a.spec()) // whoever hung up does not want it
}

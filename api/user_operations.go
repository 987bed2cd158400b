package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"beep/chat"
)

type lookupInput struct {
	Body struct {
		UserIDs []ID `json:"user_ids" minItems:"1" maxItems:"100" nullable:"false"`
	} `contentType:"application/json"`
}

type searchUsersInput struct {
	Query string `query:"query" required:"true" minLength:"1" maxLength:"32" doc:"The beginning of a username"`
	After ID     `query:"after" doc:"The last user of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" doc:"20 unless told"`
}

func (a *api) userOperations() {
	register(a, secured("get-me", http.MethodGet, "/users/"+self, "users", "Who the token belongs to"), a.me)
	register(a, calling(secured("get-user", http.MethodGet, "/users/{user_id}", "users", "A user"), "user.get"), a.getUser)
	relay[lookupInput, Users](a, route{
		at: "POST /users/lookup", id: "look-up-users", tag: "users", calls: "user.get", summary: "Users by their identifiers",
	})
	relayPage[searchUsersInput, Users](a, route{
		at: "GET /users/search", id: "search-users", tag: "users", calls: "user.search", summary: "Users by the beginning of their names", page: 20,
	})
}

func (a *api) me(ctx context.Context, c caller, _ *struct{}) (*body[User], error) {
	account, err := a.Auth.Account(ctx, c.user)
	if err != nil {
		return nil, err
	}
	return &body[User]{userOf(account)}, nil
}

// getUser is user.get of one, who must be there.
func (a *api) getUser(ctx context.Context, c caller, in *UserPath) (*passed[User], error) {
	id, _, err := in.UserID.argument(c)
	if err != nil {
		return nil, err
	}
	var found struct{ Users []json.RawMessage }
	if err := a.request(ctx, c.user, "user.get", map[string]any{"user_ids": []any{id}}, &found); err != nil {
		return nil, err
	}
	if len(found.Users) == 0 {
		return nil, chat.Errorf(chat.NotFound, "get user", "there is no such user")
	}
	if err := json.Unmarshal(found.Users[0], new(User)); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return &passed[User]{raw[User]{found.Users[0]}}, nil
}

package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"beep/chat"
)

const (
	// Either query walks its own index from the place it is given, and leaves out
	// whom the other one shows earlier: what a page costs depends on its length,
	// not on how many members have the beginning in common.
	selectByUsername = selectMemberColumns + `WHERE server_id = ? AND username >= ? AND username < ? AND (username, user_id) > (?, ?)
AND NOT (nickname_key >= ? AND nickname_key < username) ORDER BY username, user_id LIMIT ?`
	selectByNickname = selectMemberColumns + `WHERE server_id = ? AND nickname_key <> '' AND nickname_key >= ? AND nickname_key < ?
AND (nickname_key, user_id) > (?, ?) AND NOT (username >= ? AND username <= nickname_key) ORDER BY nickname_key, user_id LIMIT ?`

	selectUsersByPrefix = `SELECT id, username, first_name, last_name FROM users WHERE username >= ? AND username < ? AND username > ?
ORDER BY username, id LIMIT ?`

	// MaxUsersFound bounds a page of SearchUsers: it is for somebody who types.
	MaxUsersFound = 20
	// lastRune is behind every character a name can go on with.
	lastRune = string(utf8.MaxRune)
)

// SearchMembers lists the members whose username or nickname begins with prefix,
// in any case, by the name that fits, beginning behind member after (0: at the
// first). With an empty prefix it is Members. Somebody who is no member any more
// cannot be gone on from: NotFound.
func (s *Store) SearchMembers(ctx context.Context, server chat.ServerID, prefix string, after chat.UserID, limit int) ([]Member, error) {
	const op = "search members"
	if limit < 1 || !storable(prefix) {
		return nil, chat.Errorf(chat.Invalid, op, "the query must be text and the limit at least 1")
	}
	if prefix == "" {
		return s.Members(ctx, server, after, limit)
	}
	limit, prefix = min(limit, MaxPage), strings.ToLower(prefix)
	place := ""
	if after != 0 {
		m, err := s.member(ctx, server, after)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, chat.Errorf(chat.NotFound, op, "there is no such member to go on from")
		} else if err != nil {
			return nil, s.wrap(op, err)
		}
		if place = m.shownAs(prefix); place == "" {
			return nil, chat.Errorf(chat.Invalid, op, "the member to go on from is not called so")
		}
	}
	args := []any{int64(server), prefix, prefix + lastRune, place, int64(after), prefix, limit}
	found, err := s.members(ctx, selectByUsername, args...)
	if err == nil {
		var more []namedMember
		more, err = s.members(ctx, selectByNickname, args...)
		found = append(found, more...)
	}
	if err != nil {
		return nil, s.wrap(op, err)
	}
	slices.SortFunc(found, func(a, b namedMember) int {
		return cmp.Or(strings.Compare(a.shownAs(prefix), b.shownAs(prefix)), cmp.Compare(a.UserID, b.UserID))
	})
	list := make([]Member, 0, min(limit, len(found)))
	for i := range found[:min(limit, len(found))] {
		list = append(list, found[i].Member)
	}
	return list, nil
}

// shownAs is the first of a member's names that begins with prefix, "" if none does.
func (m *namedMember) shownAs(prefix string) string {
	byName, byNick := strings.HasPrefix(m.Username, prefix), m.key != "" && strings.HasPrefix(m.key, prefix)
	switch {
	case byName && byNick:
		return min(m.Username, m.key)
	case byName:
		return m.Username
	case byNick:
		return m.key
	}
	return ""
}

// SearchUsers lists profiles whose username begins with prefix, in any case, by
// username, beginning behind username after ("": at the first); at most
// MaxUsersFound. An empty prefix finds nobody: there is no list of all users.
func (s *Store) SearchUsers(ctx context.Context, prefix, after string, limit int) ([]Profile, error) {
	const op = "search users"
	if limit < 1 || !storable(prefix) || !storable(after) {
		return nil, chat.Errorf(chat.Invalid, op, "the query must be text and the limit at least 1")
	}
	list := []Profile{}
	if prefix == "" {
		return list, nil
	}
	prefix = strings.ToLower(prefix)
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	err := s.read.query(ctx, func(rows *sql.Rows) error {
		var p Profile
		err := scanProfile(rows, &p)
		list = append(list, p)
		return err
	}, selectUsersByPrefix, prefix, prefix+lastRune, strings.ToLower(after), min(limit, MaxUsersFound))
	return list, s.wrap(op, err)
}

package api

import "net/http"

type membersInput struct {
	ServerPath
	After ID     `query:"after" doc:"The last user of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" doc:"100 unless told"`
	Query string `query:"query" maxLength:"32" doc:"The beginning of a username or nickname"`
}

type nicknameInput struct {
	MemberPath
	Body struct {
		Nickname string `json:"nickname" maxLength:"32" doc:"Empty: none"`
	} `contentType:"application/json"`
}

type muteInput struct {
	MemberPath
	Body struct {
		Until  int64  `json:"until" minimum:"1" maximum:"9007199254740991" doc:"Milliseconds since the Unix epoch, at most 28 days ahead"`
		Reason string `json:"reason,omitempty" maxLength:"500"`
	} `contentType:"application/json"`
}

type memberRolesInput struct {
	MemberPath
	Body struct {
		Add    []ID `json:"add,omitempty" nullable:"false" maxItems:"250"`
		Remove []ID `json:"remove,omitempty" nullable:"false" maxItems:"250"`
	} `contentType:"application/json"`
}

type reasonInput struct {
	MemberPath
	Reason string `query:"reason" maxLength:"500" doc:"For the audit log"`
}

type bansInput struct {
	ServerPath
	After ID  `query:"after" doc:"The last user of the page before"`
	Limit int `query:"limit" minimum:"1" maximum:"100" doc:"100 unless told"`
}

type banInput struct {
	ServerPath
	UserPath
	Body *struct {
		Reason       string `json:"reason,omitempty" maxLength:"500"`
		PurgeSeconds int64  `json:"purge_seconds,omitempty" minimum:"0" maximum:"604800" doc:"Delete his messages of that time"`
	} `contentType:"application/json"`
}

type unbanInput struct {
	ServerPath
	UserPath
}

func (a *api) memberOperations() {
	const (
		members = "/servers/{server_id}/members"
		member  = members + "/{user_id}"
		rule    = "Needs the permission manage_members and a higher rank."
	)
	relayPage[membersInput, Members](a, route{
		at: "GET " + members, id: "list-members", tag: "members", calls: "member.list", summary: "Members of a server", page: 100,
	})
	relay[MemberPath, Member](a, route{
		at: "GET " + member, id: "get-member", tag: "members", calls: "member.get", unwrap: "member", summary: "A member",
	})
	relay[nicknameInput, Recorded](a, route{
		at: "PUT " + member + "/nickname", id: "rename-member", tag: "members", calls: "member.rename", summary: "Set a nickname",
		doc: "One's own needs the permission change_nickname, others' manage_nicknames and a higher rank.",
	})
	relay[memberRolesInput, Recorded](a, route{
		at: "PATCH " + member + "/roles", id: "change-member-roles", tag: "members", calls: "member.roles", summary: "Give and take roles",
		doc: "Needs the permission manage_roles and a higher rank than the roles.",
	})
	relay[muteInput, Recorded](a, route{
		at: "PUT " + member + "/mute", id: "mute-member", tag: "members", calls: "member.mute", summary: "Mute a member for a time", doc: rule,
	})
	relay[reasonInput, Recorded](a, route{
		at: "DELETE " + member + "/mute", id: "unmute-member", tag: "members", calls: "member.mute", summary: "Let a member speak again", doc: rule,
		fixed: map[string]any{"until": 0},
	})
	relay[reasonInput, Recorded](a, route{
		at: "DELETE " + member, id: "kick-member", tag: "members", calls: "member.kick", summary: "Kick a member", doc: rule + " He may come back.",
	})
}

func (a *api) banOperations() {
	const (
		bans = "/servers/{server_id}/bans"
		rule = "Needs the permission manage_members"
	)
	relayPage[bansInput, Bans](a, route{
		at: "GET " + bans, id: "list-bans", tag: "members", calls: "ban.list", summary: "Who is banned", doc: rule + ".", page: 100, also: []int{http.StatusForbidden},
	})
	relay[banInput, Recorded](a, route{
		at: "PUT " + bans + "/{user_id}", id: "ban-member", tag: "members", calls: "member.ban", summary: "Ban a user", doc: rule + " and a higher rank.",
	})
	relay[unbanInput, Recorded](a, route{
		at: "DELETE " + bans + "/{user_id}", id: "unban-member", tag: "members", calls: "member.unban", summary: "Let a banned user come back", doc: rule + ".",
	})
}

package api

// row is one operation as it must reach its request.
type row struct {
	id, at, body string // of the operation
	call, args   string // of the request, with the members in the order of their names
	answer       string // of the request; "" is {"n":9}
	want         string // of the operation; "" is the answer
	status       int    // 0 is 200
}

const (
	numbered   = `{"n":9}`
	identified = `{"id":"5"}`
	offered    = `{"server":{"id":"5","name":"Club","description":"","owner_id":"7","members":2,"created_at":5},"by":"7"}`
	said       = `{"id":"1","channel_id":"12","sender_id":"7","seq":3,"type":"message","content":"hi","created_at":5}`
	room       = `{"id":"12","server_id":null,"name":"general","type":"text","position":0,"created_at":5}`
	club       = `{"id":"5","kind":"server","name":"Club"}`
	bob        = `{"user_id":"8","username":"bob","joined_at":5,"status":"online"}`
	everyone   = `{"id":"5","name":"everyone","position":0,"permissions":[]}`
	befriended = `{"state":"friends"}`
	placed     = `{"id":"1","channel_id":"12","seq":3,"created_at":5}`
)

// rows has every operation that is a request.
func rows() []row {
	return append(append(append(serverRows(), channelRows()...), messageRows()...), peopleRows()...)
}

func serverRows() []row {
	return []row{
		{id: "browse-servers", at: "GET /servers?query=ho&after=3&limit=2", call: "server.browse", args: `{"after":"3","limit":2,"query":"ho"}`, answer: `{"servers":[]}`},
		{
			id: "create-server", at: "POST /servers", body: `{"name":"Home","description":"","visibility":"public","picture":"1","banner":"2"}`, call: "server.create",
			args: `{"banner":"2","description":"","name":"Home","picture":"1","visibility":"public"}`, answer: identified, status: 201,
		},
		{id: "create-server", at: "POST /servers", body: `{"name":"Home","visibility":"private"}`, call: "server.create", args: `{"name":"Home","visibility":"private"}`, answer: identified, status: 201},
		{id: "get-server", at: "GET /servers/5", call: "server.get", args: `{"server_id":"5"}`, answer: `{"server":` + club + `}`, want: club},
		{id: "update-server", at: "PATCH /servers/5", body: `{"description":""}`, call: "server.update", args: `{"description":"","server_id":"5"}`},
		{
			id: "update-server", at: "PATCH /servers/5", body: `{"name":"a","visibility":"private","picture":"","banner":"3"}`, call: "server.update",
			args: `{"banner":"3","name":"a","picture":"","server_id":"5","visibility":"private"}`,
		},
		{id: "delete-server", at: "DELETE /servers/5", call: "server.delete", args: `{"server_id":"5"}`},
		{id: "transfer-server", at: "POST /servers/5/transfer", body: `{"user_id":"8"}`, call: "server.transfer", args: `{"server_id":"5","user_id":"8"}`},
		{id: "join-server", at: "POST /servers/5/membership", call: "server.join", args: `{"server_id":"5"}`, answer: identified},
		{id: "leave-server", at: "DELETE /servers/5/membership", call: "server.leave", args: `{"server_id":"5"}`, status: 204},
		{
			id: "list-audit-log", at: "GET /servers/5/audit-log?before=30&limit=3&by=8&action=member_banned", call: "audit.list",
			args:   `{"action":"member_banned","before":30,"by":"8","limit":3,"server_id":"5"}`,
			answer: `{"entries":[{"number":29,"at":5,"by":"8","action":"member_banned","target_kind":"user","target":"9","before":null,"after":{"reason":"x"}}]}`,
		},
		{id: "get-invitation", at: "GET /invitations/ab-C9", call: "invitation.get", args: `{"code":"ab-C9"}`, answer: offered},
		{id: "accept-invitation", at: "POST /invitations/ab-C9/accept", call: "server.join", args: `{"code":"ab-C9"}`, answer: identified},
		{
			id: "create-invitation", at: "POST /servers/5/invitations", body: `{"expires_in":0,"max_uses":3}`, call: "invitation.create",
			args: `{"expires_in":0,"max_uses":3,"server_id":"5"}`, answer: `{"code":"a","expires_at":0}`, status: 201,
		},
		{id: "create-invitation", at: "POST /servers/5/invitations", call: "invitation.create", args: `{"server_id":"5"}`, answer: `{"code":"a","expires_at":7}`, status: 201},
		{id: "list-invitations", at: "GET /servers/5/invitations", call: "invitation.list", args: `{"server_id":"5"}`, answer: `{"invitations":[]}`},
		{id: "revoke-invitation", at: "DELETE /servers/5/invitations/ab-C9", call: "invitation.revoke", args: `{"code":"ab-C9","server_id":"5"}`},
		{id: "invite-user", at: "PUT /servers/5/invited/8", call: "invitation.send", args: `{"server_id":"5","user_id":"8"}`},
		{id: "accept-server-invitation", at: "POST /me/invitations/5/accept", call: "invitation.accept", args: `{"server_id":"5"}`, answer: `{}`, status: 204},
		{id: "refuse-server-invitation", at: "DELETE /me/invitations/5", call: "invitation.refuse", args: `{"server_id":"5"}`, answer: `{}`, status: 204},
		{id: "list-roles", at: "GET /servers/5/roles", call: "role.list", args: `{"server_id":"5"}`, answer: `{"roles":[` + everyone + `]}`},
		{id: "get-role", at: "GET /servers/5/roles/5", call: "role.list", args: `{"server_id":"5"}`, answer: `{"roles":[` + everyone + `]}`, want: everyone},
		{
			id: "create-role", at: "POST /servers/5/roles", body: `{"name":"mods","color":16711680,"permissions":["manage_members"],"mentionable":true}`, call: "role.create",
			args: `{"color":16711680,"mentionable":true,"name":"mods","permissions":["manage_members"],"server_id":"5"}`, answer: identified, status: 201,
		},
		{id: "order-roles", at: "PUT /servers/5/roles/order", body: `{"order":["9","8"]}`, call: "role.order", args: `{"order":["9","8"],"server_id":"5"}`},
		{
			id: "update-role", at: "PATCH /servers/5/roles/9", body: `{"permissions":[],"mentionable":false}`, call: "role.update",
			args: `{"mentionable":false,"permissions":[],"role_id":"9","server_id":"5"}`,
		},
		{id: "update-role", at: "PATCH /servers/5/roles/9", body: `{"name":"a","color":0}`, call: "role.update", args: `{"color":0,"name":"a","role_id":"9","server_id":"5"}`},
		{id: "delete-role", at: "DELETE /servers/5/roles/9", call: "role.delete", args: `{"role_id":"9","server_id":"5"}`},
		{id: "list-members", at: "GET /servers/5/members?after=2&limit=3&query=bo", call: "member.list", args: `{"after":"2","limit":3,"query":"bo","server_id":"5"}`, answer: `{"members":[]}`},
		{id: "get-member", at: "GET /servers/5/members/@me", call: "member.get", args: `{"server_id":"5","user_id":"7"}`, answer: `{"member":` + bob + `}`, want: bob},
		{id: "rename-member", at: "PUT /servers/5/members/8/nickname", body: `{"nickname":""}`, call: "member.rename", args: `{"nickname":"","server_id":"5","user_id":"8"}`},
		{
			id: "change-member-roles", at: "PATCH /servers/5/members/8/roles", body: `{"add":["9"],"remove":[]}`, call: "member.roles",
			args: `{"add":["9"],"remove":[],"server_id":"5","user_id":"8"}`,
		},
		{
			id: "mute-member", at: "PUT /servers/5/members/8/mute", body: `{"until":1763675464000,"reason":"loud"}`, call: "member.mute",
			args: `{"reason":"loud","server_id":"5","until":1763675464000,"user_id":"8"}`,
		},
		{id: "unmute-member", at: "DELETE /servers/5/members/8/mute", call: "member.mute", args: `{"server_id":"5","until":0,"user_id":"8"}`},
		{id: "kick-member", at: "DELETE /servers/5/members/8?reason=for%20now", call: "member.kick", args: `{"reason":"for now","server_id":"5","user_id":"8"}`},
		{id: "list-bans", at: "GET /servers/5/bans?after=2&limit=3", call: "ban.list", args: `{"after":"2","limit":3,"server_id":"5"}`, answer: `{"bans":[]}`},
		{
			id: "ban-member", at: "PUT /servers/5/bans/8", body: `{"reason":"spam","purge_seconds":3600}`, call: "member.ban",
			args: `{"purge_seconds":3600,"reason":"spam","server_id":"5","user_id":"8"}`,
		},
		{id: "ban-member", at: "PUT /servers/5/bans/8", call: "member.ban", args: `{"server_id":"5","user_id":"8"}`},
		{id: "unban-member", at: "DELETE /servers/5/bans/8", call: "member.unban", args: `{"server_id":"5","user_id":"8"}`},
	}
}

func channelRows() []row {
	return []row{
		{id: "create-channel", at: "POST /servers/5/channels", body: `{"name":"general"}`, call: "channel.create", args: `{"name":"general","server_id":"5"}`, answer: identified, status: 201},
		{
			id: "create-channel", at: "POST /servers/5/channels",
			body: `{"name":"a","type":"conference","topic":"t","parent_id":"6","slow_mode":5,"private":true,"permissions":[{"role_id":"5","allow":["connect"]}]}`, call: "channel.create",
			args:   `{"name":"a","parent_id":"6","permissions":[{"role_id":"5","allow":["connect"]}],"private":true,"server_id":"5","slow_mode":5,"topic":"t","type":"conference"}`,
			answer: identified, status: 201,
		},
		{id: "get-channel", at: "GET /channels/12", call: "channel.get", args: `{"channel_id":"12"}`, answer: `{"channel":` + room + `}`, want: room},
		{
			id: "update-channel", at: "PATCH /channels/12", body: `{"name":"a","topic":"","parent_id":"","position":0,"slow_mode":0,"archived":false}`, call: "channel.update",
			args: `{"archived":false,"channel_id":"12","name":"a","parent_id":"","position":0,"slow_mode":0,"topic":""}`,
		},
		{id: "update-channel", at: "PATCH /channels/12", body: `{"parent_id":"6"}`, call: "channel.update", args: `{"channel_id":"12","parent_id":"6"}`},
		{id: "delete-channel", at: "DELETE /channels/12", call: "channel.delete", args: `{"channel_id":"12"}`},
		{id: "list-channel-members", at: "GET /channels/12/members?after=2&limit=3", call: "channel.members", args: `{"after":"2","channel_id":"12","limit":3}`, answer: `{"members":[]}`},
		{id: "add-to-channel", at: "PUT /channels/12/members/8", call: "channel.add", args: `{"channel_id":"12","user_id":"8"}`},
		{id: "join-channel", at: "PUT /channels/12/membership", call: "channel.join", args: `{"channel_id":"12"}`},
		{id: "leave-channel", at: "DELETE /channels/12/membership", call: "channel.leave", args: `{"channel_id":"12"}`},
		{id: "create-thread", at: "POST /channels/12/threads", body: `{"name":"a","message_id":"34"}`, call: "thread.create", args: `{"channel_id":"12","message_id":"34","name":"a"}`, answer: identified, status: 201},
		{id: "start-typing", at: "POST /channels/12/typing", call: "typing.start", args: `{"channel_id":"12"}`, answer: `{}`, status: 204},
		{id: "list-conference", at: "GET /channels/12/conference", call: "conference.members", args: `{"channel_id":"12"}`, answer: `{"user_ids":["7"]}`},
		{id: "remove-from-conference", at: "DELETE /channels/12/conference/8", call: "conference.remove", args: `{"channel_id":"12","user_id":"8"}`},
		{
			id: "set-role-override", at: "PUT /channels/12/permissions/role/9", body: `{"allow":["send_messages"],"deny":[]}`, call: "override.set",
			args: `{"allow":["send_messages"],"channel_id":"12","deny":[],"role_id":"9"}`,
		},
		{id: "set-member-override", at: "PUT /channels/12/permissions/member/8", body: `{"deny":["view_channels"]}`, call: "override.set", args: `{"channel_id":"12","deny":["view_channels"],"member_id":"8"}`},
		{id: "remove-role-override", at: "DELETE /channels/12/permissions/role/9", call: "override.remove", args: `{"channel_id":"12","role_id":"9"}`},
		{id: "remove-member-override", at: "DELETE /channels/12/permissions/member/8", call: "override.remove", args: `{"channel_id":"12","member_id":"8"}`},
		{
			id: "explain-permission", at: "GET /permissions/why?channel_id=12&user_id=@me&permission=send_messages", call: "permissions.why",
			args: `{"channel_id":"12","permission":"send_messages","user_id":"7"}`, answer: `{"allowed":true,"steps":[{"rule":"owner","effect":"allows","holds":true}]}`,
		},
		{
			id: "explain-permission", at: "GET /permissions/why?server_id=5&permission=send_messages", call: "permissions.why",
			args: `{"permission":"send_messages","server_id":"5"}`, answer: `{"allowed":false,"steps":[]}`,
		},
	}
}

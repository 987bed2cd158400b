package api

import "net/http"

type createChannelInput struct {
	ServerPath
	Body struct {
		Name        string          `json:"name" minLength:"1" maxLength:"100" example:"general"`
		Type        string          `json:"type,omitempty" enum:"text,conference,category" doc:"text unless told"`
		Topic       string          `json:"topic,omitempty" maxLength:"1024"`
		ParentID    ID              `json:"parent_id,omitempty" doc:"A category"`
		SlowMode    int             `json:"slow_mode,omitempty" minimum:"0" maximum:"21600" doc:"Seconds between two messages of a member"`
		Private     bool            `json:"private,omitempty" doc:"Only whom an override allows it sees the channel, and who makes it"`
		Permissions []OverrideInput `json:"permissions,omitempty" nullable:"false" maxItems:"500" doc:"Overrides; exactly one of role_id and member_id in each"`
	} `contentType:"application/json"`
}

// OverrideInput is an override of a new channel.
type OverrideInput struct {
	RoleID   ID      `json:"role_id,omitempty"`
	MemberID ID      `json:"member_id,omitempty"`
	Allow    []Right `json:"allow,omitempty" nullable:"false" maxItems:"64"`
	Deny     []Right `json:"deny,omitempty" nullable:"false" maxItems:"64"`
}

type getChannelInput struct {
	ChannelPath
	Unless
}

type updateChannelInput struct {
	ChannelPath
	If
	Body struct {
		Name     string `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Topic    string `json:"topic,omitempty" maxLength:"1024"`
		ParentID string `json:"parent_id,omitempty" pattern:"^([1-9][0-9]{0,18})?$" doc:"A category; empty: none"`
		Position int    `json:"position,omitempty" minimum:"0" maximum:"2147483647"`
		SlowMode int    `json:"slow_mode,omitempty" minimum:"0" maximum:"21600"`
		Archived bool   `json:"archived,omitempty" doc:"Of a thread: nothing may be sent there until it is opened again"`
	} `contentType:"application/json"`
}

type deleteChannelInput struct {
	ChannelPath
	If
}

type seersInput struct {
	ChannelPath
	After ID  `query:"after" doc:"The last user of the page before"`
	Limit int `query:"limit" minimum:"1" maximum:"100" doc:"100 unless told"`
}

type channelUserInput struct {
	ChannelPath
	UserPath
}

type threadInput struct {
	ChannelPath
	Body struct {
		Name      string `json:"name" minLength:"1" maxLength:"100"`
		MessageID ID     `json:"message_id,omitempty" doc:"The message that the thread is about"`
	} `contentType:"application/json"`
}

func (a *api) channelOperations() {
	relay[createChannelInput, Identified](a, route{
		at: "POST /servers/{server_id}/channels", id: "create-channel", tag: "channels", calls: "channel.create", summary: "Create a channel", status: http.StatusCreated,
	})
	relayVersion[getChannelInput, Channel](a, route{
		at: "GET /channels/{channel_id}", id: "get-channel", tag: "channels", calls: "channel.get", unwrap: "channel", summary: "A channel",
	})
	relayChange[updateChannelInput](a, route{
		at: "PATCH /channels/{channel_id}", id: "update-channel", tag: "channels", calls: "channel.update", summary: "Change a channel",
	})
	relayChange[deleteChannelInput](a, route{
		at: "DELETE /channels/{channel_id}", id: "delete-channel", tag: "channels", calls: "channel.delete", summary: "Delete a channel",
		doc: "A category goes with its channels, a channel with its threads.",
	})
	relayPage[seersInput, Seers](a, route{
		at: "GET /channels/{channel_id}/members", id: "list-channel-members", tag: "channels", calls: "channel.members", summary: "Who may see a channel", page: 100,
	})
	relay[channelUserInput, Recorded](a, route{
		at: "PUT /channels/{channel_id}/members/{user_id}", id: "add-to-channel", tag: "channels", calls: "channel.add", summary: "Let a member into a private channel",
	})
	relay[threadInput, Identified](a, route{
		at: "POST /channels/{channel_id}/threads", id: "create-thread", tag: "channels", calls: "thread.create", summary: "Create a thread", status: http.StatusCreated,
	})
	relayQuietly[ChannelPath](a, route{
		at: "POST /channels/{channel_id}/typing", id: "start-typing", tag: "channels", calls: "typing.start",
		summary: "Tell that one is typing", doc: "It holds for 8 seconds.",
	})
}

func (a *api) conferenceOperations() {
	relay[ChannelPath, Recorded](a, route{
		at: "PUT /channels/{channel_id}/membership", id: "join-channel", tag: "channels", calls: "channel.join", summary: "Join a conference",
	})
	relay[ChannelPath, Recorded](a, route{
		at: "DELETE /channels/{channel_id}/membership", id: "leave-channel", tag: "channels", calls: "channel.leave", summary: "Leave a conference or a private channel",
	})
	relay[ChannelPath, UserIDs](a, route{
		at: "GET /channels/{channel_id}/conference", id: "list-conference", tag: "channels", calls: "conference.members", summary: "Who is in a conference",
	})
	relay[channelUserInput, Recorded](a, route{
		at: "DELETE /channels/{channel_id}/conference/{user_id}", id: "remove-from-conference", tag: "channels", calls: "conference.remove",
		summary: "Take somebody out of a conference", doc: "Needs the permission move_members.",
	})
}

package requests

import "beep/chat"

// catalogue is every request of PROTOCOL.md but message.send, which has a way of
// its own; a test holds the two lists equal.
func (s *Service) catalogue() map[string]method {
	return map[string]method{
		"message.forward": handle(s.forwardMessage),
		"message.edit":    handle(s.editMessage),
		"message.delete":  handle(s.deleteMessage),
		"message.list":    handle(s.listMessages),
		"message.get":     handle(s.getMessage),
		"message.edits":   handle(s.listEdits),
		"message.pin":     handle(s.pinMessage),
		"message.unpin":   handle(s.unpinMessage),
		"message.pins":    handle(s.listPins),
		"reaction.add":    handle(s.addReaction),
		"reaction.remove": handle(s.removeReaction),
		"reaction.list":   handle(s.listReaction),
		"poll.vote":       handle(s.votePoll),
		"poll.close":      handle(s.closePoll),

		"server.create":   handle(s.createServer),
		"server.get":      handle(s.getServer),
		"server.update":   handle(s.updateServer),
		"server.delete":   handle(s.deleteServer),
		"server.transfer": handle(s.transferServer),
		"server.browse":   handle(s.browseServers),
		"server.join":     handle(s.joinServer),
		"server.leave":    handle(s.leaveServer),

		"channel.create":     handle(s.createChannel),
		"channel.get":        handle(s.getChannel),
		"channel.update":     handle(s.updateChannel),
		"channel.delete":     handle(s.deleteChannel),
		"channel.add":        handle(s.addToChannel),
		"channel.join":       handle(s.joinChannel),
		"channel.leave":      handle(s.leaveChannel),
		"channel.members":    handle(s.channelMembers),
		"override.set":       handle(s.setOverride),
		"override.remove":    handle(s.removeOverride),
		"thread.create":      handle(s.createThread),
		"conference.members": handle(s.conferenceMembers),
		"conference.remove":  handle(s.removeFromConference),

		"role.list":   handle(s.listRoles),
		"role.create": handle(s.createRole),
		"role.update": handle(s.updateRole),
		"role.delete": handle(s.deleteRole),
		"role.order":  handle(s.orderRoles),

		"member.list":   handle(s.listMembers),
		"member.get":    handle(s.getMember),
		"member.roles":  handle(s.changeMemberRoles),
		"member.rename": handle(s.renameMember),
		"member.mute":   handle(s.muteMember),
		"member.kick":   handle(s.kickMember),
		"member.ban":    handle(s.banMember),
		"member.unban":  handle(s.unbanMember),
		"ban.list":      handle(s.listBans),

		"invitation.create": handle(s.createInvitation),
		"invitation.get":    handle(s.getInvitation),
		"invitation.list":   handle(s.listInvitations),
		"invitation.revoke": handle(s.revokeInvitation),
		"invitation.send":   handle(s.sendInvitation),
		"invitation.accept": handle(s.acceptInvitation),
		"invitation.refuse": handle(s.refuseInvitation),

		"audit.list":      handle(s.listAudit),
		"permissions.why": handle(s.whyPermission),

		"user.get":       handle(s.getUsers),
		"user.search":    handle(s.searchUsers),
		"friend.request": handle(s.requestFriend),
		"friend.accept":  handle(s.relating(chat.ActAccept)),
		"friend.decline": handle(s.relating(chat.ActDecline)),
		"friend.cancel":  handle(s.relating(chat.ActCancel)),
		"friend.remove":  handle(s.removeFriend),
		"friend.list":    handle(s.listFriends),
		"user.block":     handle(s.relating(chat.ActBlock)),
		"user.unblock":   handle(s.relating(chat.ActUnblock)),

		"direct.create": handle(s.createGroup),
		"direct.add":    handle(s.addToGroup),
		"direct.rename": handle(s.renameGroup),
		"direct.leave":  handle(s.leaveGroup),
		"direct.remove": handle(s.removeFromGroup),

		"typing.start":        handle(s.startTyping),
		"read.set":            handle(s.setRead),
		"unread.list":         handle(s.listUnread),
		"notification.set":    handle(s.setNotification),
		"notification.snooze": handle(s.snooze),
	}
}

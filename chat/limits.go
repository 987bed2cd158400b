package chat

// Limits of what a person or program may store. Each has its reason; all are
// checked by the rules, whatever door the request came in by.
const (
	MaxContentRunes = 4000  // a page and a half of text; longer things are files
	MaxContentBytes = 16000 // four bytes a rune
	MaxNonceBytes   = 36    // room for a UUID

	MinUsernameLen = 2
	MaxUsernameLen = 32

	MaxServerName        = 100
	MaxServerDescription = 500
	MaxChannelName       = 100
	MaxTopic             = 1024
	MaxRoleName          = 100
	MaxNickname          = 32
	MaxReason            = 500
	MaxImageReference    = 20 // the digits of an identifier

	MaxServersPerUser    = 50      // SRV-3
	MaxChannelsPerServer = 500     // keeps ready small; threads are counted apart
	MaxThreadsPerServer  = 1000    // likewise
	MaxRolesPerServer    = 250     // fits a RoleSet, everyone included
	MaxOverrides         = 500     // of one channel: a private channel with as many members
	MaxMembersPerServer  = 500_000 // what one server actor holds in memory (about 150 bytes each)
	MaxBans              = 100_000 // likewise
	MaxSilenced          = 10_000  // mutes remembered of those who have left
	MaxInvitations       = 500     // open at once in one server
	MaxEndedInvitations  = 500     // remembered, so that using one is answered "gone"
	MaxInvitationUses    = 1_000_000
	MaxInvitationCode    = 32          // bytes; codes are made by the server
	MaxSlowMode          = 6 * 60 * 60 // seconds
	MaxChannelPosition   = 9999        // room to leave gaps between 500 channels
	MaxColor             = 0xFFFFFF    // red, green and blue, eight bits each
	// MaxInherited is how many overrides of its category a channel takes over
	// when it gets its first own: one commit, the own one included.
	MaxInherited = 200
	// MaxTold is how many members hear of their server's end from the server; the
	// others' actors find out when they next look.
	MaxTold = 1000

	// MaxMuteMillis and MaxInvitationMillis end times that are typing errors.
	MaxMuteMillis       = 28 * 24 * 60 * 60 * 1000
	MaxInvitationMillis = 365 * 24 * 60 * 60 * 1000
	// InvitationMillis is how long an invitation in the application is open.
	InvitationMillis = 7 * 24 * 60 * 60 * 1000
	// MaxPurgeMillis is how far back a ban may delete messages.
	MaxPurgeMillis = 7 * 24 * 60 * 60 * 1000
	// MaxPurgedMessages bounds the messages of one channel that a ban deletes: one record.
	MaxPurgedMessages = 5000

	MaxFriends         = 500 // each is a conversation that every session follows
	MaxPendingRelation = 200 // friend requests, sent and received
	MaxBlocked         = 1000
	MaxGroups          = 50 // group conversations of one user
	MaxGroupMembers    = 10 // SOC-7
	MaxAdding          = 20 // friends that one user is adding to groups: more than fill a group at once
	MaxServerInvited   = 100
	MaxNotifyLevels    = 1000 // levels set, servers and channels together
	// MaxReadPositions is how many channels a user has a position in, all his servers
	// together: a session's start carries those of its servers, and every snapshot
	// all. Few see as many; leaving a server gives its positions back.
	MaxReadPositions = 20_000
	MaxSnoozeMillis  = 30 * 24 * 60 * 60 * 1000

	MaxReactions        = 20   // different emoji under one message
	MaxReactors         = 1000 // users of one emoji under one message: what an actor keeps
	MaxEmojiBytes       = 64   // the longest sequence in Unicode's list has 35
	MaxPins             = 250  // of one channel
	MaxPollOptions      = 10
	MaxPollText         = 200
	MaxPollVoters       = 10_000
	MaxPollMillis       = 32 * 24 * 60 * 60 * 1000
	MaxMentions         = 50 // users, and roles, that one message may mention
	MaxConferenceMember = 100

	// MaxSequence is the greatest number that every JSON reader keeps exact.
	MaxSequence = 1<<53 - 1

	MaxHistoryPage     = 100
	DefaultHistoryPage = 50

	// RecentMessages is how many of its newest messages a channel keeps in
	// memory: two screens and a page, so that opening a channel never asks the
	// read model.
	RecentMessages = 128

	// NoncesPerAuthor is how many sends an author may have unanswered in one
	// channel: a repeat among them gets the first answer (MSG-8).
	NoncesPerAuthor = 64
	// NoncesPerChannel bounds the memory of all authors together.
	NoncesPerChannel = 16384

	// SendWindowMessages in SendWindowMillis is MSG-7: the most messages
	// accepted from one user in any such stretch of time.
	SendWindowMessages = 10
	SendWindowMillis   = 10_000

	// MaxRecordsPerCommit and MaxCommitBytes bound a group commit: one
	// JetStream message, well under its 1 MiB payload limit.
	MaxRecordsPerCommit = 256
	MaxCommitBytes      = 256 << 10
)

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

	MaxServersPerUser    = 50      // SRV-3
	MaxChannelsPerServer = 500     // keeps ready small
	MaxMembersPerServer  = 500_000 // what one server actor holds in memory (about 100 bytes each)

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

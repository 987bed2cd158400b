package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"beep/chat"
)

// AuditEntry says who did what to whom in a server.
type AuditEntry struct {
	// Number orders the entries of a server, and is where a page goes on from. It
	// stays the same when the read model is folded anew, and below 2^53.
	Number     uint64
	At         int64 // Unix milliseconds
	ActorID    chat.UserID
	Action     string // the name of the event
	TargetKind string // server, channel, role, user, message or invitation
	TargetID   uint64 // of an invitation its number: the code is a secret
	ChannelID  chat.ChannelID
	Reason     string
	Before     json.RawMessage // nil for nothing
	After      json.RawMessage // nil for nothing
}

// AuditQuery asks for a page of a server's audit log, the newest first.
type AuditQuery struct {
	Server chat.ServerID
	Before uint64      // only entries with a lower number; 0: from the newest on
	Actor  chat.UserID // only his, if not 0
	Action string      // only these, if not ""
	Limit  int
}

const (
	insertAudit = `INSERT INTO audit (server_id, number, log_id, log_number, at, actor_id, action, target_kind, target_id, channel_id, reason, before, after)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (server_id, number, log_id, log_number) DO NOTHING`
	selectAudit = `SELECT number, at, actor_id, action, target_kind, target_id, channel_id, reason, before, after FROM audit
WHERE server_id = ? AND number < ?`
	auditByActor  = ` AND actor_id = ?`
	auditByAction = ` AND action = ?`
	auditOrder    = ` ORDER BY number DESC, log_id DESC, log_number DESC LIMIT ?`

	// auditLowBits of a number tell entries of the same millisecond apart.
	auditLowBits = 12
	// auditTies is how many entries that share the last one's number a page takes
	// along, so that the next page, which begins below it, lacks none.
	auditTies = 8
)

// AuditLog lists the entries of a page: Limit of them, or a few more where the
// last ones share a number.
func (s *Store) AuditLog(ctx context.Context, q AuditQuery) ([]AuditEntry, error) {
	const op = "read audit log"
	if q.Limit < 1 || !storable(q.Action) {
		return nil, chat.Errorf(chat.Invalid, op, "the action must be text and the limit at least 1")
	}
	query, args := selectAudit, []any{int64(q.Server), beforeNumber(q.Before)}
	if q.Actor != 0 {
		query, args = query+auditByActor, append(args, int64(q.Actor))
	}
	if q.Action != "" {
		query, args = query+auditByAction, append(args, q.Action)
	}
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	list := []AuditEntry{}
	err := s.read.query(ctx, func(rows *sql.Rows) error {
		var e AuditEntry
		var before, after string
		err := rows.Scan(&e.Number, &e.At, &e.ActorID, &e.Action, &e.TargetKind, &e.TargetID, &e.ChannelID, &e.Reason, &before, &after)
		if before != "" {
			e.Before = json.RawMessage(before)
		}
		if after != "" {
			e.After = json.RawMessage(after)
		}
		list = append(list, e)
		return err
	}, query+auditOrder, append(args, min(q.Limit, MaxPage)+auditTies)...)
	n := min(q.Limit, MaxPage)
	for n < len(list) && list[n].Number == list[n-1].Number {
		n++
	}
	return list[:min(n, len(list))], s.wrap(op, err)
}

// PutAudit adds an entry of record number of the log of k, a server's or a
// channel's. Its Number is made here:
//
// A server's entries come from many logs, each with numbers of its own, and in
// no order among them. So the number is made of the record: its time since the
// epoch of identifiers in the upper bits, and in the lower twelve the record's
// number, begun elsewhere for each log. Within a log entries keep their order;
// entries of different logs and the same millisecond may share a number, rarely.
func (t *Tx) PutAudit(k chat.Key, number uint64, e AuditEntry) error {
	_, err := t.exec(insertAudit, int64(k.Tenant), int64(auditNumber(k, number, e.At)), int64(k.ID), int64(number), e.At, int64(e.ActorID),
		e.Action, e.TargetKind, int64(e.TargetID), int64(e.ChannelID), e.Reason, string(e.Before), string(e.After))
	return err
}

func auditNumber(k chat.Key, number uint64, at int64) uint64 {
	ms := uint64(max(at-chat.SnowflakeEpoch, 0)) & (1<<(53-auditLowBits) - 1)
	low := (number + k.ID>>chat.SnowflakeSequenceBits) & (1<<auditLowBits - 1)
	return max(ms<<auditLowBits|low, 1)
}

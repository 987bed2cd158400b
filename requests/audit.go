package requests

import (
	"context"
	"encoding/json"
	"strconv"

	"beep/chat"
	"beep/store"
)

const (
	defaultAudit = 50
	// scannedEntries is how many entries one request looks at, however few of
	// them are for the one who asks.
	scannedEntries = 1000
)

type auditArgs struct {
	ServerID chat.ServerID `json:"server_id"`
	Before   uint64        `json:"before"`
	Limit    *int          `json:"limit"`
	By       chat.UserID   `json:"by"`
	Action   string        `json:"action"`
}

type auditReply struct {
	Entries []auditEntry `json:"entries"`
	// Next is the number to go on before, when a page is short because most of
	// what was looked at is not for him; absent otherwise.
	Next uint64 `json:"next,omitempty"`
}

type auditEntry struct {
	Number     uint64          `json:"number"`
	At         int64           `json:"at"`
	By         chat.UserID     `json:"by,omitempty"`
	Action     string          `json:"action"`
	TargetKind string          `json:"target_kind,omitempty"`
	Target     string          `json:"target,omitempty"`
	ChannelID  chat.ChannelID  `json:"channel_id,omitempty"`
	Reason     string          `json:"reason,omitempty"`
	Before     json.RawMessage `json:"before,omitempty"`
	After      json.RawMessage `json:"after,omitempty"`
}

// listAudit shows who has done what to those who may view the audit log, but for
// what concerns channels that they do not see, the category that a channel stands
// in included: of a channel that is no more nobody can say any longer who has seen
// it, so only administrators are told.
func (s *Service) listAudit(ctx context.Context, who chat.UserID, a auditArgs) (any, error) {
	const op = "list audit log"
	limit, err := pageLimit(op, a.Limit, defaultAudit)
	if err != nil {
		return nil, err
	}
	if err := checkQuery(op, a.Action); err != nil {
		return nil, err
	}
	var must uint64
	err = s.inRealServer(ctx, op, who, a.ServerID, func(l *looking) error {
		must = l.st.Number
		return needs(op, l.can(0), chat.ViewAuditLog)
	})
	if err != nil {
		return nil, err
	}
	err = s.caughtUp(ctx, op, must, func() (uint64, error) { return s.cfg.Read.Applied(ctx, chat.ServerKey(a.ServerID)) })
	if err != nil {
		return nil, err
	}
	out := auditReply{Entries: []auditEntry{}}
	q := store.AuditQuery{Server: a.ServerID, Before: a.Before, Actor: a.By, Action: a.Action, Limit: limit}
	for looked := 0; len(out.Entries) < limit; {
		page, err := s.cfg.Read.AuditLog(ctx, q)
		if err != nil || len(page) == 0 {
			return out, err
		}
		err = s.inRealServer(ctx, op, who, a.ServerID, func(l *looking) error {
			out.Entries = append(out.Entries, l.entries(page)...)
			return needs(op, l.can(0), chat.ViewAuditLog)
		})
		if err != nil {
			return nil, err
		}
		if len(page) < limit {
			return out, nil
		}
		q.Before = page[len(page)-1].Number
		if looked += len(page); looked >= scannedEntries {
			out.Next = q.Before
			return out, nil
		}
	}
	return out, nil
}

// withoutParent leaves out in which channel a channel stands or stood, if that is
// one that who looks does not see.
func (l *looking) withoutParent(settings json.RawMessage) json.RawMessage {
	var said struct {
		ParentID chat.ChannelID `json:"parent_id"`
	}
	if json.Unmarshal(settings, &said) != nil || said.ParentID == 0 || l.sees(said.ParentID) {
		return settings // what is no object of settings has no such field
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(settings, &fields); err != nil {
		return nil // cannot be: it was read a moment ago
	}
	delete(fields, "parent_id")
	shown, err := json.Marshal(fields)
	if err != nil {
		return nil // likewise
	}
	return shown
}

// entries are those of page that who looks may see.
func (l *looking) entries(page []store.AuditEntry) []auditEntry {
	all := l.can(0).Has(chat.Administrator)
	codes := l.can(0).Has(chat.ManageInvitations) || l.can(0).Has(chat.ManageServer)
	var list []auditEntry
	for i := range page {
		e := &page[i]
		if !all && e.ChannelID != 0 && !l.sees(e.ChannelID) {
			continue
		}
		v := auditEntry{
			Number: e.Number, At: e.At, By: e.ActorID, Action: e.Action, TargetKind: e.TargetKind, ChannelID: e.ChannelID,
			Reason: e.Reason, Before: e.Before, After: e.After,
		}
		if e.TargetID != 0 {
			v.Target = strconv.FormatUint(e.TargetID, 10)
		}
		if e.TargetKind == "invitation" && !codes {
			v.Before, v.After = nil, nil // the code is a secret of those who manage invitations
		}
		if !all {
			v.Before, v.After = l.withoutParent(v.Before), l.withoutParent(v.After)
		}
		list = append(list, v)
	}
	return list
}

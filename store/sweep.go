package store

import (
	"context"
	"database/sql"

	"beep/chat"
)

// Deleting a channel or a server must not hold a transaction, and with it the
// projection and every account, for as long as a million rows take. So it comes
// in two steps:
//
//  1. DeleteChannel or DeleteServer, in the transaction of the record that says
//     so: the entity is marked gone, its few rows (server, channels) are deleted,
//     and jobs are put into the table sweeps for the many.
//  2. Sweep, in transactions of their own, until it says that nothing is due:
//     each deletes a bounded stretch of what the oldest job names.
//
// Jobs survive a crash. Each is done twice, the second time an hour later: a
// second projector on the same database, which should not be and is safe all the
// same, may not have known yet that the channel is gone when it added messages.
// What is marked gone stays so for ever: records of a deleted channel can
// come later than the server's record that deletes it, since their streams are
// read side by side.
//
// Rows of a channel name it alone. So Sweep leaves a channel be that is, at that
// moment, another server's: a log that says of a channel that it is gone speaks
// for its own server only.
const (
	upsertSweep = `INSERT INTO sweeps (kind, id, due, last) VALUES (?, ?, ?, FALSE)
ON CONFLICT (kind, id) DO UPDATE SET due = excluded.due, last = FALSE`
	selectSweep   = `SELECT kind, id, last FROM sweeps WHERE due <= ? ORDER BY due, id, kind LIMIT 1`
	postponeSweep = `UPDATE sweeps SET due = ?, last = TRUE WHERE kind = ? AND id = ?`
	deleteSweep   = `DELETE FROM sweeps WHERE kind = ? AND id = ?`
	// A channel that is gone has neither a row nor a log that is not gone.
	selectLiving   = `SELECT 1 FROM channels WHERE id = ? UNION ALL SELECT 1 FROM entities WHERE id = ? AND kind = 'c' AND gone = FALSE LIMIT 1`
	countSweepsDue = `SELECT COUNT(*) FROM sweeps WHERE due <= ?`

	// The channels of a server that was erased are known by their rows, or by
	// what was folded in of them before: their streams are read side by side.
	selectTenantChannels = `SELECT id FROM channels WHERE server_id = ? UNION SELECT id FROM entities WHERE tenant = ? AND kind = 'c'`
	deleteServerRow      = `DELETE FROM servers WHERE id = ?`
	deleteServerChannels = `DELETE FROM channels WHERE server_id = ?`
	deleteChannelRow     = `DELETE FROM channels WHERE id = ? AND server_id = ?`
	deleteTenantLetters  = `DELETE FROM dead_letters WHERE tenant = ?`

	// sweepAgainMillis is when a job is done for the second time.
	sweepAgainMillis = 60 * 60 * 1000
)

// sweepTable is a table with rows of a channel or a server, and the column by
// which a stretch of them is cut off.
type sweepTable struct{ name, scope, order string }

func sweepTables(kind string) []sweepTable {
	if kind == kindText(chat.KindServer) {
		return []sweepTable{
			{"members", "server_id", "user_id"}, {"bans", "server_id", "user_id"},
			{"invitations", "server_id", "number"}, {"audit", "server_id", "number"},
		}
	}
	tables := []sweepTable{{"messages", "channel_id", "seq"}}
	for _, name := range hangingTables() {
		tables = append(tables, sweepTable{name, "channel_id", "seq"})
	}
	return tables
}

// DeleteChannel marks a channel as gone and begins to delete what it held; now
// is the time in Unix milliseconds.
func (t *Tx) DeleteChannel(server chat.ServerID, ch chat.ChannelID, now int64) error {
	if _, err := t.exec(deleteChannelRow, int64(ch), int64(server)); err != nil {
		return err
	}
	return t.markGone(chat.ChannelKey(server, ch), now)
}

// DeleteServer marks a server, or a direct conversation, as gone and begins to
// delete what it held, its channels included; now is the time in Unix
// milliseconds. Dead letters hold contents too: they are deleted at once.
func (t *Tx) DeleteServer(server chat.ServerID, now int64) error {
	var channels []chat.ChannelID
	err := t.query(func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		channels = append(channels, chat.ChannelID(id))
		return err
	}, selectTenantChannels, int64(server), int64(server))
	if err != nil {
		return err
	}
	for _, ch := range channels {
		if err := t.markGone(chat.ChannelKey(server, ch), now); err != nil {
			return err
		}
	}
	for _, query := range []string{deleteServerRow, deleteServerChannels, deleteTenantLetters} {
		if _, err := t.exec(query, int64(server)); err != nil {
			return err
		}
	}
	return t.markGone(chat.ServerKey(server), now)
}

func (t *Tx) markGone(k chat.Key, now int64) error {
	if _, err := t.exec(upsertGone, int64(k.ID), kindText(k.Kind), int64(k.Tenant)); err != nil {
		return err
	}
	_, err := t.exec(upsertSweep, kindText(k.Kind), int64(k.ID), now)
	return err
}

// SweepsDue is how many channels and servers are gone and not swept yet at a time
// (Unix milliseconds).
func (s *Store) SweepsDue(ctx context.Context, now int64) (int, error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	var n int
	err := s.read.queryRow(ctx, countSweepsDue, now).Scan(&n)
	return n, s.wrap("count sweeps", err)
}

// Sweep deletes about budget rows of what is gone; now is the time in Unix
// milliseconds. more: there may be more to do at this time.
func (t *Tx) Sweep(now int64, budget int) (more bool, err error) {
	for budget > 0 {
		var kind string
		var id int64
		var last, found bool
		err := t.query(func(rows *sql.Rows) error {
			found = true
			return rows.Scan(&kind, &id, &last)
		}, selectSweep, now)
		if err != nil || !found {
			return false, err
		}
		left, err := t.sweepOne(kind, id, budget)
		if err != nil {
			return false, err
		}
		if budget = left; budget <= 0 {
			return true, nil
		}
		if last {
			_, err = t.exec(deleteSweep, kind, id)
		} else {
			_, err = t.exec(postponeSweep, now+sweepAgainMillis, kind, id)
		}
		if err != nil {
			return false, err
		}
		budget-- // a job without rows is work as well
	}
	return true, nil
}

// sweepOne works on one job and says how much of the budget is left; none: there
// may be rows left.
func (t *Tx) sweepOne(kind string, id int64, budget int) (left int, err error) {
	if kind == kindText(chat.KindChannel) {
		if living, err := t.living(id); living || err != nil {
			return budget, err
		}
	}
	for _, table := range sweepTables(kind) {
		n, err := t.sweepTable(table, id, budget)
		if budget -= n; err != nil || budget <= 0 {
			return 0, err
		}
	}
	return budget, nil
}

// living reports whether a channel is some server's still.
func (t *Tx) living(id int64) (living bool, err error) {
	err = t.query(func(rows *sql.Rows) error {
		var one int
		living = true
		return rows.Scan(&one)
	}, selectLiving, id, id)
	return living, err
}

// sweepTable deletes about budget rows: a stretch of the key, up to the place
// where they end.
func (t *Tx) sweepTable(table sweepTable, id int64, budget int) (int, error) {
	from := ` FROM ` + table.name + ` WHERE ` + table.scope + ` = ?`
	end, cut := int64(maxSequence), false
	err := t.query(func(rows *sql.Rows) error {
		cut = true
		return rows.Scan(&end)
	}, `SELECT `+table.order+from+` ORDER BY `+table.order+` LIMIT 1 OFFSET ?`, id, budget-1)
	if err != nil {
		return 0, err
	}
	n, err := t.exec(`DELETE`+from+` AND `+table.order+` <= ?`, id, end)
	if cut {
		n = max(n, int64(budget))
	}
	return int(n), err
}

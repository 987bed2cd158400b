package requests

import (
	"context"
	"io"

	"beep/chat"
)

// Export writes everything about a server, its messages included, to w: for its
// owner alone; of a direct conversation for each of its members (SOC-5). An error after the first byte leaves w without its last line, by
// which a reader knows.
func (s *Service) Export(ctx context.Context, who chat.UserID, server chat.ServerID, w io.Writer) error {
	const op = "export server"
	err := s.inServer(ctx, op, who, server, func(l *looking) error {
		if !chat.MayExport(l.st, who) {
			return chat.Errorf(chat.Forbidden, op, "only the owner may export a server")
		}
		return nil
	})
	if err != nil {
		return err
	}
	if s.cfg.Export == nil {
		return chat.Errorf(chat.Unavailable, op, "temporarily unavailable")
	}
	return s.cfg.Export(ctx, server, w)
}

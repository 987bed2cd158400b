package jetstream

import (
	"fmt"
	"log/slog"
	"sync/atomic"
)

// serverLogger passes what nats-server warns of on to slog, and keeps the first
// fatal message: an embedded server must not end the program, StartServer
// returns it instead.
type serverLogger struct {
	logger *slog.Logger
	fatal  atomic.Pointer[string]
}

func (l *serverLogger) Noticef(string, ...any) {}
func (l *serverLogger) Debugf(string, ...any)  {}
func (l *serverLogger) Tracef(string, ...any)  {}

func (l *serverLogger) Warnf(format string, v ...any) {
	l.logger.Warn("nats server warns", "text", fmt.Sprintf(format, v...))
}

func (l *serverLogger) Errorf(format string, v ...any) {
	l.logger.Error("nats server reports an error", "text", fmt.Sprintf(format, v...))
}

func (l *serverLogger) Fatalf(format string, v ...any) {
	text := fmt.Sprintf(format, v...)
	l.fatal.CompareAndSwap(nil, &text)
	l.logger.Error("nats server cannot go on", "text", text)
}

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// logDelay is how long a line of the log waits for others, so that a busy
	// server does not write each by itself.
	logDelay = 100 * time.Millisecond
	// logFull is how many bytes wait at most.
	logFull = 32 << 10
)

// newLog returns a log that writes text to out, a moment later and several lines
// at once. A warning or an error is written at once, with what came before it.
// The caller must call flush at the end.
func newLog(out io.Writer, level slog.Level) (log *slog.Logger, flush func()) {
	w := &logWriter{out: out}
	w.timer = time.AfterFunc(logDelay, w.flush)
	return slog.New(logHandler{slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}), w}), w.flush
}

// logHandler lets nothing wait that somebody should see.
type logHandler struct {
	slog.Handler
	out *logWriter
}

// Handle implements slog.Handler.
func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	err := h.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		h.out.flush()
	}
	return err //nolint:wrapcheck // it is the handler's own
}

// WithAttrs implements slog.Handler.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs), h.out}
}

// WithGroup implements slog.Handler.
func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{h.Handler.WithGroup(name), h.out}
}

// logWriter collects lines. It is safe for concurrent use.
type logWriter struct {
	out   io.Writer
	timer *time.Timer // flushes

	mu    sync.Mutex
	lines []byte
}

// Write implements io.Writer. The error is about an earlier line, or about this
// one where there is no room for it any more.
func (w *logWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.lines) == 0 {
		w.timer.Reset(logDelay)
	}
	w.lines = append(w.lines, line...)
	if len(w.lines) < logFull {
		return len(line), nil
	}
	return len(line), w.write()
}

func (w *logWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.write() // there is no other place to say so
}

func (w *logWriter) write() error {
	if len(w.lines) == 0 {
		return nil
	}
	_, err := w.out.Write(w.lines)
	w.lines = w.lines[:0]
	if err != nil {
		return fmt.Errorf("write the log: %w", err)
	}
	return nil
}

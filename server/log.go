package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
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
	return slog.New(logHandler{Handler: slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}), out: w}), w.flush
}

// logHandler lets nothing wait that somebody should see.
type logHandler struct {
	slog.Handler
	out *logWriter
	// with says that its lines have attributes or a group of their own.
	with bool
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
	return logHandler{h.Handler.WithAttrs(attrs), h.out, true}
}

// WithGroup implements slog.Handler.
func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{h.Handler.WithGroup(name), h.out, true}
}

// A requestLine is what the log says about one answered request.
type requestLine struct {
	at               time.Time // when it was answered
	level            slog.Level
	id, method, path string
	status, bytes    int
	took             time.Duration
}

// write writes the line. Our own handler takes its text as it is, which is ten
// times cheaper than a record with attributes. One that adds something of its own
// to each line gets the record.
func (l *requestLine) write(ctx context.Context, h slog.Handler) {
	if own, ok := h.(logHandler); ok && !own.with {
		_ = own.out.add(func(b []byte) []byte { return l.append(own.out.appendTime(b, l.at)) }) // there is no other place to say that it failed
		return
	}
	_ = h.Handle(ctx, l.record())
}

func (l *requestLine) record() slog.Record {
	r := slog.NewRecord(l.at, l.level, "request", 0) // nobody asks which line of code wrote it
	r.AddAttrs(slog.String("id", l.id), slog.String("method", l.method), slog.String("path", l.path),
		slog.Int("status", l.status), slog.Int("bytes", l.bytes), slog.Duration("took", l.took))
	return r
}

// append adds the text that a slog.TextHandler makes of the record after its time.
func (l *requestLine) append(b []byte) []byte {
	b = append(b, " level="...)
	b = append(b, l.level.String()...)
	b = append(b, " msg=request id="...)
	b = append(b, l.id...)
	b = appendText(append(b, " method="...), l.method)
	b = appendText(append(b, " path="...), l.path)
	b = strconv.AppendInt(append(b, " status="...), int64(l.status), 10)
	b = strconv.AppendInt(append(b, " bytes="...), int64(l.bytes), 10)
	b = append(b, " took="...)
	b = append(b, l.took.String()...)
	return append(b, '\n')
}

// appendText adds a value that came from outside. In quotes it can't look like
// another value, nor like another line.
func appendText(b []byte, s string) []byte {
	for _, c := range []byte(s) {
		if c <= ' ' || c == '"' || c == '=' || c > 0x7f {
			return strconv.AppendQuote(b, s)
		}
	}
	if s == "" {
		return append(b, `""`...)
	}
	return append(b, s...)
}

// logWriter collects lines. It is safe for concurrent use.
type logWriter struct {
	out   io.Writer
	timer *time.Timer // flushes

	mu    sync.Mutex
	lines []byte
	// second is the one that the text is of, up to its milliseconds.
	second int64
	text   []byte
}

// appendTime adds a time as a slog.TextHandler does. Most of it is what the line
// before had. It is called with mu held.
func (w *logWriter) appendTime(b []byte, t time.Time) []byte {
	const layout = "time=2006-01-02T15:04:05"
	if second := t.Unix(); second != w.second || w.text == nil {
		w.second, w.text = second, t.AppendFormat(w.text[:0], layout+".000Z07:00")
	}
	b = append(b, w.text...)
	millis := b[len(b)-len(w.text)+len(layout)+1:]
	for i, ms := 2, t.Nanosecond()/int(time.Millisecond); i >= 0; i, ms = i-1, ms/10 {
		millis[i] = byte('0' + ms%10)
	}
	return b
}

// Write implements io.Writer. The error is about an earlier line, or about this
// one where there is no room for it any more.
func (w *logWriter) Write(line []byte) (int, error) {
	return len(line), w.add(func(lines []byte) []byte { return append(lines, line...) })
}

// add lets write append a line to those that wait.
func (w *logWriter) add(write func([]byte) []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.lines) == 0 {
		w.timer.Reset(logDelay)
	}
	w.lines = write(w.lines)
	if len(w.lines) < logFull {
		return nil
	}
	return w.write()
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

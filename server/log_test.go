package main

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLogWaitsForMoreLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out logBuffer
		log, flush := newLog(&out, slog.LevelInfo)
		log.Info("one")
		if out.String() != "" {
			t.Error("a line was written by itself")
		}
		time.Sleep(logDelay)
		synctest.Wait()
		if !strings.Contains(out.String(), "msg=one") {
			t.Errorf("after %s the log holds %q", logDelay, out.String())
		}
		log.Debug("too small")
		log.Info("two")
		flush()
		if got := out.String(); !strings.Contains(got, "msg=two") || strings.Contains(got, "small") {
			t.Errorf("at the end the log holds %q", got)
		}
	})
}

func TestLogWritesAWarningAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out logBuffer
		log, _ := newLog(&out, slog.LevelInfo)
		log.With("part", "server").WithGroup("g").Info("before")
		log.With("part", "server").WithGroup("g").Warn("look", "at", "this")
		before, look := strings.Index(out.String(), "msg=before"), strings.Index(out.String(), "msg=look")
		if before < 0 || look < before {
			t.Errorf("the log holds %q", out.String())
		}
	})
}

func TestLogKeepsABoundedPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out logBuffer
		log, flush := newLog(&out, slog.LevelInfo)
		for range 100 {
			log.Info("line", "text", strings.Repeat("x", 1000))
		}
		if n := len(out.String()); n < 100*1000-logFull {
			t.Errorf("%d bytes were written, the rest waits", n)
		}
		flush()
		if n := strings.Count(out.String(), "\n"); n != 100 {
			t.Errorf("%d lines of 100", n)
		}
	})
}

// TestRequestLine proves that our short way to the line of a request writes what
// slog would.
func TestRequestLine(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 67_890_000, time.FixedZone("", 3600))
	for _, path := range []string{"/idp/main/token", "/", "/a b", `/"`, "/a=b", "/a%2Fb", "/x\ny", "/x\x00", "/~a.b-c_d+e:f@g,h;i", "/x\x7f", "", `/a\b`} {
		line := requestLine{at: at, level: slog.LevelInfo, id: "00ff", method: "PUT", path: path, status: 404, bytes: -1, took: 1_234_567}
		var want strings.Builder
		if err := slog.NewTextHandler(&want, nil).Handle(t.Context(), line.record()); err != nil {
			t.Fatal(err)
		}
		if got := string(line.append(new(logWriter).appendTime(nil, at))); got != want.String() {
			t.Errorf("path %q\n got %s want %s", path, got, want.String())
		}
	}
}

// Most of a time comes from the line before, and is right all the same.
func TestLogTime(t *testing.T) {
	at := time.Date(2026, 12, 31, 23, 59, 58, 0, time.FixedZone("", -3600))
	var w logWriter
	for _, after := range []time.Duration{0, 7 * time.Millisecond, 999_999_999, time.Second, 1123 * time.Millisecond, time.Minute, -time.Hour} {
		var want strings.Builder
		r := slog.NewRecord(at.Add(after), slog.LevelInfo, "", 0)
		if err := slog.NewTextHandler(&want, nil).Handle(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if got := string(w.appendTime(nil, r.Time)); !strings.HasPrefix(want.String(), got+" ") {
			t.Errorf("%s begins %s", want.String(), got)
		}
	}
}

// A request's line has what the log was told to add to each line.
func TestRequestLineKeepsAttributes(t *testing.T) {
	line := requestLine{level: slog.LevelInfo, id: "00ff", method: "GET", path: "/"}
	for name, change := range map[string]func(*slog.Logger) *slog.Logger{
		"":                    func(l *slog.Logger) *slog.Logger { return l },
		"part=server id=00ff": func(l *slog.Logger) *slog.Logger { return l.With("part", "server") },
		"g.id=00ff":           func(l *slog.Logger) *slog.Logger { return l.WithGroup("g") },
	} {
		var out logBuffer
		log, flush := newLog(&out, slog.LevelInfo)
		line.write(t.Context(), change(log).Handler())
		flush()
		if got := out.String(); !strings.Contains(got, "msg=request ") || !strings.Contains(got, name) {
			t.Errorf("the line is %q, without %q", got, name)
		}
	}
}

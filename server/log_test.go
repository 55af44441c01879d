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

package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// childFile names the file that a test binary started again writes to, instead of
// running tests.
const childFile = "CLAIMCHECK_STORE_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childFile); path != "" {
		os.Exit(child(path))
	}
	os.Exit(m.Run())
}

// keptAs is what the n-th write keeps: more than a page, so that a write that was
// cut in the middle would show.
func keptAs(n int) string {
	return `{"tried":` + strconv.Itoa(n) + `,"draft":"` + strings.Repeat(strconv.Itoa(n%10), pageSize+n%700) + `"}`
}

// child writes one state after the other, and prints the number of each once it
// is confirmed. It begins behind what the file has, and goes on until it is
// killed or its input ends.
func child(path string) int {
	ctx := context.Background()
	d, err := Open(ctx, Config{Path: path, Now: func() time.Time { return time.Unix(1_767_225_600, 0) }})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	have, err := d.Load(ctx, "alice")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println("open")
	for n := len(have) + 1; ; n++ {
		if err := d.Save(ctx, "alice", map[string][]byte{"/learn/" + strconv.Itoa(n): []byte(keptAs(n))}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(n)
	}
}

// A writer is a process that writes to the file.
type writer struct {
	cmd *exec.Cmd
	out *bufio.Scanner
}

func startWriter(t *testing.T, path string) *writer {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childFile+"="+path)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe() // it ends with us
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w := &writer{cmd, bufio.NewScanner(out)}
	if w.line() != "open" {
		t.Fatal("the process could not open the file")
	}
	return w
}

func (w *writer) line() string {
	w.out.Scan()
	return w.out.Text()
}

// kill ends the process in the middle of whatever it does, and returns the last
// write that it had confirmed until then.
func (w *writer) kill(t *testing.T, last int) int {
	t.Helper()
	if err := w.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for w.out.Scan() {
		if n, err := strconv.Atoi(w.out.Text()); err == nil { // the last line may be cut
			last = n
		}
	}
	_ = w.cmd.Wait() // "signal: killed"
	return last
}

// TestKilled kills the process at random moments during a thousand writes: what it
// had confirmed is there, whole, and so is what it had confirmed before.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "progress.db")
	seed := uint64(time.Now().UnixNano()) // each run tries other moments; the log names them
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	kills, confirmed := 0, 0
	for confirmed < 1000 || kills%2 == 1 {
		w := startWriter(t, path)
		for range random.IntN(100) {
			n, err := strconv.Atoi(w.line())
			if err != nil {
				t.Fatal(err)
			}
			confirmed = n
		}
		confirmed = w.kill(t, confirmed)
		if kills++; kills%2 == 1 {
			continue // the next process finds what the killed one left
		}
		d, err := open(t, path)
		if err != nil {
			t.Fatalf("after %d writes: %v", confirmed, err)
		}
		got := load(t, d, "alice")
		for n := 1; n <= confirmed; n++ {
			if got["/learn/"+strconv.Itoa(n)] != keptAs(n) {
				t.Fatalf("write %d of %d confirmed ones is lost or cut", n, confirmed)
			}
		}
		if len(got) > confirmed+1 {
			t.Fatalf("%d writes are there, %d confirmed and one under way", len(got), confirmed)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d writes, killed %d times", confirmed, kills)
}

// TestSecondProcess: it is told that the file is in use, the first one goes on, and
// once that has been killed the file is free.
func TestSecondProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "progress.db")
	w := startWriter(t, path)
	for range 5 {
		if d, err := open(t, path); !errors.Is(err, ErrInUse) {
			t.Fatalf("a second process opens the file: %v %v", d, err)
		}
		w.line()
	}
	last := w.kill(t, 0)
	d := mustOpen(t, path)
	if got := load(t, d, "alice"); len(got) < last || last == 0 {
		t.Errorf("%d writes, %d were confirmed", len(got), last)
	}
}

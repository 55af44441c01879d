package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/selftest"
	"claimcheck/playground"
	"claimcheck/web"
)

// selfTestCost is what one self-test takes of an address's allowance: it makes
// keys and sends some five hundred requests, half a second of CPU.
const selfTestCost = 20

// selfTests keeps the last self-test, and lets one run at a time.
type selfTests struct {
	running sync.Mutex

	mu     sync.Mutex
	report *selftest.Report
	lab    string    // whose report it is; others do not see it
	at     time.Time // by the lab's clock
	policy string
}

// run tests a twin of the lab's AcmeID.
func (t *selfTests) run(ctx context.Context, l *lab.Lab) error {
	t.running.Lock()
	defer t.running.Unlock()
	if err := ctx.Err(); err != nil { // whoever asked is gone
		return fmt.Errorf("self-test: %w", err)
	}
	report, err := selftest.Twin(ctx, l.Provider().Config())
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.report, t.lab, t.at, t.policy = report, l.ID(), l.Now(), string(l.Policy())
	return nil
}

// selfTestPage is GET /lab/selftest: what the last self-test has found.
func (s *server) selfTestPage(c *gin.Context) error {
	return s.page(c, http.StatusOK, "selftest", web.Page{
		Title: "Is the metadata true?", Description: "Each value of AcmeID’s discovery document, used over HTTP; each value that it leaves out, asked for.",
		Nav: "lab", Mark: labName(s.labOf(c)), Data: s.selfTests.view(s.labOf(c)),
	})
}

// selfTestRun runs one and shows it.
func (s *server) selfTestRun(c *gin.Context) error {
	l := s.labOf(c)
	if err := s.mustOwn(c, l); err != nil {
		return err
	}
	if err := s.spend(c, selfTestCost, "A self-test sends some five hundred requests."); err != nil {
		return err
	}
	if err := s.selfTests.run(c.Request.Context(), l); err != nil {
		return err
	}
	return s.redirect(c, "/lab/selftest#outcome")
}

// view is the page of a lab. It is empty before the first run, and after that of
// another lab.
func (t *selfTests) view(l *lab.Lab) web.SelfTest {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.report == nil || t.lab != l.ID() {
		return web.SelfTest{}
	}
	v := web.SelfTest{Ran: t.at.UTC().Format("2 January 2006, " + time.TimeOnly), Policy: t.policy, Tried: len(t.report.Rows), Failed: t.report.Failed()}
	for i := range t.report.Rows {
		row := &t.report.Rows[i]
		if n := len(v.Members); n == 0 || v.Members[n-1].ID != row.ID {
			v.Members = append(v.Members, web.SelfTestMember{
				ID: row.ID, Title: row.Title, Cite: row.Spec.String(), CiteHref: row.Spec.URL(), Status: string(playground.StatusPass),
			})
		}
		m := &v.Members[len(v.Members)-1]
		one := web.SelfTestRow{Value: row.Value, Advertised: row.Advertised, Sent: row.Sent, Came: row.Came, Status: string(row.Status)}
		if row.Status == playground.StatusFail {
			one.Expected, one.Got, one.Fix = row.Expected, row.Got, row.Fix
			m.Status = one.Status
		}
		if row.Advertised {
			m.Advertised++
		} else {
			m.LeftOut++
		}
		m.Rows = append(m.Rows, one)
	}
	return v
}

// metadata is the check that AcmeID's document is true, by the same self-test.
func (c *checkup) metadata(ctx context.Context) error {
	report, err := selftest.Twin(ctx, c.world.Main().Provider().Config())
	if err != nil {
		return err
	}
	var wrong []error
	for i := range report.Rows {
		if row := &report.Rows[i]; row.Status == playground.StatusFail {
			wrong = append(wrong, fmt.Errorf("%s %s: %s, want %s (%s → %s)", row.ID, row.Value, row.Got, row.Expected, row.Sent, row.Came))
		}
	}
	return errors.Join(wrong...)
}

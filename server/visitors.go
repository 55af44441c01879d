package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
)

// labCookie names the lab in which a browser works, where each visitor has one.
// It is SameSite=Lax, so that who comes by a link from another site finds their
// lab again; what changes a lab, or shows its log, takes the owner's cookie too.
const labCookie = "cc_lab"

// labKey is where a request's lab stands in Gin's context.
const labKey = "lab"

// visitCost is what a new lab takes of an address's allowance.
const visitCost = 10

// labValue is what the cookie holds: the lab's id, and that it was given to this
// browser. Who knows an id only, as from an issuer, gets nowhere with it.
func labValue(l *lab.Lab) string {
	mac := hmac.New(sha256.New, []byte(l.Secret()))
	mac.Write([]byte("visitor of lab " + l.ID()))
	return l.ID() + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// labOf is the lab in which the request works. On a server that only this machine
// can reach that is the lab main; else it is the visitor's own. A page that needs
// no lab is not worth opening one: there it is main for who has none yet.
func (s *server) labOf(c *gin.Context) *lab.Lab {
	if l, ok := c.Get(labKey); ok {
		return l.(*lab.Lab) //nolint:forcetypeassert // nothing else is put there
	}
	l := s.labHeld(c.Request)
	if l == nil {
		l = s.world.Main()
	}
	c.Set(labKey, l)
	return l
}

// labHeld is the lab that the browser's cookie names, or main for who proves to
// own it. It is nil for a visitor without one.
func (s *server) labHeld(r *http.Request) *lab.Lab {
	if s.origin.local {
		return s.world.Main()
	}
	for _, c := range r.CookiesNamed(labCookie) {
		id, _, _ := strings.Cut(c.Value, ".")
		if l, ok := s.world.Lab(id); ok && same(c.Value, labValue(l)) {
			return l
		}
	}
	if s.owns(r, s.world.Main()) {
		return s.world.Main()
	}
	return nil
}

// ownLab opens a lab for a visitor who has none, before a page that needs one.
func (s *server) ownLab(c *gin.Context) {
	if err := s.needLab(c); err != nil {
		s.fail(c, err)
		c.Abort()
	}
}

// needLab opens a lab for a visitor who has none, where a page turns out to need
// one.
func (s *server) needLab(c *gin.Context) error {
	if s.labHeld(c.Request) != nil {
		return nil
	}
	return s.visit(c)
}

func (s *server) visit(c *gin.Context) error {
	if err := s.spend(c, visitCost, "Each visitor gets a lab, and opening one takes some work."); err != nil {
		return err
	}
	l, err := s.world.Visit(s.rand)
	if errors.Is(err, lab.ErrFull) {
		c.Header("Retry-After", "600")
		return problem{
			Status: http.StatusServiceUnavailable, Title: "Every lab of this server is in use.",
			Detail: "Each visitor has a lab, and there is room for a limited number.",
			Fix:    "Try again later, or start a server on your own machine: there is always room in it.",
		}
	}
	if err != nil {
		return err
	}
	s.giveLab(c, l)
	// This very request comes from the owner, too.
	c.Request.AddCookie(&http.Cookie{Name: ownerCookie, Value: ownerValue(l)})
	return nil
}

// giveLab makes a lab the browser's: the one it works in, and its own.
func (s *server) giveLab(c *gin.Context, l *lab.Lab) {
	c.Set(labKey, l)
	http.SetCookie(c.Writer, &http.Cookie{
		Name: labCookie, Value: labValue(l), Path: "/",
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.origin.secure(),
	})
	s.giveOwnership(c, l)
}

// labName is a lab as a page's head names it. A visitor's has an id that says
// nothing to people.
func labName(l *lab.Lab) string {
	if l.OfVisitor() {
		return "your own lab"
	}
	return "lab " + l.ID()
}

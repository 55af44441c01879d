package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
)

// ownerCookie proves to a lab that its owner is looking. It is SameSite=Strict:
// no other site can use it.
const ownerCookie = "cc_owner"

// ownerValue is what the cookie must hold. It comes from the lab's secret and
// does not give that away.
func ownerValue(l *lab.Lab) string {
	mac := hmac.New(sha256.New, []byte(l.Secret()))
	mac.Write([]byte("owner cookie of lab " + l.ID()))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// giveOwnership sets the owner's cookie.
func (s *server) giveOwnership(c *gin.Context, l *lab.Lab) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: ownerCookie, Value: ownerValue(l), Path: "/",
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.origin.secure(),
	})
}

// owns says whether the request comes from the lab's owner: by the cookie, or
// by the lab's secret as a bearer token.
func (s *server) owns(r *http.Request, l *lab.Lab) bool {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return same(strings.TrimSpace(token), l.Secret())
	}
	for _, c := range r.CookiesNamed(ownerCookie) {
		if same(c.Value, ownerValue(l)) {
			return true
		}
	}
	return false
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// visits says whether a person who opens a page of the lab may see all of it. On
// a server that only this machine can reach, who opens one becomes the owner.
func (s *server) visits(c *gin.Context, l *lab.Lab) bool {
	if s.owns(c.Request, l) {
		return true
	}
	if s.origin.local {
		s.giveOwnership(c, l)
	}
	return s.origin.local
}

// mustOwn is a problem for everybody but the lab's owner.
func (s *server) mustOwn(c *gin.Context, l *lab.Lab) error {
	if s.owns(c.Request, l) {
		return nil
	}
	return notOwner(c, s.origin, l)
}

func notOwner(c *gin.Context, o origin, l *lab.Lab) error {
	c.Header("WWW-Authenticate", `Bearer realm="lab `+l.ID()+`"`)
	return problem{
		Status: http.StatusUnauthorized, Title: "This is for the owner of the lab.",
		Detail: "The log holds codes and tokens, and the controls change what others see.",
		Fix:    "In a browser, open " + o.String() + "/lab first. In a script, send the lab's secret as a bearer token; that page shows it.",
	}
}

// labOpen makes the browser the owner's, for who knows the lab's secret.
func (s *server) labOpen(c *gin.Context) error {
	form, err := s.form(c)
	if err != nil {
		return err
	}
	l := s.world.Main()
	if !same(form.Get("secret"), l.Secret()) {
		return problem{
			Status: http.StatusForbidden, Title: "That is not the secret of this lab.",
			Fix: "Ask whoever started the server.",
		}
	}
	s.giveLab(c, l)
	return s.redirect(c, "/lab")
}

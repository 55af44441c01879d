package main

import (
	"net/http"

	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
	"claimcheck/web"

	"github.com/gin-gonic/gin"
)

// playgroundPage shows the bench with nothing on it yet but a token to build.
func (s *server) playgroundPage(c *gin.Context) error {
	f := s.newBench()
	return s.showBench(c, f)
}

// playgroundForm does what the pressed button says and shows the bench again.
// Without a button it only reads what was typed: that is what the live page sends.
func (s *server) playgroundForm(c *gin.Context) error {
	values, err := s.form(c)
	if err != nil {
		return err
	}
	f := readBench(values)
	do, name := values.Get("do"), ""
	if do == "" {
		do, name = cutButton(values.Get("press"))
	}
	switch do {
	case "example":
		err = s.loadExample(c.Request.Context(), &f, name)
	case "template":
		s.loadTemplate(&f, name)
	case "now":
		f.Now = name
	case "take":
		f.take()
	case "inner":
		if !s.mayDecrypt(c, f.Token) {
			return tooMuchAtOnce(c)
		}
		f.unwrap()
	case "send":
		s.sendBuilt(&f)
	case "generate":
		if !s.mayMakeKey(c, f.KeyAlgorithm) {
			return tooManyKeys(c)
		}
		f.generate()
	case "clear":
		f = s.newBench()
	}
	if err != nil {
		return err
	}
	return s.showBench(c, f)
}

// showBench judges what is on the bench and renders it. Nobody keeps the page.
func (s *server) showBench(c *gin.Context, f benchForm) error {
	view := s.viewBench(f)
	if view.encrypted {
		if !s.mayDecrypt(c, f.Token) {
			return tooMuchAtOnce(c)
		}
		view.decrypt(f)
	}
	status := http.StatusOK
	if len(f.Token) > playground.MaxToken {
		status = http.StatusRequestEntityTooLarge
	}
	return s.page(c, status, "playground", web.Page{
		Title: view.Title(), Description: "Read a token, check it as an API would, build one and break it.",
		Nav: "playground", Mark: "lab " + lab.Main + " · Alice", Data: view,
	})
}

// labKeys are AcmeID's published keys of a lab.
func labKeys(l *lab.Lab) (*playground.KeySet, error) {
	set, err := l.Keys().JWKS()
	if err != nil {
		return nil, err
	}
	keys, err := playground.ParseKey(set, playground.UTF8)
	if err != nil {
		return nil, err
	}
	keys.Source = "AcmeID’s key set, lab " + l.ID()
	return keys, nil
}

// keyCost is how many ordinary requests the making of a key counts for: an RSA
// key takes fifty times the CPU of another answer.
const keyCost = 20

// mayMakeKey takes from the address's allowance of costly work.
func (s *server) mayMakeKey(c *gin.Context, alg string) bool {
	n := 1
	if alg != "" && (alg[0] == 'R' || alg[0] == 'P') {
		n = keyCost
	}
	for range n {
		if !s.costly.allow(c.ClientIP()) {
			return false
		}
	}
	return true
}

// mayDecrypt takes from the address's allowance what the iterations of a
// password cost.
func (s *server) mayDecrypt(c *gin.Context, token string) bool {
	const perUnit = 50_000 // runs of the hash, about 20 ms
	for range playground.Iterations(token) / perUnit {
		if !s.costly.allow(c.ClientIP()) {
			return false
		}
	}
	return true
}

func tooMuchAtOnce(c *gin.Context) error {
	c.Header("Retry-After", "2")
	return problem{
		Status: http.StatusTooManyRequests, Title: "Too much work at once.",
		Detail: "This token asks for many runs of a hash before it can be opened.", Fix: "Wait two seconds and ask again.",
	}
}

func tooManyKeys(c *gin.Context) error {
	c.Header("Retry-After", "2")
	return problem{
		Status: http.StatusTooManyRequests, Title: "Too many keys at once.",
		Detail: "Making a key takes CPU; an RSA key takes much of it.", Fix: "Wait two seconds and ask again.",
	}
}

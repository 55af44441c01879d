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
	f := newBench(s.labOf(c))
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
	if do == "example" || do == "template" { // these tell of a lab
		if err := s.needLab(c); err != nil {
			return err
		}
	}
	l := s.labOf(c)
	before := f.state()
	if do != "undo" && f.was != before {
		f.push(f.was)
	}
	switch do {
	case "undo":
		f.undo()
		return s.showBench(c, f)
	case "found":
		f.takeFound(name)
	case "set":
		f.help(name, l.Now().Unix(), s.rand)
	case "compact", "pretty":
		f.reformat(do == "pretty")
	case "header":
		f.nameAlgorithm(name)
	case "example":
		err = s.loadExample(c.Request.Context(), l, &f, name)
	case "template":
		loadTemplate(l, &f, name)
	case "now":
		f.Now = name
	case "take":
		f.take()
	case "inner":
		if err := s.spendDecrypt(c, f.Token); err != nil {
			return err
		}
		f.unwrap()
	case "send":
		s.sendBuilt(&f)
	case "generate":
		if err := s.spendKey(c, f.KeyAlgorithm); err != nil {
			return err
		}
		f.generate()
	case "clear": // with all that the page remembers
		sent, present := f.Sent, f.Present
		f = newBench(l)
		f.Sent, f.Present = sent, present
		return s.showBench(c, f)
	}
	if err != nil {
		return err
	}
	if f.state() != before {
		f.push(before)
	}
	return s.showBench(c, f)
}

// showBench judges what is on the bench and renders it. Nobody keeps the page.
func (s *server) showBench(c *gin.Context, f benchForm) error {
	view := s.viewBench(s.labOf(c), f)
	if view.encrypted {
		if err := s.spendDecrypt(c, f.Token); err != nil {
			return err
		}
		view.decrypt(f)
	}
	status := http.StatusOK
	if len(f.Token) > playground.MaxToken {
		status = http.StatusRequestEntityTooLarge
	}
	return s.page(c, status, "playground", web.Page{
		Title: view.Title(), Description: "Read a token, check it as an API would, build one and break it.",
		Nav: "playground", Mark: labName(s.labOf(c)) + " · Alice", Data: view,
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

// keyCost is how many ordinary requests the making of an RSA key counts for: it
// takes that many times the CPU of another answer.
const keyCost = 20

// spendKey takes the making of a key from the address's allowance.
func (s *server) spendKey(c *gin.Context, alg string) error {
	n := 1
	if alg != "" && (alg[0] == 'R' || alg[0] == 'P') {
		n = keyCost
	}
	return s.spend(c, n, "Making a key takes CPU; an RSA key takes much of it.")
}

// spendDecrypt takes from the address's allowance what the iterations of a
// password cost; a token without a password costs nothing.
func (s *server) spendDecrypt(c *gin.Context, token string) error {
	const perUnit = 50_000 // runs of the hash, about 20 ms
	n := playground.Iterations(token) / perUnit
	if n == 0 {
		return nil
	}
	return s.spend(c, n, "This token asks for many runs of a hash before it can be opened.")
}

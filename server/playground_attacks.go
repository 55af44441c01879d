package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
	"claimcheck/playground/attack"
	"claimcheck/playground/spec"
	"claimcheck/web"
)

// attacks are the stories of the attack lab. Their keys are made when somebody
// first looks, and their clock stands still at that moment.
type attacks struct {
	once sync.Once
	lab  *attack.Lab
	err  error
}

func (a *attacks) get(now func() time.Time) (*attack.Lab, error) {
	a.once.Do(func() { a.lab, a.err = attack.New(now()) })
	return a.lab, a.err
}

// attacksView is the view of the page "attacks": the list, or one of them.
type attacksView struct {
	All []attack.Attack
	One *attackView
}

// attackView is one attack with what came of a try.
type attackView struct {
	*attack.Attack
	Number, Of int
	Fields     []attackField
	Made       []web.Part
	MadeRaw    string
	Problem    string
	Tried      bool
	Solved     bool
	Outcome    string
	Vulnerable verifierView
	Fixed      verifierView
	Prev, Next *attack.Attack
	// Faults are the published mistakes of this kind.
	Faults []spec.Fault
}

type attackField struct {
	attack.Field
	Value string
	Rows  int
}

// verifierView is a verifier with its source and, after a try, its answer.
type verifierView struct {
	File               string
	Code               web.Wire
	Status, Word, Says string
}

// attacksPage lists the attacks.
func (s *server) attacksPage(c *gin.Context) error {
	l, err := s.attacks.get(s.now)
	if err != nil {
		return err
	}
	return s.page(c, http.StatusOK, "attacks", web.Page{
		Title: "Attack lab", Description: "Seventeen ways past a verifier of JWTs, to try against real Go code.",
		Nav: "playground", Mark: attackMark, Data: attacksView{All: l.Attacks()},
	}, cachePublic)
}

const attackMark = "lab " + lab.Main + " · Mallory"

// attackPage tells an attack's story.
func (s *server) attackPage(c *gin.Context) error {
	v, err := s.viewAttack(c.Param("attack"))
	if err != nil {
		return err
	}
	v.fill(v.Start(), false)
	return s.showAttack(c, v)
}

// attackTry shows what the learner made to both verifiers. Without a button it
// only makes the token: that is what the live page sends.
func (s *server) attackTry(c *gin.Context) error {
	v, err := s.viewAttack(c.Param("attack"))
	if err != nil {
		return err
	}
	values, err := s.form(c)
	if err != nil {
		return err
	}
	press := values.Get("press")
	switch press {
	case "reset":
		return s.redirect(c, "/playground/attacks/"+v.ID)
	case "solve":
		v.fill(v.Solution(), true)
		v.Outcome += " The fields hold the solution now."
	default:
		v.fill(attackTexts(v.Attack, values), press != "")
	}
	return s.showAttack(c, v)
}

// attackTexts reads the fields. Browsers send line breaks as CR LF.
func attackTexts(a *attack.Attack, values url.Values) map[string]string {
	texts := make(map[string]string, len(a.Fields))
	for _, f := range a.Fields {
		texts[f.Name] = strings.ReplaceAll(values.Get(f.Name), "\r\n", "\n")
	}
	return texts
}

func (s *server) showAttack(c *gin.Context, v *attackView) error {
	title := v.Title
	if v.Tried && v.Solved {
		title = "Solved: " + title
	}
	return s.page(c, http.StatusOK, "attacks", web.Page{
		Title: title, Description: v.Line, Nav: "playground", Mark: attackMark, Data: attacksView{One: v},
	})
}

func (s *server) viewAttack(id string) (*attackView, error) {
	l, err := s.attacks.get(s.now)
	if err != nil {
		return nil, err
	}
	all := l.Attacks()
	for i := range all {
		if all[i].ID != id {
			continue
		}
		v := &attackView{Attack: &all[i], Number: i + 1, Of: len(all)}
		if i > 0 {
			v.Prev = &all[i-1]
		}
		if i+1 < len(all) {
			v.Next = &all[i+1]
		}
		for _, id := range v.Known {
			if f, ok := spec.FaultByID(id); ok {
				v.Faults = append(v.Faults, f)
			}
		}
		v.Vulnerable = viewVerifier("The verifier that falls for it", v.Attack.Vulnerable())
		v.Fixed = viewVerifier("The verifier that does not", v.Attack.Fixed())
		return v, nil
	}
	return nil, notFound("There is no attack of that name; the list has all of them.")
}

// viewVerifier shows a source. Its marked lines are those in which the pair differs.
func viewVerifier(label string, source attack.Source) verifierView {
	v := verifierView{File: source.File, Code: web.Wire{Label: label}}
	for _, line := range source.Lines {
		v.Code.Lines = append(v.Code.Lines, web.Line{Text: line.Text, Hit: line.Changed})
	}
	return v
}

// fill puts the texts into the fields and, if it is sent, the verifiers' answers below.
func (v *attackView) fill(texts map[string]string, sent bool) {
	for _, f := range v.Attack.Fields {
		rows := min(max(strings.Count(texts[f.Name], "\n")+1, 1+len(texts[f.Name])/70), 9)
		v.Fields = append(v.Fields, attackField{Field: f, Value: texts[f.Name], Rows: rows})
	}
	try := v.Try(texts)
	v.Problem, v.MadeRaw = try.Problem, try.Token
	v.Made = tokenParts(try.Token)
	v.Vulnerable.Code.Lines = unmarked(v.Vulnerable.Code.Lines, sent && try.Solved)
	if !sent || try.Problem != "" {
		return
	}
	v.Tried, v.Solved = true, try.Solved
	v.Vulnerable.answer(try.Vulnerable, v.Wants())
	v.Fixed.answer(try.Fixed, v.Wants())
	fixedHolds := try.Fixed.Err != nil || try.Fixed.Subject != v.Wants()
	switch {
	case v.Solved && fixedHolds:
		v.Outcome = "Solved: StepCloud let you in as `" + v.Wants() + "`. The other verifier did not."
	case v.Solved:
		v.Outcome = "StepCloud let you in as `" + v.Wants() + "`, but so did the other verifier: this is another weakness than the one of the story."
	case try.Vulnerable.Err == nil:
		v.Outcome = "Not yet. StepCloud let you in, but as `" + try.Vulnerable.Subject + "`."
	default:
		v.Outcome = "Not yet. StepCloud refused your token; its words stand below."
	}
}

// unmarked takes the marks away until the attack is solved: they give it away.
func unmarked(lines []web.Line, solved bool) []web.Line {
	if solved {
		return lines
	}
	for i := range lines {
		lines[i].Hit = false
	}
	return lines
}

func (v *verifierView) answer(a attack.Answer, wants string) {
	switch {
	case a.Err != nil:
		v.Status, v.Word, v.Says = "fail", "Refused", a.Err.Error()
	case a.Subject == wants:
		v.Status, v.Word, v.Says = "warn", "Let in", fmt.Sprintf("You are %s.", a.Subject)
	default:
		v.Status, v.Word, v.Says = "pass", "Accepted", fmt.Sprintf("You are %s.", a.Subject)
	}
}

// tokenParts names the parts of a compact token, for their underlines.
func tokenParts(token string) []web.Part {
	if token == "" {
		return nil
	}
	texts := strings.SplitN(token, ".", 5)
	kinds := []string{playground.PartHeader, playground.PartPayload, playground.PartSignature}
	parts := make([]web.Part, len(texts))
	for i, text := range texts {
		parts[i].Text = text
		if len(texts) == len(kinds) || i == 0 {
			parts[i].Kind = kinds[i]
		}
	}
	return parts
}

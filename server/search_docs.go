package main

import (
	"strings"

	"claimcheck/lessons"
	"claimcheck/lessons/questions"
	"claimcheck/mockprovider"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/playground/attack"
	"claimcheck/playground/spec"
	"claimcheck/server/internal/search"
	"claimcheck/web"
)

// How much a hit counts by what it is: an explanation more than a step, and that
// more than the bare title of a section of a standard.
const (
	weightTerm    = 1.5
	weightLesson  = 1.25
	weightFlow    = 1.3
	weightEntry   = 1.1
	weightStep    = 0.7
	weightSection = 0.35
)

// searchDocs is everything that can be found.
func searchDocs(course *lessons.Course, bank *questions.Bank, ws *walkthrough.Walks, ref *reference, tokens *attack.Lab) []search.Doc {
	out := append(sitePages(), lessonDocs(course)...)
	for _, t := range course.Terms {
		out = append(out, search.Doc{Kind: "Glossary", Title: t.Name, Also: strings.Join(t.Also, ", "), Text: t.Plain, Href: "/learn/glossary#" + t.ID, Weight: weightTerm})
	}
	for _, m := range course.Misconceptions {
		out = append(out, search.Doc{Kind: "Misconception", Title: m.Claim, Text: lessons.PlainText(m.Correct) + " " + lessons.PlainText(m.Tempting), Href: "/learn/misconceptions#" + m.Anchor(), Note: m.ID, Weight: weightEntry})
	}
	for _, s := range course.Sheets {
		out = append(out, search.Doc{Kind: "Cheat sheet", Title: s.Title + ", cheat sheet", Text: s.Text(), Href: s.Path(), Note: "one page, to print", Weight: 1})
	}
	for _, e := range ref.Errors {
		causes := make([]string, len(e.Causes))
		for i, c := range e.Causes {
			causes[i] = c.Title
		}
		out = append(out, search.Doc{Kind: "Error code", Title: e.Name, Also: e.Name + " error", Text: e.Text + " " + e.Then + " " + strings.Join(causes, ". "), Href: "/learn/errors#" + e.Name, Weight: weightTerm})
	}
	for _, p := range ref.Params {
		out = append(out, search.Doc{Kind: "Parameter", Title: p.Name, Also: p.Name + " parameter", Text: p.Text + " " + p.Carried()[0].Message, Href: "/learn/parameters#" + p.Name, Weight: weightEntry})
	}
	for _, f := range ws.Flows() {
		out = append(out, flowDocs(f, "Flow")...)
	}
	for _, f := range ws.Attacks() {
		out = append(out, flowDocs(f, "Attack")...)
	}
	if tokens != nil {
		for _, a := range tokens.Attacks() {
			out = append(out, search.Doc{Kind: "Attack on a token", Title: a.Title, Also: a.ID, Text: web.Plain(a.Line), Href: "/playground/attacks/" + a.ID, Weight: weightFlow})
		}
	}
	for _, f := range mockprovider.Faults() {
		out = append(out, search.Doc{Kind: "Fault", Title: f.Name, Text: f.Deviation + " " + f.Correct, Href: "/faults#" + f.Name, Weight: weightStep})
	}
	out = append(out, questionDocs(bank)...)
	return append(out, sectionDocs(course)...)
}

// questionDocs has a document for each question of the interview.
func questionDocs(bank *questions.Bank) []search.Doc {
	out := make([]search.Doc, len(bank.Questions))
	for i, q := range bank.Questions {
		out[i] = search.Doc{
			Kind: "Interview", Title: q.Plain, Text: lessons.PlainText(q.Short) + " " + lessons.PlainText(q.Long), Href: questionPath(q),
			Note: string(q.Level) + ", " + q.Topic.Title, Weight: weightStep,
		}
	}
	return out
}

// lessonDocs has a document for each lesson, and one for each of its headings.
func lessonDocs(course *lessons.Course) []search.Doc {
	var out []search.Doc
	for _, l := range course.Lessons {
		objectives := make([]string, len(l.Objectives))
		for i, o := range l.Objectives {
			objectives[i] = lessons.PlainText(o)
		}
		for i, s := range l.Sections() {
			d := search.Doc{Kind: "Lesson", Title: l.Title, Text: s.Text, Href: l.Path(), Note: l.Number + " " + l.Track.Title, Weight: weightLesson}
			if i == 0 {
				d.Also = l.Heard.Quote + " " + strings.Join(objectives, ". ")
				d.Text = l.Summary + " " + lessons.PlainText(l.Interview) + " " + s.Text
			} else {
				d.Title, d.Href, d.Weight = l.Title+": "+s.Title, l.Path()+"#"+s.ID, 1
			}
			out = append(out, d)
		}
	}
	return out
}

// flowDocs has a document for a flow or an attack, and one for each step.
func flowDocs(f *walkthrough.Flow, kind string) []search.Doc {
	about := f.Lead + " " + f.Choose + " " + f.More
	if f.Attack != nil {
		about = f.Lead + " " + f.Attack.Story + " " + f.Attack.Lesson
	}
	out := []search.Doc{{Kind: kind, Title: f.Title, Also: f.ID, Text: web.Plain(about), Href: f.Path(), Weight: weightFlow}}
	seen := map[string]bool{}
	for _, v := range f.Variants() {
		for _, s := range v.Steps() {
			if !seen[s.ID] {
				seen[s.ID] = true
				out = append(out, search.Doc{Kind: "Step", Title: s.Title, Text: web.Plain(s.Say), Href: v.Href(s.ID), Note: f.Title, Weight: weightStep})
			}
		}
	}
	return out
}

// sectionDocs are the sections of the standards. Each says which lessons cite it.
func sectionDocs(course *lessons.Course) []search.Doc {
	cited := map[spec.Ref][]string{}
	for _, l := range course.Lessons {
		for _, r := range l.Specs {
			cited[r] = append(cited[r], l.Number+" "+l.Title)
		}
	}
	var out []search.Doc
	for _, d := range spec.Documents() {
		whole := spec.Ref{Name: d.Name}
		out = append(out, search.Doc{Kind: "Standard", Title: d.Name + " " + d.Title, Text: d.Status + ", " + d.Date, Href: whole.URL(), Weight: weightStep})
		for _, s := range d.Sections {
			r := spec.Ref{Name: d.Name, Section: s.Number}
			doc := search.Doc{Kind: "Standard", Title: r.String() + " " + s.Title, Href: r.URL(), Note: d.Title, Weight: weightSection}
			if by := cited[r]; len(by) > 0 {
				doc.Note += " · in lesson " + strings.Join(by, ", ")
			}
			out = append(out, doc)
		}
	}
	return out
}

// sitePages are the pages where one does something.
func sitePages() []search.Doc {
	const kind = "Page"
	return []search.Doc{
		{Kind: kind, Title: "Playground", Also: "JWT decoder, encoder, debugger, jwt.io", Text: "Decode, build, verify, break and repair a JWT, and see every check with its reason.", Href: "/playground", Weight: weightFlow},
		{Kind: kind, Title: "Compare two tokens", Text: "What differs between two JWTs, claim by claim.", Href: "/playground/compare", Weight: 1},
		{Kind: kind, Title: "Attacks on tokens", Text: "Ways to get past a verifier of tokens, with the code that falls for them.", Href: "/playground/attacks", Weight: 1},
		{Kind: kind, Title: "Flows", Text: "Every flow of OAuth and OpenID Connect, step by step, between real parties. Which flow should I use?", Href: "/flows", Weight: weightFlow},
		{Kind: kind, Title: "Attacks", Text: "Attacks on OAuth that work when a defence is off.", Href: "/attacks", Weight: 1},
		{Kind: kind, Title: "Session race", Text: "A session id in a cookie against a JWT: which is faster, which ends sooner.", Href: racePath, Weight: 1},
		{Kind: kind, Title: "The lab", Also: "clock, log, reset", Text: "The clock of the lab, its parties and everything that was sent.", Href: "/lab", Weight: 1},
		{Kind: kind, Title: "Rules and policies of the lab", Text: "How strict AcmeID is, and which defences are off.", Href: "/lab/rules", Weight: 1},
		{Kind: kind, Title: "Keys of the lab", Also: "JWK Set, rotation", Text: "Rotate the keys that sign, withdraw one, mint a token.", Href: "/lab/keys", Weight: 1},
		{Kind: kind, Title: "People and clients of the lab", Text: "Users, passwords, registered apps.", Href: "/lab/people", Weight: 1},
		{Kind: kind, Title: "Connect your own app", Also: "test an app of your own", Text: "Register an app of your own at AcmeID, with code to start from, and watch what it sends.", Href: "/connect", Weight: weightFlow},
		{Kind: kind, Title: "Faults", Text: "Let the provider misbehave on purpose, and see what your app does.", Href: "/faults", Weight: 1},
		{Kind: kind, Title: "Drill", Text: "Your own app is put through every fault, and graded.", Href: "/lab/drill", Weight: 1},
		{Kind: kind, Title: "Five policies", Also: "RFC 6749, RFC 9700, OAuth 2.1, FAPI 2.0", Text: "One request under five policies, side by side.", Href: "/lab/policies", Weight: 1},
		{Kind: kind, Title: "Practice", Also: "interview preparation, flash cards, quiz", Text: "Questions of an interview about OAuth and JWT that come back when you are about to forget them.", Href: practicePath, Weight: weightFlow},
		{Kind: kind, Title: "Interview questions", Also: "question bank", Text: "All questions with short and long answers, key points and red flags.", Href: questionsPath, Weight: 1},
		{Kind: kind, Title: "Mock interview", Also: "practise an interview, report", Text: "An interview with follow-ups and tasks in the lab, and a report of strengths and gaps.", Href: mockPath, Weight: weightFlow},
		{Kind: kind, Title: "For interviewers", Also: "ask a candidate, rubric", Text: "A set of questions with rubric, red flags and follow-ups, to print.", Href: interviewerPath, Weight: 1},
		{Kind: kind, Title: "Whiteboard", Also: "exercise", Text: "Put the messages of a flow in order, or find the check that is missing.", Href: whiteboardPath, Weight: 1},
		{Kind: kind, Title: "Weak spots", Also: "what went badly", Text: "What went badly in practice, by topic and by misconception, with the lessons for it.", Href: practicePath + "/weak", Weight: 1},
		{Kind: kind, Title: "Take-home", Also: "code review, planted faults", Text: "A small Go program that logs people in, with nine faults to find and mend.", Href: takeHomePath, Weight: 1},
		{Kind: kind, Title: "Error codes", Text: "All error codes with their causes.", Href: "/learn/errors", Weight: 1},
		{Kind: kind, Title: "Parameters", Text: "All parameters: who sends them, and what for.", Href: "/learn/parameters", Weight: 1},
		{Kind: kind, Title: "Misconceptions", Also: "myths", Text: "What people say about OAuth and JWT, and what is true.", Href: "/learn/misconceptions", Weight: 1},
		{Kind: kind, Title: "Cheat sheets", Also: "summary, print, one page", Text: "What is essential about each subject, on one page of paper.", Href: lessons.SheetsPath, Weight: 1},
		{Kind: kind, Title: "Glossary", Text: "All words, one sentence or two each.", Href: "/learn/glossary", Weight: 1},
	}
}

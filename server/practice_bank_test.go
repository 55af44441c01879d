package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
)

// smallBank is a bank of three topics with two questions each, the first one for
// juniors and the second one for seniors; jwt-2 has no options.
func smallBank() fstest.MapFS {
	out := fstest.MapFS{"bank/topics.yaml": {Data: []byte("- {id: oauth, title: Roles and grants}\n- {id: jwt, title: The format}\n- {id: verify, title: Checks}\n")}}
	for _, topic := range []string{"oauth", "jwt", "verify"} {
		var b strings.Builder
		for n, level := range []string{"junior", "senior"} {
			id := fmt.Sprintf("%s-%d", topic, n+1)
			choice := smallChoice
			if id == "jwt-2" {
				choice = ""
			}
			b.WriteString(strings.NewReplacer("%ID%", id, "%LEVEL%", level, "%CHOICE%", choice, "%LONG%", strings.Repeat("theft is short and fresh again ", 30)).Replace(smallQuestion))
		}
		out["bank/"+topic+".yaml"] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return out
}

const smallQuestion = `- id: %ID%
  level: %LEVEL%
  ask: What is the answer to %ID%?
  short: >-
    The short answer of %ID% says what a candidate says in thirty seconds about theft, that a token is
    short-lived because it bounds the harm, and that the rights in it become fresh whenever a new one is asked for.
  long: |
    %LONG%
  points:
    - {says: It bounds the harm of theft., words: [[theft, stolen], [short, bound]]}
    - {says: Its rights become fresh., words: [[fresh]]}
    - {says: The server is asked again., words: [[again]]}
  flags:
    - {says: Says that it is encrypted., words: [[encrypted]], misconception: M7}
  then:
    - {ask: What is next?, key: A refresh token is next.}
%CHOICE%  show: {text: See it, href: /flows/authorization-code-pkce}
  rfc: ["6749 1.4"]
  lesson: jwt/revocation
`

const smallChoice = `  choice:
    right: {text: The right option, why: This is why it is right.}
    wrong:
      - {text: The first wrong option, misconception: M7, why: The first one is wrong because of this.}
      - {text: The second wrong option, misconception: M8, why: The second one is wrong because of that.}
`

// withSmallBank starts a server with the small bank, whose texts are read.
func withSmallBank(t *testing.T, around ...func(*surroundings)) *site {
	t.Helper()
	s := startIn(t, func(with *surroundings) {
		with.questions = smallBank()
		for _, f := range around {
			f(with)
		}
	})
	if a := s.send(t, http.MethodGet, questionsPath, ""); a.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d %s", questionsPath, a.StatusCode, a.body)
	}
	return s
}

func TestPracticeQuestionsFilter(t *testing.T) {
	s := withSmallBank(t)
	for _, tc := range []struct {
		name  string
		query url.Values
		want  []string
	}{
		{"nothing", url.Values{}, []string{"oauth-1", "oauth-2", "jwt-1", "jwt-2", "verify-1", "verify-2"}},
		{"a level", url.Values{"level": {"senior"}}, []string{"oauth-2", "jwt-2", "verify-2"}},
		{"a topic", url.Values{"topic": {"jwt"}}, []string{"jwt-1", "jwt-2"}},
		{"both", url.Values{"level": {"senior"}, "topic": {"jwt"}}, []string{"jwt-2"}},
		{"words in any case", url.Values{"q": {"answer VERIFY-1"}}, []string{"verify-1"}},
		{"words of the short answer", url.Values{"q": {"oauth-1 candidate"}}, []string{"oauth-1"}},
		{"a word that is nowhere", url.Values{"q": {"answer elephant"}}, nil},
		{"a level that there is not", url.Values{"level": {"wizard"}, "topic": {"jwt"}}, []string{"jwt-1", "jwt-2"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			page := s.send(t, http.MethodGet, questionsPath+"?"+tc.query.Encode(), "").body
			var got []string
			for _, q := range s.bank.Questions {
				if strings.Contains(page, `href="`+questionPath(q)+`"`) {
					got = append(got, q.ID)
				}
			}
			if strings.Join(got, " ") != strings.Join(tc.want, " ") {
				t.Errorf("shown %v, want %v", got, tc.want)
			}
			if len(tc.want) == 0 && !strings.Contains(page, "No question fits") {
				t.Error("it does not say that there is none")
			}
		})
	}
}

// A question's page has all of it, and links that answer.
func TestPracticeQuestionPage(t *testing.T) {
	s := withSmallBank(t)
	for _, q := range s.bank.Questions {
		a := s.send(t, http.MethodGet, questionPath(q), "")
		if a.StatusCode != http.StatusOK || a.Header.Get("ETag") == "" {
			t.Fatalf("%s: %d, ETag %q", q.ID, a.StatusCode, a.Header.Get("ETag"))
		}
		wants := []string{string(q.Ask), string(q.Short), string(q.Long), `href="` + q.Show.Href + `"`, `href="` + q.Lesson.Path() + `"`, q.Specs[0].URL(), string(q.Then[0].Key), "misconceptions#m7"}
		for _, p := range q.Points {
			wants = append(wants, string(p.Says))
		}
		for _, o := range choiceViews(q) {
			wants = append(wants, string(o.Text), string(o.Why))
		}
		for _, w := range wants {
			if !strings.Contains(a.body, w) {
				t.Errorf("%s has no %q", q.ID, w)
			}
		}
	}
	if a := s.send(t, http.MethodGet, questionsPath+"/nothing", ""); a.StatusCode != http.StatusNotFound {
		t.Errorf("a question that there is not: %d", a.StatusCode)
	}
}

func TestPracticeQuestionsAreFound(t *testing.T) {
	s := withSmallBank(t)
	page := s.send(t, http.MethodGet, "/search?q=answer+verify-2", "").body
	if !strings.Contains(page, `href="`+questionsPath+`/verify-2"`) || !strings.Contains(page, "Interview · senior, Checks") {
		t.Error("the search does not find a question")
	}
}

// The product's own bank: each of its pages answers, and each place where a
// question can be shown.
func TestPracticeOwnBank(t *testing.T) {
	s := start(t)
	s.send(t, http.MethodGet, questionsPath, "")
	for _, q := range s.bank.Questions {
		if a := s.send(t, http.MethodGet, questionPath(q), ""); a.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", q.ID, a.StatusCode)
		}
	}
	seen := map[string]bool{}
	for _, href := range s.bank.Links() {
		path, _, _ := strings.Cut(href, "#")
		if seen[path] {
			continue
		}
		seen[path] = true
		if a := s.send(t, http.MethodGet, path, ""); a.StatusCode != http.StatusOK && a.StatusCode != http.StatusSeeOther {
			t.Errorf("a question links to %s, which answers %d", path, a.StatusCode)
		}
	}
}

package main

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

func TestWhiteboardOrder(t *testing.T) {
	s := start(t)
	list := s.look(t, whiteboardPath).body
	all := s.whiteboardFlows()
	if len(all) < 8 {
		t.Errorf("%d flows", len(all))
	}
	for _, f := range all {
		path := whiteboardPath + "/order/" + f.ID
		if !strings.Contains(list, `href="`+path+`"`) {
			t.Errorf("%s is not listed", path)
		}
		right := url.Values{"check": {"yes"}}
		for i, st := range messages(f) {
			right.Set("place."+st.ID, strconv.Itoa(i+1))
		}
		n := strconv.Itoa(len(messages(f)))
		if page := s.look(t, path+"?"+right.Encode()).body; !strings.Contains(page, n+" of "+n+" in their place") || strings.Contains(page, "not here") {
			t.Errorf("%s: the right order is not right", path)
		}
		first, second := "place."+messages(f)[0].ID, "place."+messages(f)[1].ID
		right.Set(first, "2")
		right.Set(second, "1")
		if page := s.look(t, path+"?"+right.Encode()).body; strings.Count(page, "not here") != 2 {
			t.Errorf("%s: two messages changed places, and %d are wrong", path, strings.Count(page, "not here"))
		}
	}
	if a := s.look(t, whiteboardPath+"/order/nothing"); a.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown flow: %d", a.StatusCode)
	}
}

func TestWhiteboardChecks(t *testing.T) {
	s := start(t)
	s.look(t, whiteboardPath)
	for _, b := range s.boards {
		path := whiteboardPath + "/checks/" + b.ID
		right := url.Values{"check": {"yes"}}
		for _, o := range b.Offered() {
			if o.Missing {
				right.Add("add", o.ID)
			}
		}
		open := s.look(t, path).body
		board, _, _ := strings.Cut(open, `id="offer"`)
		for _, c := range b.Checks {
			if on := strings.Contains(board, string(c.Says)); on == c.Missing {
				t.Errorf("%s: %q is on the board: %v", path, c.Says, on)
			}
		}
		if page := s.look(t, path+"?"+right.Encode()).body; !strings.Contains(page, "All of them, and nothing else.") {
			t.Errorf("%s: the right choice is not right", path)
		}
		right.Add("add", b.Decoys[0].ID)
		if page := s.look(t, path+"?"+right.Encode()).body; !strings.Contains(page, "and 1 that do not belong here") {
			t.Errorf("%s: a decoy is not told", path)
		}
		if page := s.look(t, path+"?key=1").body; strings.Count(page, ">missing<") != 3 {
			t.Errorf("%s: the key does not say which three", path)
		}
	}
	if a := s.look(t, whiteboardPath+"/checks/nothing"); a.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown board: %d", a.StatusCode)
	}
}

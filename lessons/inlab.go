package lessons

import "strings"

// In names a learner: a browser, by a value without a dot, and the lab that it is in.
// The browser alone is one in a lab without a name. A browser that comes from another
// lab has what it typed and how far it came, and counting begins anew there.
func In(browser, lab string) string {
	if browser == "" || lab == "" {
		return browser
	}
	return browser + "." + lab
}

// browserOf is the browser of a learner.
func browserOf(who string) string {
	browser, _, _ := strings.Cut(who, ".")
	return browser
}

// enter moves the learner to the lab that they are in now. It is called with the
// learner locked.
func (l *learner) enter(who string) {
	_, lab, _ := strings.Cut(who, ".")
	if l.lab == lab {
		return
	}
	l.lab, l.trail = lab, &Trail{}
	for path, s := range l.states {
		l.states[path] = s.leave()
	}
}

// leave is the state in another lab: what the learner typed and how far they came.
// Positions in the log, answers of parties and what they handed out stay behind, as
// at the end of a process.
func (s State) leave() State {
	s.Since, s.restored, s.seen = 0, true, false
	s.Verdict, s.Outcomes, s.Vars, s.Reply, s.Fault = nil, nil, nil, nil, ""
	if s.Before != nil {
		before := s.Before.leave()
		s.Before = &before
	}
	return s
}

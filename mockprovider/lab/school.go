package lab

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"claimcheck/mockprovider/trace"
)

// The school is two sites of one domain: a cookie of the one can be one of the
// other as well (RFC 6265 §4.1.2.3). It is the only party with hosts of its own,
// because paths of one host would show nothing of that. Browsers find names below
// localhost on this machine.
const (
	schoolDomain = "learn.localhost"
	// Courses is where pupils sign in, Quiz an old site that Mallory has taken over.
	Courses = "courses"
	Quiz    = "quiz"
)

// CoursesParty is the school's site for courses.
func CoursesParty() trace.Party {
	return trace.Party{Role: trace.RoleClient, ID: Courses, Name: "Courses"}
}

// QuizParty is the school's forgotten site for quizzes, which is Mallory's now.
func QuizParty() trace.Party {
	return trace.Party{Role: trace.RoleAttacker, ID: Quiz, Name: "Quiz"}
}

// SchoolURL is the address of one of the school's sites, with a slash at its end.
func (l *Lab) SchoolURL(site string) string {
	return l.schoolOrigin(site) + "/app/" + l.id + "/" + site + "/"
}

// schoolOrigin is scheme and host of one of the school's sites: the lab's own, with
// another name.
func (l *Lab) schoolOrigin(site string) string {
	u, err := url.Parse(l.Origin())
	if err != nil {
		return "" // New has parsed it
	}
	u.Host = site + "." + schoolDomain
	if port := portOf(l.Origin()); port != "" {
		u.Host = net.JoinHostPort(u.Host, port)
	}
	return u.String()
}

func portOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Port()
}

// SchoolHost tells whether a Host is one of the school's, with or without a port.
// Below /app/ the server answers to these names as well.
func SchoolHost(host string) bool { return schoolHost(host) != "" }

// schoolHost is the name in a Host without its port, empty unless it is one of the
// school's.
func schoolHost(host string) string {
	if len(host) < len(Quiz+"."+schoolDomain) { // as nearly all are
		return ""
	}
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	name = strings.ToLower(name)
	if name == Courses+"."+schoolDomain || name == Quiz+"."+schoolDomain {
		return name
	}
	return ""
}

// dialSchool is how the cast connects where the Config does not say: to the host of
// the address, and for a name of the school's to that of the origin.
func dialSchool(origin *url.URL) func(ctx context.Context, network, addr string) (net.Conn, error) {
	d := &net.Dialer{Timeout: 5 * time.Second}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if _, port, err := net.SplitHostPort(addr); err == nil && SchoolHost(addr) {
			addr = net.JoinHostPort(origin.Hostname(), port)
		}
		return d.DialContext(ctx, network, addr)
	}
}

// schoolMounts are the school's sites, each behind a recorder that writes its host.
func (l *Lab) schoolMounts(rec trace.Recorder) func(host string) http.Handler {
	site := func(id string, to trace.Party, h http.HandlerFunc) http.Handler {
		own := rec
		own.Origin = l.schoolOrigin(id)
		return own.Handler(to, h)
	}
	sites := map[string]http.Handler{
		Courses + "." + schoolDomain: site(Courses, CoursesParty(), l.courses),
		Quiz + "." + schoolDomain:    site(Quiz, QuizParty(), quiz),
	}
	return func(host string) http.Handler { return sites[schoolHost(host)] }
}

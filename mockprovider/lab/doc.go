// Package lab is a learner's world: one authorization server (AcmeID), the
// cast's client apps and APIs, its users, a clock, and a log of every message
// that arrived at one of them. The parties talk real HTTP over real TCP.
//
// A [World] is one net/http handler for all labs and needs nothing of the site
// around it:
//
//	srv := httptest.NewUnstartedServer(nil)
//	world, err := lab.New(lab.Config{Origin: "http://" + srv.Listener.Addr().String(), …})
//	srv.Config.Handler = world
//	srv.Start()
//
// All parties share the host of Origin and differ by their paths, but for the school:
// its two sites have hosts of their own (see [SchoolHost]), to which a server in front
// of the world has to answer as well.
//
// A [Run] is one pass of one learner through a flow. It has a browser of its
// own (a cookie jar), and what it wrote can be undone.
package lab

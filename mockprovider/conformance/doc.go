// Package conformance holds the modules of the OpenID conformance suite for
// providers, as Go tests of the same names: Basic OP, Config OP, Form Post OP,
// RP-initiated and back-channel logout, and the FAPI 2.0 Security Profile in its
// plain form. Each asserts what the suite asserts, against a provider that
// listens on a port, through a browser that fills in its pages, and with
// go-oidc checking the ID tokens. It stands in for the suite where there is no
// Java; it certifies nothing.
//
// A second list holds what other mock providers get wrong: one test for each
// such defect, named by it.
package conformance

// Package noanswer says in plain words why an HTTP request got no answer. Go's
// own errors name system calls and addresses; who reads ours runs an app and
// wants to know what to look at.
package noanswer

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// A Refusal is a reason of our own not to send a request, in words that go on as
// they are: "the provider calls loopback addresses only".
type Refusal string

// Error implements error.
func (r Refusal) Error() string { return string(r) }

// An Error is a request without an answer. Its text is [Why] of what went wrong.
type Error struct{ Err error }

// Error implements error.
func (e *Error) Error() string { return Why(e.Err) }

// Unwrap returns what went wrong, for the operator.
func (e *Error) Unwrap() error { return e.Err }

// Why says why a request got no answer, given the error of [http.Client.Do] or of
// reading the answer: a clause without a capital and a full stop.
func Why(err error) string {
	var (
		refusal Refusal
		dns     *net.DNSError
		timeout interface{ Timeout() bool }
		record  tls.RecordHeaderError
		cert    *tls.CertificateVerificationError
		op      *net.OpError
	)
	switch {
	case errors.As(err, &refusal):
		return refusal.Error()
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nobody listens at that address: the connection was refused"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no machine has that name"
	case errors.Is(err, context.Canceled):
		return "the request was given up before an answer came"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer came in time"
	case errors.As(err, &dns):
		return "the name of that machine could not be looked up"
	case errors.As(err, &cert):
		return "the certificate at that address is not one that is trusted here"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "http and https were mixed up: one side speaks TLS, the other does not"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		strings.Contains(err.Error(), "server closed idle connection"): // net/http has no value for this one
		return "the connection ended before the answer did"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.As(err, &op) && op.Op == "dial":
		return "no connection could be made to that address"
	}
	return "what came back is no answer of HTTP"
}

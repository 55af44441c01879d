package race

import (
	"encoding/base64"
	"errors"
	"io"
)

// errNoSession is for a credential that belongs to no living session.
var errNoSession = errors.New("no such session")

// sessions is what a design does, in one instance of the application.
type sessions interface {
	// start begins a session and returns what the browser will show.
	start(user, role string) (string, error)
	// find tells who shows the credential and what role that person has:
	// errNoSession if nobody, errDown if the store does not answer.
	find(credential string) (user, role string, err error)
	// end ends a session early, as well as the design can.
	end(credential string) error
}

// value is a random id of 256 bits.
func value(random io.Reader) (string, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// opaque keeps a row for each session.
type opaque struct{ *node }

func (o opaque) start(user, _ string) (string, error) {
	id, err := value(o.random)
	if err != nil {
		return "", err
	}
	return id, o.store.put(id, row{user: user, expires: o.store.now().Add(sessionLife)})
}

// find asks the store, and the user database for the role of today.
func (o opaque) find(id string) (user, role string, err error) {
	r, ok, err := o.store.get(id)
	if err != nil {
		return "", "", err
	}
	who, known := o.people.get(r.user)
	if !ok || !known || who.banned {
		return "", "", errNoSession
	}
	return r.user, who.role, nil
}

func (o opaque) end(id string) error { return o.store.remove(id) }

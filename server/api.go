package main

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
)

// An operation is one call of the JSON interface. The router and the OpenAPI
// document are both made from the list of them, and what a call takes and gives
// is a Go type that the handler uses, so that the three cannot differ.
type operation struct {
	method, path string // the path as Gin spells it: "/api/labs/:lab/clock"
	id           string // operationId: "setClock"
	group        string // how the document groups it
	summary      string // one line
	about        string // more, if there is more to say
	query        []parameter
	in, out      reflect.Type // the bodies in JSON; in is nil where there is none
	errors       []int        // the statuses beside those that allErrors adds
	serve        func(*server, *gin.Context) error
}

// parameter is a parameter of a path or a query.
type parameter struct{ name, about string }

// The groups of operations.
const (
	groupLab        = "lab"
	groupPlayground = "playground"
	groupAbout      = "about"
)

// nothing is the body of a call that has no members: {}.
type nothing struct{}

// Every operation, in the order of the document.
func operations() []operation {
	return slices.Concat(controlOperations(), keyOperations(), peopleOperations(), faultOperations(), drillOperations(), logOperations(), playgroundOperations(), aboutOperations())
}

// controlled is what a call for a lab gets: the lab, of which the caller is the
// owner, and the request.
type controlled struct {
	*server
	c   *gin.Context
	lab *lab.Lab
}

// labRead is a call that reads a lab.
func labRead[Out any](path, id, summary string, f func(controlled) (Out, error)) operation {
	return operation{
		method: http.MethodGet, path: "/api/labs/:lab" + path, id: id, group: groupLab, summary: summary, out: reflect.TypeFor[Out](),
		serve: func(s *server, c *gin.Context) error {
			l, err := s.apiLab(c)
			if err != nil {
				return err
			}
			return s.answer200(c, func() (any, error) { return f(controlled{s, c, l}) })
		},
	}
}

// labDelete is a call that takes something out of a lab.
func labDelete[Out any](path, id, summary string, f func(controlled) (Out, error)) operation {
	op := labRead(path, id, summary, f)
	op.method = http.MethodDelete
	return op
}

// labChange is a call that changes a lab.
func labChange[In, Out any](method, path, id, summary string, f func(controlled, In) (Out, error)) operation {
	return operation{
		method: method, path: "/api/labs/:lab" + path, id: id, group: groupLab, summary: summary,
		in: reflect.TypeFor[In](), out: reflect.TypeFor[Out](),
		serve: func(s *server, c *gin.Context) error {
			l, err := s.apiLab(c)
			if err != nil {
				return err
			}
			var in In
			if err := s.bind(c, &in); err != nil {
				return err
			}
			return s.answer200(c, func() (any, error) { return f(controlled{s, c, l}, in) })
		},
	}
}

// plain is a call that concerns no lab.
func plain[In, Out any](group, path, id, summary string, f func(*server, *gin.Context, In) (Out, error)) operation {
	return operation{
		method: http.MethodPost, path: path, id: id, group: group, summary: summary, in: reflect.TypeFor[In](), out: reflect.TypeFor[Out](),
		serve: func(s *server, c *gin.Context) error {
			var in In
			if err := s.bind(c, &in); err != nil {
				return err
			}
			return s.answer200(c, func() (any, error) { return f(s, c, in) })
		},
	}
}

// fails adds statuses that the call may answer with.
func (op operation) fails(statuses ...int) operation {
	op.errors = append(op.errors, statuses...)
	return op
}

// more adds text about the call.
func (op operation) more(about string) operation {
	op.about = about
	return op
}

// with adds parameters of the query.
func (op operation) with(query ...parameter) operation {
	op.query = query
	return op
}

// answer200 answers with what f returns.
func (s *server) answer200(c *gin.Context, f func() (any, error)) error {
	out, err := f()
	if err != nil {
		return asRefusal(err)
	}
	return s.json(c, http.StatusOK, out)
}

// asRefusal gives a lab's refusal the status that it stands for.
func asRefusal(err error) error {
	refusal, ok := errors.AsType[*lab.Refusal](err)
	if !ok {
		return err
	}
	status := http.StatusBadRequest
	switch {
	case errors.Is(err, lab.ErrUnknown):
		status = http.StatusNotFound
	case errors.Is(err, lab.ErrConflict):
		status = http.StatusConflict
	}
	return problem{Status: status, Title: refusal.Text, Fix: refusal.Fix}
}

// allErrors are the statuses that an operation may answer with beside 200.
func (op *operation) allErrors() []int {
	out := slices.Clone(op.errors)
	if op.group == groupLab {
		out = append(out, http.StatusUnauthorized, http.StatusNotFound)
	}
	if op.method != http.MethodGet {
		out = append(out, http.StatusForbidden)
	}
	if op.in != nil {
		out = append(out, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// api registers every operation.
func (s *server) api(r gin.IRoutes) {
	for _, op := range operations() {
		h := s.handle(func(c *gin.Context) error { return op.serve(s, c) })
		if op.method == http.MethodGet {
			get(r, op.path, h)
			continue
		}
		r.Handle(op.method, op.path, h)
	}
}

// apiLab is the lab that the path names, for its owner.
func (s *server) apiLab(c *gin.Context) (*lab.Lab, error) {
	l, ok := s.world.Lab(c.Param("lab"))
	if !ok {
		return nil, problem{Status: http.StatusNotFound, Title: "There is no such lab.", Fix: "The shared lab is called " + lab.Main + "."}
	}
	return l, s.mustOwn(c, l)
}

// tooBig refuses a member that is longer than it may be.
func tooBig(member, value string, most int) error {
	if len(value) <= most {
		return nil
	}
	return problem{Status: http.StatusBadRequest, Title: member + " is too long.", Detail: fmt.Sprintf("%d bytes came, and %d are the most.", len(value), most), Fix: "Send a shorter one."}
}

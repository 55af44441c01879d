package playground

import (
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// libraryVersion is the version in go.mod; a test compares the two.
const libraryVersion = "v5.3.1"

// Library is what golang-jwt says about the same token under the same policy.
type Library struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Error is its message word for word; empty when it accepts.
	Error string `json:"error"`
}

// askLibrary runs golang-jwt as the Go code beside the verdict does, with the
// trusted key that was tried.
func askLibrary(token string, key *Key, p *Policy) Library {
	l := Library{Name: "github.com/golang-jwt/jwt/v5", Version: libraryVersion}
	var find jwt.Keyfunc
	if key != nil {
		find = func(*jwt.Token) (any, error) { return key.Public, nil }
	}
	if _, err := jwt.NewParser(libraryOptions(p)...).Parse(token, find); err != nil {
		l.Error = err.Error()
	}
	return l
}

func libraryOptions(p *Policy) []jwt.ParserOption {
	methods := p.Algorithms
	if len(methods) == 0 {
		methods = Algorithms()
	}
	options := []jwt.ParserOption{
		jwt.WithValidMethods(methods),
		jwt.WithTimeFunc(func() time.Time { return p.Now }),
		jwt.WithLeeway(time.Duration(p.leeway()) * time.Second),
	}
	if p.Issuer != "" {
		options = append(options, jwt.WithIssuer(p.Issuer))
	}
	if p.Audience != "" {
		options = append(options, jwt.WithAudience(p.Audience))
	}
	for _, name := range p.Require {
		switch name {
		case "exp":
			options = append(options, jwt.WithExpirationRequired())
		case "nbf":
			options = append(options, jwt.WithNotBeforeRequired())
		case "iat":
			options = append(options, jwt.WithIssuedAt())
		}
	}
	return options
}

package lab

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
)

// PutUser adds a person, or replaces the one with the same ID, who stays logged
// in.
func (l *Lab) PutUser(u mockprovider.User) error {
	l.control.Lock()
	defer l.control.Unlock()
	what := "was added"
	if l.registry.User(u.ID) != nil {
		what = "was changed"
	}
	if err := l.registry.PutUser(u); err != nil {
		return registryRefusal(err)
	}
	l.mark(trace.MarkUserChanged, "The user "+u.ID+" "+what+".", map[string]string{"user": u.ID})
	return nil
}

// RemoveUser removes a person: sessions, codes and tokens end.
func (l *Lab) RemoveUser(id string) error {
	l.control.Lock()
	defer l.control.Unlock()
	if err := l.registry.RemoveUser(id); err != nil {
		return registryRefusal(err)
	}
	l.mark(trace.MarkUserChanged, "The user "+id+" was removed. Sessions, codes and tokens ended.", map[string]string{"user": id})
	return nil
}

// PutClient registers a client, or replaces the one with the same ID. Where its
// authentication method needs a secret and it brings none, it keeps the one that
// it has or gets a random one. It returns the secret that was made, or nothing.
// The clients of the cast stay as they are: their apps would not know.
func (l *Lab) PutClient(c mockprovider.Client) (secret string, err error) {
	l.control.Lock()
	defer l.control.Unlock()
	if OfTheCast(c.ID) {
		return "", castRefusal(c.ID)
	}
	old := l.registry.Client(c.ID)
	if needsSecret(&c) && c.Secret == "" {
		switch {
		case old != nil && old.Secret != "":
			c.Secret = old.Secret
		case old != nil && old.SecretSHA256 != nil && c.TokenEndpointAuthMethod != "client_secret_jwt": // of which we have the hash alone
			c.SecretSHA256 = old.SecretSHA256
		default:
			secret = base64.RawURLEncoding.EncodeToString(l.random(context.Background(), "client_secret", 32))
			c.Secret = secret
		}
	}
	what := "was registered"
	if old == nil {
		err = l.registry.AddClient(c)
	} else {
		what, err = "was changed", l.registry.ReplaceClient(c)
	}
	if err != nil {
		return "", registryRefusal(err)
	}
	l.mark(trace.MarkClientChanged, "The client "+c.ID+" "+what+".", map[string]string{"client": c.ID})
	return secret, nil
}

// needsSecret tells whether a client proves itself by a secret. Without a method
// it is public, unless it brings one.
func needsSecret(c *mockprovider.Client) bool {
	return slices.Contains([]string{"client_secret_basic", "client_secret_post", "client_secret_jwt"}, c.TokenEndpointAuthMethod)
}

// RemoveClient removes a client, and what it was granted with it.
func (l *Lab) RemoveClient(id string) error {
	l.control.Lock()
	defer l.control.Unlock()
	if OfTheCast(id) {
		return castRefusal(id)
	}
	if err := l.registry.RemoveClient(id); err != nil {
		return registryRefusal(err)
	}
	l.mark(trace.MarkClientChanged, "The client "+id+" was removed. Its codes and tokens ended.", map[string]string{"client": id})
	return nil
}

// ConfirmClient lets AcmeID call the addresses that a client named when it
// registered itself (see Asked), and marks it in the log. A client that changes
// one of them has to be confirmed again.
func (l *Lab) ConfirmClient(id string) error {
	l.control.Lock()
	defer l.control.Unlock()
	c := l.registry.Client(id)
	switch {
	case c == nil:
		return registryRefusal(mockprovider.ErrNotRegistered)
	case len(Asked(c)) == 0:
		return &Refusal{ErrConflict, id + " waits for no confirmation.", "Only a client that registered itself and named an address to call needs one."}
	}
	if err := l.registry.ConfirmClient(id); err != nil {
		return registryRefusal(err)
	}
	l.mark(trace.MarkClientChanged, "The client "+id+" was confirmed: AcmeID may call the addresses that it named.", map[string]string{"client": id})
	return nil
}

// Asked are the addresses that a client asked AcmeID to call, if it registered
// itself and nobody has confirmed them.
func Asked(c *mockprovider.Client) []string {
	if !c.Dynamic || c.Confirmed {
		return nil
	}
	return slices.DeleteFunc([]string{c.JWKSURI, c.BackchannelLogoutURI}, func(address string) bool { return address == "" })
}

// OfTheCast tells whether a client belongs to the story: its app runs here.
func OfTheCast(id string) bool { return ClientParty(id).Role != trace.RoleOwnApp }

func castRefusal(id string) error {
	return &Refusal{ErrConflict, id + " belongs to the story, and its app runs here.", "Register a client of your own under another client_id."}
}

// registryRefusal gives the registry's error the form of a refusal.
func registryRefusal(err error) error {
	var field *mockprovider.FieldError
	switch {
	case errors.As(err, &field):
		return &Refusal{ErrInvalid, "Not accepted: " + field.Problem + ".", "Change " + field.Field + " and send it again."}
	case errors.Is(err, mockprovider.ErrNotRegistered):
		return &Refusal{ErrUnknown, "Nobody is registered under that ID.", "The lists of users and clients have the IDs."}
	case errors.Is(err, mockprovider.ErrRegistryFull):
		return &Refusal{ErrConflict, fmt.Sprintf("There are %d already.", mockprovider.MaxClients), "Remove one that is not needed."}
	default:
		return err
	}
}

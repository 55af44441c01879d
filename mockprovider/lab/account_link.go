package lab

import (
	"context"
	"encoding/json"
	"strings"

	"claimcheck/playground"
)

// CoachBoard keeps accounts. Most of its people came with AcmeID; whoever comes
// with another provider may turn out to have an account already.

// maxEmail is how long an address is that an account is kept under, in bytes.
const maxEmail = 254

func (a *app) accountKey(email string) string {
	return "account:" + a.id + ":" + strings.ToLower(email)
}

// accountOf is the account that somebody made here with AcmeID and this address,
// nil if there is none.
func (a *app) accountOf(ctx context.Context, email string) (*Account, error) {
	if email == "" || len(email) > maxEmail {
		return nil, nil //nolint:nilnil // there is none, which is no fault
	}
	raw, err := a.lab.store.Get(ctx, a.accountKey(email))
	if isNotFound(err) {
		return nil, nil //nolint:nilnil // as above
	}
	known := &Account{}
	if err == nil {
		err = json.Unmarshal(raw, known)
	}
	return known, err
}

// keepAccount remembers the address of an account that was made with AcmeID.
func (a *app) keepAccount(ctx context.Context, x *Account) error {
	if x.Issuer != a.lab.Issuer() || x.Email == "" || len(x.Email) > maxEmail {
		return nil
	}
	raw, err := json.Marshal(x)
	if err != nil {
		return err
	}
	return a.lab.store.Put(ctx, a.accountKey(x.Email), raw, sessionTTL)
}

// emailLinkGuard is about whose account a login opens.
func emailLinkGuard() playground.Check[userInfoAnswer] {
	return playground.Check[userInfoAnswer]{
		Rule: playground.Rule{
			ID: "email_link_guard", Title: "An e-mail address opens nobody’s account", Spec: oidc("5.7"),
			Level: playground.Must, Switchable: true,
		},
		Test: func(t *userInfoAnswer) playground.Outcome {
			if t.accountOf == nil {
				return playground.Skip(playground.WhyNotConcerned)
			}
			known, err := t.accountOf(t.Email)
			switch {
			case err != nil:
				return playground.Broken(err)
			case known == nil || known.Issuer == t.issuer:
				return playground.Pass()
			}
			t.linked = known
			o := playground.Fail("an account of "+t.Subject+" from "+t.issuer, "one of "+known.Subject+" from "+known.Issuer+", with the same address", "Let the person sign in as before, and link the new login from there.")
			o.Why = "The address is what this provider says about its user. Another provider may say it about somebody else. Only the pair of issuer and subject is one person."
			return o
		},
	}
}

// takeAccount is who a client knows after a login whose answer passed: the account
// of the issuer and the subject, or the one that was linked by its address.
func (a *app) takeAccount(ctx context.Context, t *userInfoAnswer) (*Account, error) {
	if t.linked != nil {
		return t.linked, nil
	}
	x := &Account{Issuer: t.issuer, Subject: t.Subject, Name: t.Name, Email: t.Email}
	return x, a.keepAccount(ctx, x)
}

package mockprovider

import (
	"maps"
	"slices"
)

// claimsByScope are the claims that each scope value asks for (OpenID Connect
// Core 1.0 §5.4).
func claimsByScope() map[string][]string {
	return map[string][]string{
		"profile": {
			"name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
			"picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
		},
		"email":   {"email", "email_verified"},
		"address": {"address"},
		"phone":   {"phone_number", "phone_number_verified"},
	}
}

// claimsSupported lists the claims that can be had here, ID token and UserInfo
// together.
func claimsSupported() []string {
	all := []string{"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"}
	byScope := claimsByScope()
	for _, scope := range slices.Sorted(maps.Keys(byScope)) {
		all = append(all, byScope[scope]...)
	}
	return all
}

// claimsOf is what the scope adds to the UserInfo response: the granted
// claims that the user has. What is not known is left out, never null or empty
// (OpenID Connect Core 1.0 §5.3.2).
func claimsOf(user *User, scope []string) map[string]any {
	out := make(map[string]any)
	byScope := claimsByScope()
	for _, one := range scope {
		for _, name := range byScope[one] {
			if value := user.claim(name); value != nil && value != "" {
				out[name] = value
			}
		}
	}
	return out
}

func (u *User) claim(name string) any {
	if u == nil { // removed meanwhile
		return nil
	}
	if value, ok := u.Claims[name]; ok {
		return value
	}
	switch name {
	case "name":
		return u.Name
	case "preferred_username":
		return u.login()
	}
	return nil
}

package lab

import "claimcheck/mockprovider"

// newKeys are AcmeID's signing keys: fresh ones, or with a seed repeatable ones.
func (l *Lab) newKeys() (*mockprovider.Keys, error) {
	return mockprovider.NewKeys()
}

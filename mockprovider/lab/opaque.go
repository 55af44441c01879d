package lab

import "claimcheck/playground"

// testOpaque asks AcmeID what an opaque token stands for.
func (a *apiRequest) testOpaque() playground.Outcome {
	return playground.Fail("an access token of AcmeID", "a text that is no JWT", "Use the access token as AcmeID issued it.")
}

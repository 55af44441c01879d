// Package selftest tries whether a provider's metadata is true: it uses each
// value that the document advertises, over HTTP, as a client would, and asks for
// each value that the registries know and the document leaves out, which must be
// refused.
//
//	report, err := selftest.Twin(ctx, provider.Config())
//
// Twin does it with a second provider of the same configuration on a port of its
// own, so that nothing of the first one changes. Run does it with any provider
// that has the Cast among its clients.
package selftest

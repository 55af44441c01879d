package providertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"claimcheck/mockprovider"
)

// NewTLSServer is [NewServer] with an https issuer: for an app that wants one, and
// for the fault http_downgrade, which has nothing to break over http. The
// certificate is made for the test and [Server.Client] trusts it; an app under test
// has to be given that client, x/oauth2 and go-oidc by
// context.WithValue(ctx, oauth2.HTTPClient, idp.Client()).
func NewTLSServer(tb testing.TB, options ...func(*mockprovider.Config)) *Server {
	tb.Helper()
	s, err := StartTLS(options...)
	if err != nil {
		tb.Fatalf("start the provider: %v", err)
	}
	tb.Cleanup(s.Close)
	return s
}

// StartTLS is [NewTLSServer] without a test. The caller closes the server.
func StartTLS(options ...func(*mockprovider.Config)) (*Server, error) { return start("https", options) }

// The ways in which a server can be reached over TLS and must not be believed
// (RFC 9110 §4.3.4, RFC 6749 §10.9). They are no faults of [mockprovider.Faults]:
// a connection is made before the provider has a say, so only whoever listens can
// break it.
const (
	TLSExpired   = "tls_expired"    // the certificate has ended
	TLSWrongHost = "tls_wrong_host" // the certificate is for another host
	TLSUntrusted = "tls_untrusted"  // nobody whom the client trusts has signed the certificate
)

// BadTLS is the issuer on one more listener, whose TLS is broken in the way of this
// name, until the test ends. The pool trusts the certificate's signer, unless the
// name is TLSUntrusted: a client that uses it fails for the one reason alone. It
// must fail before it sends anything, and show an error.
func (s *Server) BadTLS(tb testing.TB, name string) (issuer string, roots *x509.CertPool) {
	tb.Helper()
	cert, err := s.badCertificate(name)
	if err != nil {
		tb.Fatalf("make a certificate: %v", err)
	}
	bad := httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	bad.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	bad.Config.ErrorLog = log.New(io.Discard, "", 0) // each handshake fails, as it should
	bad.StartTLS()
	tb.Cleanup(bad.Close)
	roots = x509.NewCertPool()
	if name != TLSUntrusted {
		roots.AddCert(cert.Leaf)
	}
	return "https://" + bad.Listener.Addr().String() + "/idp", roots
}

// badCertificate is a certificate of the loopback addresses that signs itself, but
// for what the name says.
func (s *Server) badCertificate(name string) (tls.Certificate, error) {
	now := time.Now() //nolint:forbidigo // certificates are judged by the machine's clock
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Mock provider"},
		NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, IsCA: true,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	switch name {
	case TLSExpired:
		template.NotAfter = now.Add(-24 * time.Hour)
	case TLSWrongHost:
		template.DNSNames, template.IPAddresses = []string{"another-host.example"}, nil
	case TLSUntrusted:
	default:
		return tls.Certificate{}, fmt.Errorf("no broken TLS is called %q", name)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(raw)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key, Leaf: leaf}, nil
}

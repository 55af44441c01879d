package playground

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"regexp"
	"strings"
)

// parsePEM reads every shape of PEM that holds a key (RFC 7468 gives the
// shapes their labels) and has a helpful word for those that do not.
func (s *KeySet) parsePEM(text string) {
	if len(text) > maxPEM {
		s.fail("key_pem", "The PEM text is longer than 16 KiB.", "Paste the one key that the issuer signs with.")
		return
	}
	if strings.HasPrefix(text, "ssh-") || strings.HasPrefix(text, "ecdsa-sha2-") {
		s.fail("key_pem", "This is an SSH public key: the same kind of key in a format that JWT libraries do not read.", "Convert it: ssh-keygen -e -m PKCS8 -f key.pub")
		return
	}
	text = s.repairPEM(text)
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == "EC PARAMETERS" {
			continue
		}
		s.parseBlock(block)
		return
	}
	s.fail("key_pem", "This looks like PEM, but it cannot be read: the lines between BEGIN and END are not base64, or the END line is missing or has another label.", "Copy the whole block, from -----BEGIN to the end of the -----END line.")
}

var onePEMLine = regexp.MustCompile(`(-----BEGIN [A-Z0-9 ]+-----)[ \t]*([^-\r\n]+?)[ \t]*(-----END [A-Z0-9 ]+-----)`)

// repairPEM undoes what configuration files and chats do to line breaks.
func (s *KeySet) repairPEM(text string) string {
	if strings.Contains(text, `\n`) {
		text = strings.NewReplacer(`\r\n`, "\n", `\n`, "\n").Replace(text)
		s.note("key_pem", "The text had `\\n` as two characters; read them as line breaks.")
	}
	text = strings.Trim(text, "\"' ,;")
	if onePEMLine.MatchString(text) {
		text = onePEMLine.ReplaceAllStringFunc(text, func(line string) string {
			m := onePEMLine.FindStringSubmatch(line)
			return m[1] + "\n" + strings.Join(strings.Fields(m[2]), "\n") + "\n" + m[3]
		})
		s.note("key_pem", "The PEM stood on one line; its line breaks are back.")
	}
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, "\n") + "\n"
}

func (s *KeySet) parseBlock(block *pem.Block) {
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY", strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
		s.fail("key_pem", "This private key is encrypted with a passphrase.", "To verify, its public half is enough: openssl pkey -in key.pem -pubout")
		return
	case block.Type == "OPENSSH PRIVATE KEY":
		s.fail("key_pem", "This is a private key in OpenSSH's own format.", "To verify, its public half is enough: ssh-keygen -e -m PKCS8 -f key")
		return
	case strings.HasSuffix(block.Type, "CERTIFICATE REQUEST"):
		s.fail("key_pem", "This is a certificate request, not a certificate: nobody has signed it yet.", "Take the key out of it: openssl req -in request.pem -pubkey -noout")
		return
	case block.Type == "CERTIFICATE":
		s.parseCertificate(block.Bytes)
		return
	}
	key, err := parseDER(block.Bytes)
	if err != nil {
		s.fail("key_pem", "The PEM block says `"+block.Type+"`, but it holds no RSA, EC or Ed25519 key that can be read.", "See what is in it: openssl pkey -in key.pem -noout -text (add -pubin for a public key).")
		return
	}
	k := NewKey(key, "", "")
	if f, _ := familyOf(k.Public); f == "" {
		s.fail("key_pem", "The PEM holds a key of a kind that no JWS algorithm here uses.", "Verifying takes an RSA, EC (P-256, P-384, P-521) or Ed25519 key.")
		return
	}
	k.Form = "PEM, public key"
	if k.Private != nil {
		k.Form = "PEM, private key"
	}
	s.Keys = []Key{k}
}

func (s *KeySet) parseCertificate(der []byte) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		s.fail("key_pem", "The certificate cannot be read.", "Copy the whole block again, or look at it: openssl x509 -in cert.pem -noout -text")
		return
	}
	k := NewKey(c.PublicKey, "", "")
	if f, _ := familyOf(k.Public); f == "" {
		s.fail("key_pem", "The certificate holds a key of a kind that no JWS algorithm here uses.", "Verifying takes an RSA, EC (P-256, P-384, P-521) or Ed25519 key.")
		return
	}
	k.Form = "PEM, certificate"
	s.note("key_pem", "This is a certificate; using the public key in it. It is valid until %s. Who signed the certificate was not checked.", c.NotAfter.UTC().Format("2 January 2006"))
	s.Keys = []Key{k}
}

// parseDER reads a key in any of the structures that PEM labels promise,
// whatever the label was.
func parseDER(der []byte) (any, error) {
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	if c, err := x509.ParseCertificate(der); err == nil {
		return c.PublicKey, nil
	}
	return nil, errors.New("no key")
}

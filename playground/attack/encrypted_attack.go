package attack

import (
	"encoding/json"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

func (l *Lab) encrypted() Attack {
	mine := l.mine()
	nested, err := l.encrypt(mine, "JWT")
	if err != nil {
		l.problems = append(l.problems, err)
	}
	return Attack{
		ID: "encrypted", Title: "Encrypted, so it must be genuine", Line: "Decrypting proves who may read, not who wrote.",
		Story: []string{
			"StepCloud also takes encrypted tokens: five parts instead of three. Its public encryption key is published, so that AcmeID can use it.",
			"What could be decrypted is trusted. But a public key is public: anybody can encrypt to StepCloud.",
		},
		Task: "Encrypt a payload to StepCloud that makes you `alice`.",
		Hint: "Change `sub`. There is no signature to forge, because there is none.",
		Spec: spec.Ref{Name: "RFC 8725", Section: "2.3"}, Known: []string{"CVE-2023-51774"},
		Cure: "What comes out of the decryption is a token, which is verified like any other (RFC 7519 §11.2: sign, then encrypt).",
		Loot: []Item{{"StepCloud’s public key for encryption", strings.Replace(l.publicJWK(l.api.Own.Public(), "stepcloud-enc"), `"use":"sig"`, `"use":"enc"`, 1)}},
		Fields: []Field{
			{Name: "payload", Label: "Payload to encrypt", Part: playground.PartPayload, Start: l.claims("mallory"), Solution: l.claims("alice")},
		},
		api: l.api, wants: "alice", genuine: mine, reissued: nested,
		forge:      func(v values) (string, error) { return l.encrypt(v["payload"], "") },
		vulnerable: encryptedVulnerable, fixed: encryptedFixed, helpers: []string{"decrypt"},
	}
}

// encrypt encrypts to StepCloud (RFC 7516 §5.1) with ECDH-ES and A256GCM.
func (l *Lab) encrypt(text string, cty jose.ContentType) (string, error) {
	options := &jose.EncrypterOptions{}
	if cty != "" {
		options = options.WithContentType(cty)
	}
	e, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.ECDH_ES, Key: l.api.Own.Public(), KeyID: "stepcloud-enc"}, options)
	if err != nil {
		return "", err
	}
	made, err := e.Encrypt([]byte(text))
	if err != nil {
		return "", err
	}
	return made.CompactSerialize()
}

func encryptedVulnerable(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	if strings.Count(raw, ".") == 4 {
		plain, err := decrypt(api, raw)
		if err != nil {
			return "", err
		}
		if err := json.Unmarshal(plain, &claims); err != nil {
			return "", err
		}
		return claims.GetSubject()
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	if _, err := parser.ParseWithClaims(raw, claims, trusted); err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func encryptedFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	if strings.Count(raw, ".") == 4 {
		plain, err := decrypt(api, raw)
		if err != nil {
			return "", err
		}
		raw = string(plain)
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	if _, err := parser.ParseWithClaims(raw, claims, trusted); err != nil {
		return "", err
	}
	return claims.GetSubject()
}

// decrypt opens what was encrypted to StepCloud.
func decrypt(api *API, raw string) ([]byte, error) {
	e, err := jose.ParseEncryptedCompact(raw, []jose.KeyAlgorithm{jose.ECDH_ES}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		return nil, err
	}
	return e.Decrypt(api.Own)
}

package main

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/playground"
)

// playgroundOperations are the calls to the JWT engine.
func playgroundOperations() []operation {
	tooMuch := []int{http.StatusTooManyRequests}
	return []operation{
		plain(groupPlayground, "/api/playground/verify", "verifyToken", "Judge a token", apiVerify).
			more("Every token is answered with 200, however bad: the verdict is in the body."),
		plain(groupPlayground, "/api/playground/decrypt", "decryptToken", "Open an encrypted token", apiDecrypt).fails(tooMuch...),
		plain(groupPlayground, "/api/playground/diagnose", "diagnoseToken", "Say why a signature does not match", apiDiagnose),
		plain(groupPlayground, "/api/playground/compare", "compareTokens", "Lay two tokens side by side", apiCompare),
		plain(groupPlayground, "/api/playground/sign", "signToken", "Sign exactly these bytes", apiSign).fails(http.StatusUnprocessableEntity),
		plain(groupPlayground, "/api/playground/keys", "makeKey", "Make a key", apiMakeKey).fails(tooMuch...),
	}
}

// apiKey is a key in a call: a text with its encoding, or a lab's keys.
type apiKey struct {
	Text     string              `json:"text" doc:"PEM, JWK, JWK Set or a secret"`
	Encoding playground.Encoding `json:"encoding" enum:"utf8,base64,base64url,hex" doc:"of a secret"`
	Lab      string              `json:"lab" doc:"take the public keys of this lab instead"`
}

// verifyCall is the body of POST /api/playground/verify.
type verifyCall struct {
	Token  string  `json:"token"`
	Key    *apiKey `json:"key"`
	Policy struct {
		playground.Policy
		Now *int64 `json:"now" doc:"the time to judge by, in seconds since 1970"`
	} `json:"policy"`
	Strict bool `json:"strict" doc:"read the token as it stands, without forgiving what people paste along"`
}

// apiVerify judges a token. Every token is answered with 200, however bad.
func apiVerify(s *server, c *gin.Context, call verifyCall) (*playground.Result, error) {
	if err := tooLong(call.Token, call.Key); err != nil {
		return nil, err
	}
	keys, err := s.apiKeys(call.Key)
	if err != nil {
		return nil, err
	}
	p := call.Policy.Policy
	p.Now, p.Lenient = s.now(), !call.Strict
	if call.Policy.Now != nil {
		p.Now = time.Unix(*call.Policy.Now, 0)
	} else if call.Key != nil {
		if l, ok := s.world.Lab(call.Key.Lab); ok {
			p.Now = l.Now()
		}
	}
	return playground.Verify(call.Token, keys, p), nil
}

// apiKeys reads the key of a call; nil when there is none.
func (s *server) apiKeys(k *apiKey) (*playground.KeySet, error) {
	switch {
	case k == nil || k.Text == "" && k.Lab == "":
		return nil, nil //nolint:nilnil // no key is an answer, too
	case k.Lab == "":
		keys, _ := playground.ParseKey([]byte(k.Text), k.Encoding) // what is wrong with it becomes a finding
		return keys, nil
	}
	l, ok := s.world.Lab(k.Lab)
	if !ok {
		return nil, problem{Status: http.StatusBadRequest, Title: "There is no such lab.", Detail: "The call asks for the keys of the lab " + k.Lab + ".", Fix: `Use {"lab": "main"}, or give the key as "text".`}
	}
	return labKeys(l)
}

// decryptCall is the body of POST /api/playground/decrypt.
type decryptCall struct {
	Token  string  `json:"token"`
	Key    *apiKey `json:"key"`
	Strict bool    `json:"strict"`
}

// apiDecrypt opens an encrypted token. Every token is answered with 200.
func apiDecrypt(s *server, c *gin.Context, call decryptCall) (*playground.Decrypted, error) {
	if err := tooLong(call.Token, call.Key); err != nil {
		return nil, err
	}
	keys, err := s.apiKeys(call.Key)
	if err != nil {
		return nil, err
	}
	if err := s.spendDecrypt(c, call.Token); err != nil {
		return nil, err
	}
	return playground.Decrypt(call.Token, keys, call.Strict), nil
}

// diagnoseCall is the body of POST /api/playground/diagnose.
type diagnoseCall struct {
	Token string  `json:"token"`
	Key   *apiKey `json:"key"`
}

// apiDiagnose says why a signature does not match.
func apiDiagnose(s *server, c *gin.Context, call diagnoseCall) (*playground.Diagnosis, error) {
	if err := tooLong(call.Token, call.Key); err != nil {
		return nil, err
	}
	keys, err := s.apiKeys(call.Key)
	if err != nil {
		return nil, err
	}
	return playground.Diagnose(call.Token, keys), nil
}

// compareCall is the body of POST /api/playground/compare.
type compareCall struct {
	First  string `json:"first"`
	Second string `json:"second"`
}

// apiCompare lays two tokens side by side.
func apiCompare(s *server, c *gin.Context, call compareCall) (*playground.Comparison, error) {
	for _, token := range []string{call.First, call.Second} {
		if err := tooLong(token, nil); err != nil {
			return nil, err
		}
	}
	return playground.Compare(call.First, call.Second), nil
}

// signCall is the body of POST /api/playground/sign.
type signCall struct {
	Header  string  `json:"header"`
	Payload string  `json:"payload"`
	Key     *apiKey `json:"key"`
}

// signedToken is a token that was signed.
type signedToken struct {
	Token     string   `json:"token"`
	Algorithm string   `json:"algorithm"`
	Notes     []string `json:"notes"`
}

// apiSign signs exactly the bytes of header and payload.
func apiSign(s *server, c *gin.Context, call signCall) (signedToken, error) {
	if err := tooLong(call.Header+call.Payload, call.Key); err != nil {
		return signedToken{}, err
	}
	if call.Key == nil {
		call.Key = &apiKey{}
	}
	if call.Key.Lab != "" {
		return signedToken{}, problem{Status: http.StatusUnprocessableEntity, Title: "A lab’s private keys stay in the lab.", Fix: "Give a key of your own as “text”, or have AcmeID issue the token in a flow."}
	}
	made := makeToken(call.Header, call.Payload, call.Key.Text, call.Key.Encoding)
	if made.Token == "" {
		return signedToken{}, problem{Status: http.StatusUnprocessableEntity, Title: "That cannot be signed.", Detail: made.Problem, Fix: made.Fix}
	}
	return signedToken{made.Token, made.Algorithm, append([]string{}, made.Notes...)}, nil
}

// keyCall is the body of POST /api/playground/keys.
type keyCall struct {
	Algorithm string `json:"algorithm"`
	Bits      int    `json:"bits"`
}

// apiMakeKey makes a key, within limits.
func apiMakeKey(s *server, c *gin.Context, call keyCall) (*playground.GeneratedKey, error) {
	if err := s.spendKey(c, call.Algorithm); err != nil {
		return nil, err
	}
	key, err := playground.GenerateKey(call.Algorithm, call.Bits)
	switch {
	case errors.Is(err, playground.ErrAlgorithm), errors.Is(err, playground.ErrKeyFit):
		return nil, problem{Status: http.StatusBadRequest, Title: "No key can be made for that.", Detail: err.Error() + ".", Fix: `Ask for one of the signature algorithms, such as {"algorithm": "ES256"}.`, Err: err}
	case err != nil:
		return nil, err
	}
	return key, nil
}

// tooLong refuses what the engine would not read.
func tooLong(token string, k *apiKey) error {
	if len(token) > playground.MaxToken || k != nil && len(k.Text) > playground.MaxKeyText {
		return problem{
			Status: http.StatusRequestEntityTooLarge, Title: "That is more than we read.",
			Detail: "A token may have 64 KiB, and so may the text of a key.", Fix: "Send less. Servers often stop at 8 KiB for all headers together.",
		}
	}
	return nil
}

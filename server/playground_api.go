package main

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/playground"
)

// apiKey is a key in a call: a text with its encoding, or a lab's keys.
type apiKey struct {
	Text     string              `json:"text"`
	Encoding playground.Encoding `json:"encoding"`
	Lab      string              `json:"lab"`
}

// verifyCall is the body of POST /api/playground/verify.
type verifyCall struct {
	Token  string  `json:"token"`
	Key    *apiKey `json:"key"`
	Policy struct {
		playground.Policy
		Now *int64 `json:"now"`
	} `json:"policy"`
	Strict bool `json:"strict"`
}

// apiVerify judges a token. Every token is answered with 200, however bad.
func (s *server) apiVerify(c *gin.Context) error {
	var call verifyCall
	if err := s.bind(c, &call); err != nil {
		return err
	}
	if err := tooLong(call.Token, call.Key); err != nil {
		return err
	}
	keys, err := s.apiKeys(call.Key)
	if err != nil {
		return err
	}
	p := call.Policy.Policy
	p.Now, p.Lenient = s.now(), !call.Strict
	if call.Policy.Now != nil {
		p.Now = time.Unix(*call.Policy.Now, 0)
	} else if call.Key != nil && call.Key.Lab != "" {
		p.Now = s.world.Main().Now()
	}
	return s.json(c, http.StatusOK, playground.Verify(call.Token, keys, p))
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

// apiDecrypt opens an encrypted token. Every token is answered with 200.
func (s *server) apiDecrypt(c *gin.Context) error {
	var call struct {
		Token  string  `json:"token"`
		Key    *apiKey `json:"key"`
		Strict bool    `json:"strict"`
	}
	if err := s.bind(c, &call); err != nil {
		return err
	}
	if err := tooLong(call.Token, call.Key); err != nil {
		return err
	}
	keys, err := s.apiKeys(call.Key)
	if err != nil {
		return err
	}
	if err := s.spendDecrypt(c, call.Token); err != nil {
		return err
	}
	return s.json(c, http.StatusOK, playground.Decrypt(call.Token, keys, call.Strict))
}

// apiDiagnose says why a signature does not match.
func (s *server) apiDiagnose(c *gin.Context) error {
	var call struct {
		Token string  `json:"token"`
		Key   *apiKey `json:"key"`
	}
	if err := s.bind(c, &call); err != nil {
		return err
	}
	if err := tooLong(call.Token, call.Key); err != nil {
		return err
	}
	keys, err := s.apiKeys(call.Key)
	if err != nil {
		return err
	}
	return s.json(c, http.StatusOK, playground.Diagnose(call.Token, keys))
}

// apiCompare lays two tokens side by side.
func (s *server) apiCompare(c *gin.Context) error {
	var call struct {
		First  string `json:"first"`
		Second string `json:"second"`
	}
	if err := s.bind(c, &call); err != nil {
		return err
	}
	for _, token := range []string{call.First, call.Second} {
		if err := tooLong(token, nil); err != nil {
			return err
		}
	}
	return s.json(c, http.StatusOK, playground.Compare(call.First, call.Second))
}

// signCall is the body of POST /api/playground/sign.
type signCall struct {
	Header  string  `json:"header"`
	Payload string  `json:"payload"`
	Key     *apiKey `json:"key"`
}

// apiSign signs exactly the bytes of header and payload.
func (s *server) apiSign(c *gin.Context) error {
	var call signCall
	if err := s.bind(c, &call); err != nil {
		return err
	}
	if err := tooLong(call.Header+call.Payload, call.Key); err != nil {
		return err
	}
	if call.Key == nil {
		call.Key = &apiKey{}
	}
	if call.Key.Lab != "" {
		return problem{Status: http.StatusUnprocessableEntity, Title: "A lab’s private keys stay in the lab.", Fix: "Give a key of your own as “text”, or have AcmeID issue the token in a flow."}
	}
	made := makeToken(call.Header, call.Payload, call.Key.Text, call.Key.Encoding)
	if made.Token == "" {
		return problem{Status: http.StatusUnprocessableEntity, Title: "That cannot be signed.", Detail: made.Problem, Fix: made.Fix}
	}
	return s.json(c, http.StatusOK, struct {
		Token     string   `json:"token"`
		Algorithm string   `json:"algorithm"`
		Notes     []string `json:"notes"`
	}{made.Token, made.Algorithm, append([]string{}, made.Notes...)})
}

// apiMakeKey makes a key, within limits.
func (s *server) apiMakeKey(c *gin.Context) error {
	var call struct {
		Algorithm string `json:"algorithm"`
		Bits      int    `json:"bits"`
	}
	if err := s.bind(c, &call); err != nil {
		return err
	}
	if err := s.spendKey(c, call.Algorithm); err != nil {
		return err
	}
	key, err := playground.GenerateKey(call.Algorithm, call.Bits)
	switch {
	case errors.Is(err, playground.ErrAlgorithm), errors.Is(err, playground.ErrKeyFit):
		return problem{Status: http.StatusBadRequest, Title: "No key can be made for that.", Detail: err.Error() + ".", Fix: `Ask for one of the signature algorithms, such as {"algorithm": "ES256"}.`, Err: err}
	case err != nil:
		return err
	}
	return s.json(c, http.StatusOK, key)
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

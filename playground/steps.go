package playground

import (
	"crypto/rsa"
	"encoding/hex"
	"fmt"
	"math/big"
)

// A Step is one thing inside a signature that holds: what it is, its bytes in
// hexadecimal, and what it is for.
type Step struct{ Name, Value, Note string }

// SignatureSteps takes a signature apart that was found valid: the pads of an
// HMAC (RFC 2104 §2), the block of PKCS #1 (RFC 8017 §9.2) or PSS (RFC 8017
// §9.1), r and s (RFC 7518 §3.4), R and S (RFC 8032 §5.1.6). It is empty for
// any other, so that nobody learns a signature here.
func (r *Result) SignatureSteps() []Step {
	if r.Signature != SignatureValid || r.Key == nil {
		return nil
	}
	a := algorithmOf(r.Token.Header().Object().String("alg"))
	if a == nil {
		return nil
	}
	signature := r.Token.Signature().Bytes
	steps := []Step{{"what is signed", "", fmt.Sprintf("The %d characters before the second dot, as they stand.", len(r.Token.SigningInput))}}
	var digest []byte
	if a.hash != 0 {
		h := a.hash.New()
		h.Write([]byte(r.Token.SigningInput))
		digest = h.Sum(nil)
	}
	switch a.family {
	case familyHMAC:
		secret, _ := r.Key.Public.([]byte)
		return append(steps, hmacSteps(a, secret, r.Token.SigningInput, signature)...)
	case familyEC:
		half := len(signature) / 2
		return append(steps, Step{"its hash", hex.EncodeToString(digest), fmt.Sprintf("%s. This number is what is signed.", a.hash)},
			Step{"r", hex.EncodeToString(signature[:half]), "The first half: the x of a point that a fresh random number chose. The same number twice gives the private key away."},
			Step{"s", hex.EncodeToString(signature[half:]), "The second half: ties r, the hash and the private key together."})
	case familyEd25519:
		return append(steps, Step{"R", hex.EncodeToString(signature[:32]), "A point on the curve. It follows from key and message; no random number is needed."},
			Step{"S", hex.EncodeToString(signature[32:]), "A number that only the private key can give for this R and this message."})
	case familyRSA:
		key, ok := r.Key.Public.(*rsa.PublicKey)
		if !ok {
			return nil
		}
		block := new(big.Int).Exp(new(big.Int).SetBytes(signature), big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
		steps = append(steps, Step{"its hash", hex.EncodeToString(digest), a.hash.String() + "."},
			Step{"the signature, to the power of e", hex.EncodeToString(block), "Modulo n. Anybody can compute this with the public key; only the private key finds a number for which it comes out well formed."})
		if a.name[0] == 'P' {
			return append(steps, pssSteps(a, block, len(digest))...)
		}
		return append(steps, pkcs1Steps(block, len(digest))...)
	}
	return nil
}

func hmacSteps(a *algorithm, secret []byte, input string, signature []byte) []Step {
	block := a.hash.New().BlockSize()
	note := fmt.Sprintf("The secret has %s; zero bytes fill the block of %d.", count(len(secret), "byte", "bytes"), block)
	key := secret
	if len(secret) > block {
		h := a.hash.New()
		h.Write(secret)
		key = h.Sum(nil)
		note = fmt.Sprintf("The secret has %d bytes, more than the block of %d: its hash takes its place.", len(secret), block)
	}
	pad := func(with byte) []byte {
		b := make([]byte, block)
		copy(b, key)
		for i := range b {
			b[i] ^= with
		}
		return b
	}
	inner := a.hash.New()
	inner.Write(pad(0x36))
	inner.Write([]byte(input))
	return []Step{
		{"the key block", fmt.Sprintf("%d bytes", block), note},
		{"the inner hash", hex.EncodeToString(inner.Sum(nil)), fmt.Sprintf("%s over the key block with each byte XOR 36, followed by what is signed.", a.hash)},
		{"the outer hash", hex.EncodeToString(signature), fmt.Sprintf("%s over the key block with each byte XOR 5c, followed by the inner hash. This is the signature.", a.hash)},
	}
}

func pkcs1Steps(block []byte, hashSize int) []Step {
	end := 2
	for end < len(block) && block[end] == 0xff {
		end++
	}
	if end+1 > len(block)-hashSize {
		return nil
	}
	return []Step{
		{"00 01", hex.EncodeToString(block[:2]), "How the block begins."},
		{"padding", fmt.Sprintf("%d times ff", end-2), "As many as are needed to fill the block. A verifier that does not count them can be cheated."},
		{"00 and the name of the hash", hex.EncodeToString(block[end : len(block)-hashSize]), "DigestInfo in DER: which hash follows."},
		{"the hash", hex.EncodeToString(block[len(block)-hashSize:]), "It must equal the hash above."},
	}
}

func pssSteps(a *algorithm, block []byte, hashSize int) []Step {
	db, h := block[:len(block)-hashSize-1], block[len(block)-hashSize-1:len(block)-1]
	plain := make([]byte, 0, len(db))
	for i := uint32(0); len(plain) < len(db); i++ { // MGF1, RFC 8017 §B.2.1
		mask := a.hash.New()
		mask.Write(h)
		mask.Write([]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)})
		plain = mask.Sum(plain)
	}
	plain = plain[:len(db)]
	for i := range plain {
		plain[i] ^= db[i]
	}
	return []Step{
		{"masked data block", hex.EncodeToString(db), "Zeros, 01 and the salt, hidden under a mask that is made of H."},
		{"the salt", hex.EncodeToString(plain[len(plain)-hashSize:]), "Random, as long as the hash (RFC 7518 §3.5). It makes two signatures of one text differ."},
		{"H", hex.EncodeToString(h), "The hash of eight zero bytes, the hash above and the salt."},
		{"bc", hex.EncodeToString(block[len(block)-1:]), "How the block ends."},
	}
}

package playground

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// fromDER turns an ECDSA signature in ASN.1 into r‖s of size bytes
// (RFC 7518 §3.4). ok is false when der is no such signature.
func fromDER(der []byte, size int) (raw []byte, ok bool) {
	var rs struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &rs)
	half := size / 2
	if err != nil || len(rest) > 0 || rs.R.Sign() < 0 || rs.S.Sign() < 0 || rs.R.BitLen() > 8*half || rs.S.BitLen() > 8*half {
		return nil, false
	}
	raw = make([]byte, size)
	rs.R.FillBytes(raw[:half])
	rs.S.FillBytes(raw[half:])
	return raw, true
}

// What VerifyCompact refuses before it comes to the signature.
var (
	ErrShape  = errors.New("not a signed token in the compact form")
	ErrHeader = errors.New("the header is not acceptable")
)

// VerifyCompact is the short way to a signature: it takes a token apart, checks
// that the header is sound and that its algorithm is on the list and fits the
// key, and verifies. Header and payload come back as they were signed. It looks
// at no claim and explains nothing; [Verify] does both.
//
// Without a list, any algorithm that fits the key will do. The header must be
// one JSON object without duplicates, "crit" or "b64" (RFC 7515 §5.2,
// RFC 8725 §3.1).
func VerifyCompact(token string, key Key, list ...string) (header, payload []byte, err error) {
	if len(token) > MaxToken {
		return nil, nil, fmt.Errorf("%w: longer than 64 KiB", ErrShape)
	}
	input, signature64, ok := cutLast(token)
	header64, payload64, two := strings.Cut(input, ".")
	if !ok || !two || strings.Contains(payload64, ".") {
		return nil, nil, fmt.Errorf("%w: it needs three parts", ErrShape)
	}
	header, _, good := decode64(header64)
	payload, _, good2 := decode64(payload64)
	signature, _, good3 := decode64(signature64)
	if !good || !good2 || !good3 {
		return nil, nil, fmt.Errorf("%w: a part is not base64url", ErrShape)
	}
	alg, err := headerAlgorithm(header)
	if err != nil {
		return nil, nil, err
	}
	if len(list) > 0 && !slices.Contains(list, alg) {
		return nil, nil, ErrAlgorithm
	}
	if p := key.unfit(alg); p != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrKeyFit, p)
	}
	if err := VerifySignature(alg, input, signature, key.Public); err != nil {
		return nil, nil, err
	}
	return header, payload, nil
}

func cutLast(token string) (before, after string, ok bool) {
	i := strings.LastIndexByte(token, '.')
	if i < 0 {
		return "", "", false
	}
	return token[:i], token[i+1:], true
}

// headerAlgorithm reads "alg" from a header that has nothing to be refused for.
func headerAlgorithm(header []byte) (string, error) {
	v, flaws := ScanJSON(header)
	if v == nil || v.Kind != KindObject {
		return "", fmt.Errorf("%w: it is no JSON object", ErrHeader)
	}
	for i := range flaws {
		if flaws[i].ID != "json_ws" && flaws[i].ID != "json_ctl" && flaws[i].ID != "json_bigint" && flaws[i].ID != "json_num" {
			return "", fmt.Errorf("%w: %s", ErrHeader, flaws[i].ID)
		}
	}
	if v.Get("crit") != nil || v.Get("b64") != nil {
		return "", fmt.Errorf("%w: it has an extension that is not understood", ErrHeader)
	}
	return v.String("alg"), nil
}

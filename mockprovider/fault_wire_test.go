package mockprovider

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"claimcheck/playground"
)

// last is the last answer that a fault acted on.
func (f *faultRun) last() seen {
	all := f.marked(f.p.FaultsOn()[0].Name)
	if len(all) == 0 {
		f.t.Fatal("no answer is marked")
	}
	return all[len(all)-1]
}

func (f *faultRun) doc() map[string]any { return object(f.t, f.last().body) }

// keys are the keys of the last JWK Set.
func (f *faultRun) keys() []map[string]any {
	all := f.at("/jwks")
	var out []map[string]any
	for _, k := range object(f.t, all[len(all)-1].body)["keys"].([]any) {
		out = append(out, k.(map[string]any))
	}
	return out
}

func status(want int) func(*faultRun) bool {
	return func(f *faultRun) bool { return f.last().status == want }
}

func wireOfDiscovery() map[string]func(*faultRun) bool {
	lacks := func(name string) func(*faultRun) bool {
		return func(f *faultRun) bool { _, there := f.doc()[name]; return !there && f.doc()["issuer"] == f.p.Issuer() }
	}
	kids := func(f *faultRun) (out []any) {
		for _, k := range f.keys() {
			out = append(out, k["kid"])
		}
		return out
	}
	return map[string]func(*faultRun) bool{
		"disc_issuer_mismatch":  func(f *faultRun) bool { return f.doc()["issuer"] == f.p.Issuer()+"-other" },
		"disc_missing_jwks_uri": lacks("jwks_uri"),
		"disc_html_200": func(f *faultRun) bool {
			return f.last().status == 200 && strings.HasPrefix(f.last().header.Get("Content-Type"), "text/html")
		},
		"disc_500": status(http.StatusInternalServerError),
		"disc_redirect_other_host": func(f *faultRun) bool {
			return f.last().status == 302 && strings.HasPrefix(f.last().header.Get("Location"), "https://attacker.example/")
		},
		"disc_endpoint_other_origin": func(f *faultRun) bool { return f.doc()["token_endpoint"] == "https://attacker.example/token" },
		"disc_no_s256":               lacks("code_challenge_methods_supported"),
		"jwks_500":                   status(http.StatusInternalServerError),
		"jwks_empty":                 func(f *faultRun) bool { return len(f.keys()) == 0 },
		"jwks_kid_missing_single": func(f *faultRun) bool {
			header, _, _ := f.idToken()
			return len(f.keys()) == 1 && f.keys()[0]["kid"] == nil && f.keys()[0]["alg"] == header["alg"] && header["kid"] == nil
		},
		"jwks_kid_missing_multiple": func(f *faultRun) bool {
			header, _, _ := f.idToken()
			return len(f.keys()) == len(KeyAlgs()) && !slices.ContainsFunc(kids(f), func(k any) bool { return k != nil }) && header["kid"] == nil
		},
		"jwks_duplicate_kid": func(f *faultRun) bool {
			k := f.keys()
			return len(k) == 2*len(KeyAlgs()) && k[0]["kid"] == k[1]["kid"] && k[0]["n"] != k[1]["n"] && k[2]["kid"] == k[3]["kid"]
		},
		"jwks_key_rotated_now": func(f *faultRun) bool {
			header, _, _ := f.idToken()
			return len(f.keys()) == len(KeyAlgs())+1 && f.keys()[len(KeyAlgs())]["kid"] == header["kid"]
		},
		"jwks_rotated_just_before_signing": func(f *faultRun) bool {
			header, _, _ := f.idToken()
			return len(f.keys()) == 1 && f.keys()[0]["kid"] == header["kid"]
		},
		"jwks_has_oct_key": func(f *faultRun) bool {
			return f.keys()[0]["kty"] == "oct" && f.keys()[0]["k"] == publicSecret && len(f.keys()) == len(KeyAlgs())+1
		},
		"jwks_use_enc": func(f *faultRun) bool {
			return len(f.keys()) == len(KeyAlgs()) && f.keys()[0]["use"] == "enc" && f.keys()[2]["use"] == "enc"
		},
		"jwks_stale_cache": func(f *faultRun) bool {
			header, _, _ := f.idToken()
			return !slices.Contains(kids(f), header["kid"]) && len(f.keys()) == len(KeyAlgs())
		},
		"jwks_10mb": func(f *faultRun) bool { return len(f.last().body) > 10<<20 },
		"key_compromised": func(f *faultRun) bool {
			header, _, _ := f.idToken()
			return !slices.Contains(kids(f), header["kid"]) && len(f.keys()) == 1
		},
	}
}

func wireOfResponse() map[string]func(*faultRun) bool {
	is := func(name, value string) func(*faultRun) bool {
		return func(f *faultRun) bool { _, q := f.response(); return q.Get(name) == value && q.Get("code") != "" }
	}
	lacks := func(name string) func(*faultRun) bool {
		return func(f *faultRun) bool { _, q := f.response(); return !q.Has(name) && q.Get("code") != "" }
	}
	fails := func(code string) func(*faultRun) bool {
		return func(f *faultRun) bool {
			_, q := f.response()
			return q.Get("error") == code && !q.Has("code") && q.Get("state") != "" && q.Get("iss") == f.p.Issuer()
		}
	}
	out := map[string]func(*faultRun) bool{
		"az_state_wrong":   is("state", "a-state-of-somebody-else"),
		"az_state_missing": lacks("state"),
		"az_iss_wrong":     is("iss", "https://attacker.example"),
		"az_iss_missing":   lacks("iss"),
		"az_mixup_issuer":  func(f *faultRun) bool { _, q := f.response(); return q.Get("iss") == f.p.beside.home.Issuer() },
		"az_error_in_form_post": func(f *faultRun) bool {
			s := f.last()
			return s.status == 200 && strings.Contains(s.body, `name="error" value="access_denied"`) && !strings.Contains(s.body, `name="code"`)
		},
		"az_code_empty": func(f *faultRun) bool { _, q := f.response(); return q.Has("code") && q.Get("code") == "" },
		"az_duplicate_code": func(f *faultRun) bool {
			_, q := f.response()
			return len(q["code"]) == 2 && q["code"][0] != q["code"][1]
		},
		"az_error_and_code_both": is("error", "access_denied"),
		"az_extra_params":        is("x_unknown", "1"),
		"az_fragment_instead_of_query": func(f *faultRun) bool {
			u, q := f.response()
			return len(q) == 0 && strings.Contains(u.Fragment, "code=") && strings.Contains(u.Fragment, "state=")
		},
		"az_unsolicited": is("state", "a-state-of-somebody-else"),
		"az_other_users_code": func(f *faultRun) bool {
			t := f.at("/token")
			return len(t) == 1 && strings.Contains(t[0].body, "invalid_grant")
		},
	}
	for _, code := range []string{"access_denied", "invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope", "server_error", "temporarily_unavailable", "login_required", "unknown_error_code"} {
		out["az_"+code] = fails(code)
	}
	return out
}

func wireOfToken() map[string]func(*faultRun) bool {
	lacks := func(name string) func(*faultRun) bool {
		return func(f *faultRun) bool { _, there := f.doc()[name]; return !there && f.doc()["access_token"] != nil }
	}
	is := func(name string, value any) func(*faultRun) bool {
		return func(f *faultRun) bool { return f.doc()[name] == value && f.last().path == "/token" }
	}
	return map[string]func(*faultRun) bool{
		"tok_invalid_grant_once": is("error", "invalid_grant"),
		"tok_invalid_client": func(f *faultRun) bool {
			return f.last().status == 401 && f.doc()["error"] == "invalid_client" && f.last().header.Get("WWW-Authenticate") != ""
		},
		"tok_400_html": func(f *faultRun) bool {
			return f.last().status == 400 && strings.HasPrefix(f.last().body, "<!doctype html>")
		},
		"tok_200_error_body":  func(f *faultRun) bool { return f.last().status == 200 && f.doc()["error"] == "invalid_grant" },
		"tok_500_once":        status(http.StatusInternalServerError),
		"tok_timeout":         func(f *faultRun) bool { return f.last().status == 504 && slices.Contains(f.waited, longAnswer) },
		"tok_429_retry_after": func(f *faultRun) bool { return f.last().status == 429 && f.last().header.Get("Retry-After") == "2" },
		"tok_slow":            func(f *faultRun) bool { return f.last().status == 200 && slices.Contains(f.waited, slowAnswer) },
		"tok_no_expires_in":   lacks("expires_in"),
		"tok_type_lowercase":  is("token_type", "bearer"),
		"tok_type_unknown":    is("token_type", "x_unknown"),
		"tok_scope_narrowed":  is("scope", "openid"),
		"tok_no_id_token":     lacks("id_token"),
		"tok_extra_members":   is("client_info", "e30"),
	}
}

func wireOfIDToken() map[string]func(*faultRun) bool {
	is := func(name string, value any) func(*faultRun) bool {
		return func(f *faultRun) bool { _, c, _ := f.idToken(); return c[name] == value }
	}
	lacks := func(name string) func(*faultRun) bool {
		return func(f *faultRun) bool { _, c, _ := f.idToken(); _, there := c[name]; return !there && len(c) > 5 }
	}
	at := func(name string, by time.Duration) func(*faultRun) bool {
		return func(f *faultRun) bool {
			_, c, _ := f.idToken()
			got, _ := c[name].(float64)
			d := time.Unix(int64(got), 0).Sub(f.p.now().Add(by))
			return d > -time.Minute/4 && d < time.Minute/4
		}
	}
	// good tells whether the key with this kid made the signature.
	good := func(f *faultRun) bool {
		header, _, parts := f.idToken()
		key := f.p.keys.verifier(header["alg"].(string), header["kid"].(string))
		sig, err := base64.RawURLEncoding.DecodeString(parts[2])
		return err == nil && key != nil && playground.VerifySignature(key.Alg, parts[0]+"."+parts[1], sig, key.Private.Public()) == nil
	}
	spoiled := func(alg string) func(*faultRun) bool {
		return func(f *faultRun) bool {
			h, _, parts := f.idToken()
			return h["alg"] == alg && len(parts[2]) > 40 && (alg == "HS256" || !good(f))
		}
	}
	return map[string]func(*faultRun) bool{
		"idt_iss_wrong":   is("iss", "https://attacker.example"),
		"idt_iss_missing": lacks("iss"),
		"idt_aud_wrong":   is("aud", "another-client"),
		"idt_aud_missing": lacks("aud"),
		"idt_aud_array_ok": func(f *faultRun) bool {
			_, c, _ := f.idToken()
			a, ok := c["aud"].([]any)
			return ok && len(a) == 1 && a[0] == "app" && good(f)
		},
		"idt_aud_extra_untrusted": func(f *faultRun) bool {
			_, c, _ := f.idToken()
			a, ok := c["aud"].([]any)
			return ok && len(a) == 2 && good(f)
		},
		"idt_azp_wrong":       is("azp", "another-client"),
		"idt_sub_missing":     lacks("sub"),
		"idt_number_sub":      func(f *faultRun) bool { _, c, _ := f.idToken(); _, ok := c["sub"].(float64); return ok },
		"idt_iat_missing":     lacks("iat"),
		"idt_iat_future":      at("iat", time.Hour),
		"idt_exp_past":        at("exp", -time.Hour),
		"idt_exp_missing":     lacks("exp"),
		"idt_nbf_future":      at("nbf", time.Hour),
		"idt_nonce_wrong":     is("nonce", "the-nonce-of-another-login"),
		"idt_nonce_missing":   lacks("nonce"),
		"idt_auth_time_stale": at("auth_time", -24*time.Hour),
		"idt_acr_lower":       is("acr", "0"),
		"idt_at_hash_wrong": func(f *faultRun) bool {
			_, c, _ := f.idToken()
			return c["at_hash"] == leftHalfHash("RS256", "another token") && good(f)
		},
		"idt_c_hash_wrong": func(f *faultRun) bool {
			_, c, _ := f.idToken()
			return c["c_hash"] == leftHalfHash("RS256", "another code") && good(f)
		},
		"idt_at_as_idt": func(f *faultRun) bool {
			h, c, _ := f.idToken()
			return h["typ"] == "at+jwt" && c["client_id"] == "app" && good(f)
		},
		"idt_huge_4kb_cookie": func(f *faultRun) bool { _, _, p := f.idToken(); return len(strings.Join(p, ".")) > 4<<10 && good(f) },
		"idt_unicode_claims": func(f *faultRun) bool {
			_, c, _ := f.idToken()
			return strings.Contains(c["name"].(string), "爱丽丝") && good(f)
		},
		"clock_skew_30s":   at("iat", 30*time.Second),
		"clock_skew_10min": at("nbf", 10*time.Minute),

		"idt_sig_corrupt_rs256": spoiled("RS256"),
		"idt_sig_corrupt_es256": spoiled("ES256"),
		"idt_sig_corrupt_hs256": spoiled("HS256"),
		"idt_alg_none":          func(f *faultRun) bool { h, _, p := f.idToken(); return h["alg"] == "none" && p[2] == "" },
		"idt_alg_hs256_with_rsa_public_key": func(f *faultRun) bool {
			h, _, p := f.idToken()
			key, err := f.p.keys.Key("RS256")
			if err != nil {
				return false
			}
			secret, _ := publicPEM(key.Private.Public())
			mac := hmac.New(sha256.New, secret)
			mac.Write([]byte(p[0] + "." + p[1]))
			return h["alg"] == "HS256" && h["kid"] == key.KID && b64(mac.Sum(nil)) == p[2]
		},
		"idt_alg_other_than_registered": func(f *faultRun) bool { h, _, _ := f.idToken(); return h["alg"] == "ES256" && good(f) },
		"idt_kid_unknown": func(f *faultRun) bool {
			h, _, _ := f.idToken()
			return f.p.keys.verifier("RS256", h["kid"].(string)) == nil
		},
		"idt_kid_injection": func(f *faultRun) bool {
			h, _, _ := f.idToken()
			return strings.Contains(h["kid"].(string), "../dev/null' UNION")
		},
		"idt_jku_x5u_embedded_jwk": func(f *faultRun) bool {
			h, _, _ := f.idToken()
			jwk, ok := h["jwk"].(map[string]any)
			return ok && jwk["kid"] == h["kid"] && jwk["d"] == nil && h["jku"] == "https://attacker.example/jwks.json" && h["x5u"] != nil
		},
		"idt_crit_unknown": func(f *faultRun) bool {
			h, _, _ := f.idToken()
			c, ok := h["crit"].([]any)
			return ok && c[0] == "x-unknown" && h["x-unknown"] == true
		},
	}
}

func wireOfRest() map[string]func(*faultRun) bool {
	return map[string]func(*faultRun) bool{
		"ui_sub_mismatch": func(f *faultRun) bool { return f.last().path == "/userinfo" && f.doc()["sub"] == "somebody-else" },
		"ui_401": func(f *faultRun) bool {
			return f.last().status == 401 && strings.Contains(f.last().header.Get("WWW-Authenticate"), `error="invalid_token"`)
		},
		"ui_html": func(f *faultRun) bool {
			return f.last().path == "/userinfo" && strings.HasPrefix(f.last().body, "<!doctype")
		},
		"ui_signed": func(f *faultRun) bool {
			return f.last().header.Get("Content-Type") == "application/jwt" && strings.Count(f.last().body, ".") == 2
		},
		"maintenance_503": func(f *faultRun) bool { return f.last().status == 503 && f.last().header.Get("Retry-After") == "60" },
		"cookie_blocked": func(f *faultRun) bool {
			return f.last().header["Set-Cookie"] == nil && len(f.marked("cookie_blocked")) > 0
		},
		"slow_consent": func(f *faultRun) bool { return slices.Contains(f.waited, slowAnswer) },
	}
}

// faultsTestedApart need more than one login.
func faultsTestedApart() []string {
	return []string{
		"disc_slow_30s", "jwks_slow_30s", "http_downgrade", "cors_missing", "session_gone", "tok_use_dpop_nonce",
		"tok_refresh_rotates", "tok_refresh_not_returned", "tok_refresh_reuse_revoked", "tok_refresh_new_sub", "tok_refresh_new_issuer", "consent_withdrawn", "user_disabled",
		"api_401_invalid_token", "api_403_insufficient_scope", "api_401_step_up", "api_dpop_nonce", // TestAPIFaults, in package lab
		"lo_token_alg_none", "lo_token_wrong_alg", "lo_token_wrong_aud", "lo_token_wrong_iss", "lo_token_wrong_event", "lo_token_no_event", "lo_token_with_nonce",
		"lo_token_expired", "lo_token_jti_replay", "lo_token_unknown_sid", "lo_return_state_wrong", "lo_return_state_missing", "lo_no_return",
	}
}

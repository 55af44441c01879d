package lessons

import "testing"

func TestCheckClaims(t *testing.T) {
	e := build(t, `kind: fix
fields: [{id: claims, label: Claims}]
check: claims
with:
  field: claims
  keep: {iss: acmeid, exp: "*"}
  drop: {email: it is personal}
  max: 60`)
	const good = `{"iss":"acmeid","exp":1764000900}`
	expect(t, verdict(e, nil, "claims", good), "done")
	// The same as a token, whose signature nobody asks for.
	expect(t, verdict(e, nil, "claims", "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhY21laWQiLCJleHAiOjE3NjQwMDA5MDB9.AA"), "done")
	for _, c := range []struct{ claims, says string }{
		{``, "No claims yet"},
		{`{"iss":"acmeid"}`, "exp"},
		{`{"iss":"other","exp":1764000900}`, "iss"},
		{`{"iss":"acmeid","exp":1764000900,"email":"a@example.org"}`, "it is personal"},
		{`{"iss":"acmeid","exp":1764000900,"more":"than there is room for"}`, "are allowed"},
		{`{"iss":"acmeid",}`, "no JSON"},
		{`acmeid`, "no JWT"},
	} {
		t.Run(c.claims, func(t *testing.T) {
			v := verdict(e, nil, "claims", c.claims)
			expect(t, v, c.says)
			if v.Done {
				t.Error("done")
			}
		})
	}
}

package lab

import (
	"strings"
	"testing"

	"claimcheck/playground"
)

// The line names the current actor, and no earlier one (RFC 8693 §4.1).
func TestAuditLine(t *testing.T) {
	l := newTestLab(t)
	for name, one := range map[string]struct {
		act    any
		status playground.Status
		says   string
	}{
		"no_actor": {nil, playground.StatusInfo, "sub=alice read meals"},
		"actor":    {map[string]any{"sub": "stepcloud"}, playground.StatusPass, "sub=alice act=stepcloud read meals"},
		"chain":    {map[string]any{"sub": "stepcloud", "act": map[string]any{"sub": "fittrack"}}, playground.StatusPass, "sub=alice act=stepcloud read meals"},
	} {
		token := l.accessToken(t, func(_, c map[string]any) {
			c["aud"], c["scope"] = l.apiURL(MealCloud), ScopeMealsRead
			if one.act != nil {
				c["act"] = one.act
			}
		})
		a := l.request(t, "/v1/meals", "Bearer "+token)
		a.api, a.endpoint = mealCloud(), mealCloud().endpoints["/v1/meals"]
		rows, refused, err := playground.Run(playground.Mode{}, a, mealChecks())
		if err != nil || refused != nil {
			t.Fatalf("%s: %v %+v", name, err, refused)
		}
		line := rows[len(rows)-1]
		if line.ID != "audit_line" || line.Status != one.status || !strings.HasSuffix(line.Message, one.says) {
			t.Errorf("%s: %s %s %q", name, line.ID, line.Status, line.Message)
		}
	}
}

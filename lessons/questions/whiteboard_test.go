package questions

import (
	"slices"
	"strings"
	"testing"
)

func TestBoards(t *testing.T) {
	c, err := course()
	if err != nil {
		t.Fatal(err)
	}
	all, err := Boards(Content(), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 4 {
		t.Errorf("%d boards", len(all))
	}
	for _, b := range all {
		var ids []string
		for _, o := range b.Offered() {
			ids = append(ids, o.ID)
		}
		again := b.Offered()
		for i, o := range again {
			if o.ID != ids[i] {
				t.Errorf("%s: two looks see two orders", b.ID)
			}
		}
		missing := len(ids) - len(b.Decoys)
		if missing != 3 || len(b.Checks)-missing < 2 {
			t.Errorf("%s: %d checks are missing and %d left", b.ID, missing, len(b.Checks)-missing)
		}
		if slices.IsSorted(ids) {
			t.Errorf("%s: the order of %v tells which are missing", b.ID, ids)
		}
	}
}

func TestBoardsReportWhatIsWrong(t *testing.T) {
	c, err := course()
	if err != nil {
		t.Fatal(err)
	}
	const good = `- id: a
  title: A
  setting: Somebody checks.
  checks:
    - {says: One., why: Because., rfc: "7519 4.1.4"}
    - {says: Two., why: Because., rfc: "7519 4.1.4", missing: true, show: {text: See, href: /attacks}}
  decoys:
    - {says: Three., why: No.}
    - {says: Four., why: No.}
`
	if _, err := boards([]byte(good), c); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ old, new, says string }{
		{"title: A", `title: ""`, "is incomplete, or there twice"},
		{", missing: true", "", "nothing to find"},
		{"    - {says: Four., why: No.}\n", "", "nothing to find"},
		{", show: {text: See, href: /attacks}", "", "a check of board"},
		{"7519 4.1.4", "7519 99", "cite a section that the index has"},
		{"setting:", "sitting:", "sitting"},
	} {
		_, err := boards([]byte(strings.Replace(good, tc.old, tc.new, 1)), c)
		if err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%q for %q: %v", tc.new, tc.old, err)
		}
	}
	if _, err := boards([]byte(good+good), c); err == nil {
		t.Error("the same id twice was taken")
	}
}

package mockprovider

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// fillViews calls change with every string, boolean and element of a slice of the view,
// one after another, each made different from what it was.
func fillViews(v reflect.Value, path string, change func(path string)) {
	switch v.Kind() {
	case reflect.Struct:
		for n := range v.NumField() {
			fillViews(v.Field(n), path+"."+v.Type().Field(n).Name, change)
		}
	case reflect.Slice:
		fillViews(v.Index(0), path+"[0]", change)
		before := reflect.ValueOf(v.Interface())
		v.Set(reflect.Append(v, v.Index(0)))
		change(path + " longer")
		v.Set(before)
	case reflect.String:
		before := v.String()
		v.SetString(before + "<another>")
		change(path)
		v.SetString(before)
	case reflect.Bool:
		v.SetBool(!v.Bool())
		change(path)
		v.SetBool(!v.Bool())
	default:
		panic(fmt.Sprintf("%s is a %s: teach this test what differs in it", path, v.Kind()))
	}
}

// A page that was made for one view is never shown for another: each field of a view
// counts, the interaction alone does not. A new field that contents forgets fails here.
func TestMadePagesKnowAllThatIsInThem(t *testing.T) {
	for name, view := range map[string]formView{
		"login": &loginView{},
		"consent": &consentView{
			Scopes: []scopeView{{"a", "b"}}, Claims: []string{"c"}, Pages: []clientPage{{"d", "e"}},
			Details: []detailView{{"f", []detailField{{"g", "h"}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			data := page{Name: "n", Title: "t", Style: "s", Issuer: "i", Faults: []string{"f"}}
			key := func() string { return string(contentsOf(name, &data, view)) }
			seen := map[string]string{key(): "the first"}
			changed := func(path string) {
				if other, ok := seen[key()]; ok != strings.HasSuffix(path, ".Interaction") {
					t.Errorf("%s: the same page as %q: %v", path, other, ok)
				}
				seen[key()] = path
			}
			fillViews(reflect.ValueOf(view).Elem(), name, changed)
			for _, field := range []string{"Name", "Title", "Style", "Issuer", "Faults"} {
				fillViews(reflect.ValueOf(&data).Elem().FieldByName(field), field, changed)
			}
			if len(seen) < 10 {
				t.Errorf("only %d views were compared", len(seen))
			}
		})
	}
}

// Texts do not run into each other.
func TestMadePagesKeepTextsApart(t *testing.T) {
	var a, b contents
	loginView{Client: "ab", Typed: "c"}.contents(&a)
	loginView{Client: "a", Typed: "bc"}.contents(&b)
	if bytes.Equal(a, b) {
		t.Errorf("%s", a)
	}
}

// The page that is put together from pieces is the one that the template makes.
func TestMadePagesAreTheTemplates(t *testing.T) {
	i := newIDP(t)
	m := i.pages.pageMaker
	for _, c := range []struct {
		name string
		view formView
	}{
		{"login", loginView{Client: "<b>", Action: "/login"}},
		{"login", loginView{Client: "<b>", Action: "/login", Continue: "Alice"}}, // two forms
		{"consent", consentView{Client: "<b>", Action: "/consent", User: "Alice", Host: "localhost"}},
	} {
		for _, id := range []string{"first-1", "second_2", "", `"><script>`} { // the last ones are made by the template
			data := page{Name: "AcmeID", View: c.view.with(id)}
			want, err := m.execute(c.name, data)
			if err != nil {
				t.Fatal(err)
			}
			got, err := m.page(c.name, data)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s %q: %v\n%s", c.name, id, err, got)
			}
		}
	}
	if len(m.made) != 3 {
		t.Errorf("%d pages were kept, want one of each view", len(m.made))
	}
}

// Whoever can make up names makes no more pages than have room, and every one is right.
func TestMadePagesHaveALimit(t *testing.T) {
	m := newIDP(t).pages.pageMaker
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for n := range maxMadePages {
				name := strconv.Itoa(worker*maxMadePages/2 + n)
				got, err := m.page("login", page{View: loginView{Client: "app" + name, Interaction: "i" + name}})
				if err != nil || !bytes.Contains(got, []byte("app"+name+"<")) || !bytes.Contains(got, []byte(`value="i`+name+`"`)) {
					t.Errorf("%s: %v\n%s", name, err, got)
					return
				}
			}
		})
	}
	all.Wait()
	if n := len(m.made); n == 0 || n > maxMadePages {
		t.Errorf("%d pages are kept", n)
	}
}

// What somebody typed, and what is large, is shown and not kept.
func TestMadePagesKeepNothingOfOnePerson(t *testing.T) {
	m := newIDP(t).pages.pageMaker
	for name, view := range map[string]formView{
		"typed":   loginView{Typed: "alicia"},
		"large":   loginView{Client: strings.Repeat("'", maxMadePage/5)},
		"details": consentView{Details: []detailView{{Words: "pay 10 EUR"}}},
		"claims":  consentView{Claims: []string{"email"}},
		"device":  consentView{UserCode: "BCDF-GHJK"},
	} {
		template := "consent"
		if _, ok := view.(loginView); ok {
			template = "login"
		}
		for _, id := range []string{"one", "two"} {
			got, err := m.page(template, page{View: view.with(id)})
			if err != nil || !bytes.Contains(got, []byte(`value="`+id+`"`)) {
				t.Errorf("%s: %v %s", name, err, got)
			}
		}
		if len(m.made) > 0 {
			t.Errorf("%s: the page is kept", name)
		}
		clear(m.made)
	}
	if _, err := m.page("login", page{View: loginView{Client: "FitTrack"}}); err != nil || len(m.made) != 1 {
		t.Errorf("%d pages are kept, want 1: %v", len(m.made), err)
	}
}

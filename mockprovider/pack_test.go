package mockprovider

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// allRecords are an empty record of each type that the store keeps.
func allRecords() map[string]record {
	all := map[string]record{}
	for _, r := range []record{
		&grantRecord{}, &codeRecord{}, &refreshRecord{}, &accessRecord{}, &sessionRecord{}, &consentRecord{},
		&interactionRecord{}, &failureRecord{}, &usedRecord{}, &deviceRecord{}, &pointerRecord{}, &pushedRecord{},
	} {
		all[reflect.TypeOf(r).Elem().Name()] = r
	}
	return all
}

// fill gives every field that is kept a value of its own.
func fill(v reflect.Value, n *int) {
	*n++
	switch value := v.Addr().Interface().(type) {
	case *time.Time:
		*value = time.Unix(int64(*n)*1e6, int64(*n)).UTC()
		return
	case *json.RawMessage:
		*value = fmt.Appendf(nil, `{"n":%d}`, *n)
		return
	case *claimsRequest:
		*value = claimsRequest{IDToken: map[string]*claimRequest{fmt.Sprint("c", *n): {Essential: true}, "plain": nil}}
		return
	case **actorClaim:
		*value = &actorClaim{Subject: fmt.Sprint("a", *n), Actor: &actorClaim{Subject: "inner"}}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Params" {
				fill(v.Field(i), n)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.String:
		v.SetString(fmt.Sprint("s", *n, "\xff\x00ü")) // also what is no UTF-8
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(int64(*n))
	case reflect.Uint64:
		v.SetUint(uint64(*n) << 40)
	default:
		panic(fmt.Sprintf("a %s: teach this test to fill it", v.Type()))
	}
}

func emptyLike(r record) record {
	return reflect.New(reflect.TypeOf(r).Elem()).Interface().(record)
}

// What is packed is what is read, to the last field.
func TestRecordsAreReadAsTheyWerePacked(t *testing.T) {
	for name, r := range allRecords() {
		for _, state := range []string{"empty", "full"} {
			if n := 0; state == "full" {
				fill(reflect.ValueOf(r).Elem(), &n)
			}
			raw, err := packRecord(r)
			if err != nil {
				t.Fatal(name, err)
			}
			got := emptyLike(r)
			if err := unpackRecord(raw, got); err != nil {
				t.Fatalf("%s, %s: %v", name, state, err)
			}
			if diff := cmp.Diff(r, got, cmpopts.IgnoreUnexported(interactionRecord{}), cmpopts.IgnoreFields(pushedRecord{}, "Params")); diff != "" {
				t.Errorf("%s, %s: %s", name, state, diff)
			}
		}
	}
}

// The table of these tests has every record of the package.
func TestEveryRecordIsTested(t *testing.T) {
	var packed []string
	packages, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0) //nolint:staticcheck // one directory, without build tags
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range packages["mockprovider"].Files {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "pack" {
				packed = append(packed, f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name)
			}
		}
	}
	slices.Sort(packed)
	if diff := cmp.Diff(packed, slices.Sorted(maps.Keys(allRecords()))); diff != "" {
		t.Error(diff)
	}
}

// Bytes that are cut, longer, of another version or somebody else's are an error, and
// never a half record or a panic.
func TestDamagedRecordsAreRefused(t *testing.T) {
	for name, r := range allRecords() {
		n := 0
		fill(reflect.ValueOf(r).Elem(), &n)
		raw, err := packRecord(r)
		if err != nil {
			t.Fatal(name, err)
		}
		refused := map[string][]byte{
			"longer": append(slices.Clone(raw), 0), "another version": append([]byte{recordFormat + 1}, raw[1:]...),
			"JSON": []byte(`{"grant":"g"}`), "none": {},
		}
		for end := range raw {
			refused[fmt.Sprint("cut at ", end)] = raw[:end]
		}
		for what, raw := range refused {
			if err := unpackRecord(raw, emptyLike(r)); !errors.Is(err, errRecord) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}

// A length that is not true makes no room for what does not come.
func TestRecordLengthsAreNotBelieved(t *testing.T) {
	huge := []byte{recordFormat, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}
	for name, r := range allRecords() {
		if name == "usedRecord" {
			continue // it has no field
		}
		if err := unpackRecord(huge, r); !errors.Is(err, errRecord) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Moments are kept to the nanosecond, in whatever zone they were read, also those
// before 1970, and none is none.
func TestRecordTimes(t *testing.T) {
	for _, at := range []time.Time{
		{},
		time.Unix(0, 0), time.Unix(-1, 999_999_999), time.Date(1, 1, 2, 3, 4, 5, 6, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 1, time.FixedZone("", 3600)),
	} {
		raw, err := packRecord(&failureRecord{Until: at})
		if err != nil {
			t.Fatal(err)
		}
		var got failureRecord
		if err := unpackRecord(raw, &got); err != nil || !got.Until.Equal(at) || got.Until.IsZero() != at.IsZero() {
			t.Errorf("%s became %s: %v", at, got.Until, err)
		}
	}
}

func FuzzUnpackRecord(f *testing.F) {
	for _, r := range allRecords() {
		n := 0
		fill(reflect.ValueOf(r).Elem(), &n)
		raw, err := packRecord(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for name, r := range allRecords() {
			if unpackRecord(raw, r) != nil {
				continue
			}
			again, err := packRecord(r) // what was read can be kept
			if err != nil || unpackRecord(again, emptyLike(r)) != nil {
				t.Errorf("%s: %q, and then %q: %v", name, raw, again, err)
			}
		}
	})
}

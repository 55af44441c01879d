package spec

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// A Fault is a published mistake of a product: what a finding or an attack
// means when it names a number.
type Fault struct {
	// ID is the number under which it was published: "CVE-2018-0114" or
	// "GHSA-4cf7-xm37-g63h".
	ID string
	// Product and Versions say who had it; Versions is empty where that was
	// not checked.
	Product, Versions string
	// What was wrong, in one sentence of ours.
	What string
}

// Where is the product with its versions: "PyJWT, before 2.12.0".
func (f Fault) Where() string {
	if f.Versions == "" {
		return f.Product
	}
	return f.Product + ", " + f.Versions
}

//go:embed faults.txt
var faultsText string

var loadFaults = sync.OnceValue(func() []Fault {
	var list []Fault
	for line := range strings.Lines(faultsText) {
		if field := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(field) == 4 {
			list = append(list, Fault{ID: field[0], Product: field[1], Versions: field[2], What: field[3]})
		}
	}
	return list
})

// Faults are all faults that this product names, by number.
func Faults() []Fault { return slices.Clone(loadFaults()) }

// FaultByID finds a fault by its number; ok is false for one that is not in
// the index, which is a mistake that a test finds.
func FaultByID(id string) (f Fault, ok bool) {
	list := loadFaults()
	if i := slices.IndexFunc(list, func(f Fault) bool { return f.ID == id }); i >= 0 {
		return list[i], true
	}
	return Fault{}, false
}

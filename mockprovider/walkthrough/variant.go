package walkthrough

import "fmt"

// The clients that can walk the flow: their IDs in the lab.
const (
	FitTrack     = "fittrack"
	FitTrackLite = "fittrack-lite"
)

// A Variant is one way through a flow: who the client is, and whether it uses
// PKCE (RFC 7636). The zero value is FitTrack without PKCE.
type Variant struct {
	Client string
	PKCE   bool
}

// Variants lists all of them, the recommended one first.
func Variants() []Variant {
	return []Variant{{FitTrack, true}, {FitTrack, false}, {FitTrackLite, true}, {FitTrackLite, false}}
}

// ParseVariant reads the words of a URL. What it does not know becomes the
// default: FitTrack, PKCE on.
func ParseVariant(client, pkce string) Variant {
	v := Variant{Client: FitTrack, PKCE: pkce != "off"}
	if client == FitTrackLite {
		v.Client = FitTrackLite
	}
	return v
}

// Lite says that the client is FitTrack Lite, a public client in the browser.
func (v Variant) Lite() bool { return v.Client == FitTrackLite }

// App is the client's name in the story.
func (v Variant) App() string {
	if v.Lite() {
		return "FitTrack Lite"
	}
	return "FitTrack"
}

// ClientType is the client type of RFC 6749 §2.1.
func (v Variant) ClientType() string {
	if v.Lite() {
		return "public"
	}
	return "confidential"
}

// PKCEWord is the word of the URL: on or off.
func (v Variant) PKCEWord() string {
	if v.PKCE {
		return "on"
	}
	return "off"
}

// When limits an entry of a step's text to some variants.
type When string

// holds says whether the entry belongs to the variant.
func (w When) holds(v Variant) (bool, error) {
	switch w {
	case "":
		return true, nil
	case "pkce":
		return v.PKCE, nil
	case "no-pkce":
		return !v.PKCE, nil
	case FitTrack:
		return !v.Lite(), nil
	case FitTrackLite:
		return v.Lite(), nil
	}
	return false, fmt.Errorf("when: %q is none of pkce, no-pkce, %s, %s", w, FitTrack, FitTrackLite)
}

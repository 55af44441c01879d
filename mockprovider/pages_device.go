package mockprovider

import "net/http"

type deviceView struct {
	Action, Interaction string
	Typed, Problem      string
	// Linked says that the code came with the link.
	Linked bool
	// Warns says that the page keeps to deviceContext.
	Warns bool
}

// pageDevice asks for the code that the device shows.
func (p *Provider) pageDevice(w http.ResponseWriter, r *http.Request, status int, typed, problem string) {
	if len(typed) > 2*userCodeLength {
		typed = ""
	}
	view := deviceView{
		Action: p.issuer.Path + "/device", Interaction: deviceToken(p.browser(w, r, "device")),
		Typed: typed, Problem: problem, Linked: typed != "" && problem == "",
		Warns: !p.mode.Load().off[deviceContext.ID],
	}
	p.render(w, status, "device", "Connect a device", nil, view)
}

type deviceDoneView struct {
	Client  string
	Allowed bool
}

func (p *Provider) pageDeviceDone(w http.ResponseWriter, i *interactionRecord, allowed bool) {
	title := "The device stays out"
	if allowed {
		title = "Go back to the device"
	}
	p.render(w, http.StatusOK, "device_done", title, nil, deviceDoneView{p.Client(i.Client).displayName(), allowed})
}

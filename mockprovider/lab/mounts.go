package lab

import (
	"net/http"
	"strings"

	"claimcheck/mockprovider/trace"
)

// mounts is everything that the lab serves, each party behind the recorder.
func (l *Lab) mounts() http.Handler {
	rec := &trace.Recorder{
		Log: l.log, Origin: l.world.cfg.Origin, Wire: l.world.wire,
		Now: l.Now, Wall: l.world.cfg.Now,
		ID: l.traceID, Pages: l.world.cfg.TracePages,
		Sender: l.gate.sender, Begin: l.gate.begin, End: l.gate.end,
	}
	as := l.provider
	mux := map[string]http.Handler{
		"/idp/" + l.id: rec.Handler(AcmeID(), as),
		"/.well-known/oauth-authorization-server/idp/" + l.id: rec.Handler(AcmeID(), as),
		"/.well-known/openid-configuration/idp/" + l.id:       rec.Handler(AcmeID(), as),
	}
	for _, x := range cloudAPIs() {
		mount, handler := "/rs/"+l.id+"/"+x.id, rec.Handler(x.party(), l.apiHandler(x))
		mux[mount], mux[wellKnownResource+mount] = handler, handler
	}
	mux["/rs/"+l.id+"/"+Gate] = rec.Handler(gateway().party(), l.apiHandler(gateway()))
	mux[l.malloryMount()] = rec.Handler(MalloryParty(), http.HandlerFunc(mallorySite))
	plain := map[string]http.Handler{"/idp/" + l.id: as}
	for _, app := range l.apps {
		if len(app.lab.registered(app.id).RedirectURIs) == 0 && !app.device() {
			continue // it has no pages
		}
		mount := "/app/" + l.id + "/" + app.id
		mux[mount] = rec.Handler(ClientParty(app.id), app)
		plain[mount] = app
	}
	l.beside = newBeside(l, rec)
	school := l.schoolMounts(*rec)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := school(r.Host); h != nil { // these names are the school's, and nobody else's
			h.ServeHTTP(w, r)
			return
		}
		if name := besideName(r.URL.Path); name != "" {
			l.beside.serve(w, r, name)
			return
		}
		handlers := mux
		if strings.HasSuffix(r.URL.Path, "/style.css") {
			handlers = plain // how a page looks is no message of any flow
		}
		if h := match(handlers, r.URL.Path); h != nil {
			h.ServeHTTP(w, r)
			return
		}
		http.Error(w, "No party of this lab has this address. The page /lab lists who has which address.", http.StatusNotFound)
	})
}

// match finds the handler whose mount is the path or begins it.
func match(handlers map[string]http.Handler, path string) http.Handler {
	for end := len(path); end > 0; end = strings.LastIndexByte(path[:end], '/') {
		if h, ok := handlers[path[:end]]; ok {
			return h
		}
	}
	return nil
}

// ownApp is the learner's own app with this client id, if it is registered and
// not one of the cast.
func (l *Lab) ownApp(id string) (trace.Party, bool) {
	if id == "" || l.provider.Client(id) == nil {
		return trace.Party{}, false
	}
	p := ClientParty(id)
	return p, p.Role == trace.RoleOwnApp
}

package mockprovider

// A RegistryState is what a registry holds at one moment. It does not change.
type RegistryState struct{ held *roster }

// State returns what Restore wants back.
func (r *Registry) State() RegistryState { return RegistryState{r.now.Load()} }

// Restore holds again what the registry held then. It belongs together with what
// a Store held at that moment: who was registered in between is gone, and who was
// removed is back with what they were granted.
func (r *Registry) Restore(s RegistryState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now.Store(s.held)
}

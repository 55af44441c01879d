package lab

// Cookies is the Cookie header that the run's browser sends to this path now,
// empty if it has none for it.
func (r *Run) Cookies(path string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.jar.at("").header(path, r.lab.world.cfg.Now())
}

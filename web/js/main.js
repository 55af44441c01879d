// The only script tag: loads the module of each custom element on the page.

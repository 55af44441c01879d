/**
 * Light or dark: the system decides unless the reader did. The script tag
 * blocks rendering, so that a page does not first show in the other scheme.
 * @typedef {"system" | "light" | "dark"} Theme
 */

const key = "theme";

/** @returns {Theme} */
export function theme() {
	const stored = read();
	return stored === "light" || stored === "dark" ? stored : "system";
}

/** @param {Theme} choice */
export function setTheme(choice) {
	if (choice === "system") {
		delete document.documentElement.dataset.theme;
	} else {
		document.documentElement.dataset.theme = choice;
	}
	try {
		localStorage.setItem(key, choice);
	} catch {
		// No storage: the choice holds for this page.
	}
}

function read() {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}

if (theme() !== "system") document.documentElement.dataset.theme = theme();

/**
 * `<key-help>` makes the keys of a page work and lists them. A link, button or
 * field says its key itself: `<a href="…" data-key="n">Next</a>`. The key clicks
 * it, or focuses a field. "?" opens the list, where they can be switched off
 * (WCAG 2.1.4). A page without such elements gets nothing.
 */
export default class KeyHelp extends HTMLElement {
	static define(tag = "key-help", registry = customElements) {
		registry.define(tag, KeyHelp);
	}

	/** @type {AbortController | undefined} */
	#listening;
	#dialog = document.createElement("dialog");

	connectedCallback() {
		if (!document.querySelector("[data-key]")) return;
		this.#listening = new AbortController();
		const { signal } = this.#listening;
		const button = document.createElement("button");
		button.type = "button";
		button.className = "btn";
		button.textContent = "Shortcuts";
		button.addEventListener("click", () => this.#open(), { signal });
		this.#dialog.className = "keys";
		this.#dialog.setAttribute("aria-label", "Keyboard shortcuts of this page");
		this.replaceChildren(button, this.#dialog);
		document.addEventListener("keydown", (event) => this.#pressed(event), { signal });
	}

	disconnectedCallback() {
		this.#listening?.abort();
	}

	/** @param {KeyboardEvent} event */
	#pressed(event) {
		if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
		if (event.key === "Escape" || event.defaultPrevented || !enabled() || this.#dialog.open) return;
		if (event.key === "?") {
			event.preventDefault();
			this.#open();
			return;
		}
		if (event.key === " " && presses(event.target)) return;
		const target = keyed().find((e) => e.dataset.key === event.key);
		if (!target) return;
		event.preventDefault();
		if (target.matches("input, textarea, select")) {
			target.focus();
		} else {
			target.click();
		}
	}

	#open() {
		const title = document.createElement("h2");
		title.textContent = "Keyboard shortcuts of this page";
		const list = document.createElement("dl");
		for (const e of keyed()) list.append(...entry(e.dataset.key ?? "", label(e)));
		list.append(...entry("?", "This list"));
		this.#dialog.replaceChildren(title, list, this.#choice(), close());
		this.#dialog.showModal();
	}

	#choice() {
		const choice = document.createElement("label");
		const box = document.createElement("input");
		box.type = "checkbox";
		box.checked = enabled();
		box.addEventListener("change", () => setEnabled(box.checked));
		choice.className = "choice";
		choice.append(box, "Single keys work on this site");
		return choice;
	}
}

/** @returns {HTMLElement[]} what has a key and can be seen */
function keyed() {
	/** @type {NodeListOf<HTMLElement>} */
	const all = document.querySelectorAll("[data-key]");
	return Array.from(all).filter((e) => e.checkVisibility());
}

/** @param {HTMLElement} e */
function label(e) {
	return (e.dataset.keyLabel ?? e.getAttribute("aria-label") ?? e.textContent ?? "").trim();
}

/**
 * @param {string} key
 * @param {string} text
 */
function entry(key, text) {
	const term = document.createElement("dt");
	const kbd = document.createElement("kbd");
	kbd.textContent = key === " " ? "space" : key;
	term.append(kbd);
	const what = document.createElement("dd");
	what.textContent = text;
	return [term, what];
}

function close() {
	const form = document.createElement("form");
	form.method = "dialog";
	const button = document.createElement("button");
	button.className = "btn";
	button.textContent = "Close";
	form.append(button);
	return form;
}

/** @param {EventTarget | null} target */
function typing(target) {
	if (!(target instanceof HTMLElement)) return false;
	const button = "input:is([type=button], [type=submit], [type=checkbox])";
	return target.isContentEditable || (target.matches("input, textarea, select") && !target.matches(button));
}

/**
 * What the space bar presses already.
 * @param {EventTarget | null} target
 */
function presses(target) {
	return target instanceof Element && target.matches("button, summary, input");
}

function enabled() {
	try {
		return localStorage.getItem("keys") !== "off";
	} catch {
		return true;
	}
}

/** @param {boolean} on */
function setEnabled(on) {
	try {
		localStorage.setItem("keys", on ? "on" : "off");
	} catch {
		// No storage: they stay as they are.
	}
}

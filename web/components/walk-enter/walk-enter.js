/**
 * `<walk-enter>` makes Enter press the one thing that a step asks for, while
 * nothing else has the focus. It can be switched off with the other keys.
 */
export default class WalkEnter extends HTMLElement {
	static define(tag = "walk-enter", registry = customElements) {
		registry.define(tag, WalkEnter);
	}

	/** @type {AbortController | undefined} */
	#listening;

	connectedCallback() {
		this.#listening = new AbortController();
		document.addEventListener("keydown", (event) => this.#pressed(event), {
			signal: this.#listening.signal,
		});
	}

	disconnectedCallback() {
		this.#listening?.abort();
	}

	/** @param {KeyboardEvent} event */
	#pressed(event) {
		if (event.key !== "Enter" || event.defaultPrevented || event.repeat) return;
		if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
		if (!(event.target instanceof Element) || !event.target.matches("body, #heading, #act")) return;
		if (document.querySelector("dialog[open]") || off()) return;
		const send = document.querySelector("#act .send");
		if (!(send instanceof HTMLElement)) return;
		event.preventDefault();
		send.click();
	}
}

function off() {
	try {
		return localStorage.getItem("keys") === "off";
	} catch {
		return false;
	}
}

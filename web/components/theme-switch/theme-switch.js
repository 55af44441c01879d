import { setTheme, theme } from "../../js/lib/theme.js";

/** @typedef {import("../../js/lib/theme.js").Theme} Theme */

/** @type {[Theme, string][]} */
const choices = [
	["system", "As the system"],
	["light", "Light"],
	["dark", "Dark"],
];

/** `<theme-switch>` lets the reader choose light or dark against the system. */
export default class ThemeSwitch extends HTMLElement {
	static define(tag = "theme-switch", registry = customElements) {
		registry.define(tag, ThemeSwitch);
	}

	/** @type {AbortController | undefined} */
	#listening;

	connectedCallback() {
		this.#listening = new AbortController();
		const label = document.createElement("label");
		const select = document.createElement("select");
		for (const [value, text] of choices) select.add(new Option(text, value));
		select.value = theme();
		label.append("Colours ", select);
		select.addEventListener("change", () => setTheme(/** @type {Theme} */ (select.value)), {
			signal: this.#listening.signal,
		});
		this.replaceChildren(label);
	}

	disconnectedCallback() {
		this.#listening?.abort();
	}
}

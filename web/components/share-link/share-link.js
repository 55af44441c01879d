/**
 * `<share-link>` reads a link to a token and a policy, once, when the page is
 * opened: the fragment's values go into the fields of the same names of the
 * form beside it, and the form notices. Then the fragment leaves the address.
 * Only these fields can be set, and none of them holds a secret.
 */
export default class ShareLink extends HTMLElement {
	static define(tag = "share-link", registry = customElements) {
		registry.define(tag, ShareLink);
	}

	connectedCallback() {
		const shared = new URLSearchParams(location.hash.slice(1));
		const form = this.parentElement?.querySelector("form");
		if (!shared.get("token") || !form) return;
		for (const name of texts) fill(form, name, shared.get(name) ?? "");
		for (const name of ticks) check(form, name, shared.getAll(name));
		history.replaceState(null, "", location.pathname + location.search);
		customElements.whenDefined("live-form").then(() => {
			form.querySelector("textarea")?.dispatchEvent(new Event("input", { bubbles: true }));
		});
	}
}

const texts = ["token", "key", "iss", "aud", "typ", "leeway", "require", "now"];
const ticks = ["alg", "key_from", "require_exp", "strict"];

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} value
 */
function fill(form, name, value) {
	const field = form.elements.namedItem(name);
	if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) field.value = value;
}

/**
 * Ticks the boxes of these values. A box without a value of its own is on by
 * any value; of radio buttons the first is on where nothing is said.
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string[]} values
 */
function check(form, name, values) {
	/** @type {NodeListOf<HTMLInputElement>} */
	const boxes = form.querySelectorAll(`input[name="${name}"]`);
	for (const [i, box] of boxes.entries()) {
		if (box.type === "radio") box.checked = values.length ? values.includes(box.value) : i === 0;
		else box.checked = values.includes(box.value);
	}
}

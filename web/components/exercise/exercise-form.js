import { fetchPage, swap } from "../../js/lib/fragment.js";

/**
 * `<exercise-form for="id">` around an exercise sends its form without leaving
 * the page, and puts the answer's element of that id in the place of the one
 * here. Without a script the form does the same by a page load.
 */
export default class ExerciseForm extends HTMLElement {
	static define(tag = "exercise-form", registry = customElements) {
		registry.define(tag, ExerciseForm);
	}

	/** @type {AbortController | undefined} */
	#listening;

	connectedCallback() {
		this.#listening = new AbortController();
		this.addEventListener("submit", (event) => this.#submit(event), { signal: this.#listening.signal });
	}

	disconnectedCallback() {
		this.#listening?.abort();
	}

	/** @param {SubmitEvent} event */
	async #submit(event) {
		const form = event.target;
		const id = this.getAttribute("for");
		if (!(form instanceof HTMLFormElement) || !id || !form.action.includes("/learn/")) return;
		event.preventDefault();
		const button = event.submitter;
		const body = new URLSearchParams();
		for (const [name, value] of new FormData(form, button)) {
			if (typeof value === "string") body.append(name, value);
		}
		this.setAttribute("aria-busy", "true");
		try {
			const pressed = button instanceof HTMLButtonElement ? button.value : "";
			swap(await fetchPage(form.action, { method: "POST", body }), [id]);
			this.#focus(pressed);
		} catch {
			this.#listening?.abort(); // by a page load, then
			form.requestSubmit(button);
		} finally {
			this.removeAttribute("aria-busy");
		}
	}

	/**
	 * The button that was pressed was replaced: its successor gets the focus. Where
	 * "start over" was, the way back stands.
	 * @param {string} value
	 */
	#focus(value) {
		const all = /** @type {NodeListOf<HTMLButtonElement>} */ (this.querySelectorAll("form button"));
		const find = (/** @type {string} */ wanted) => [...all].find((b) => b.value === wanted);
		const next = find(value) ?? (value === "reset" ? find("restore") : undefined) ?? all[0];
		next?.focus({ preventScroll: true });
	}
}

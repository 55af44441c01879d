import { fetchPage, swap } from "../../js/lib/fragment.js";

/**
 * `<live-form target="verdict parts">` around a form sends the form while it is
 * being changed, and puts what the answer holds under the ids of `target` in
 * its place. The answer is the very page that the form's own button gets, which
 * goes on working as without a script.
 *
 * `delay` is the pause in ms that ends typing, 250 if absent. The element
 * dispatches "live-form:swapped" after each swap. When there is no answer (the
 * server refuses the form, or is away), the places are hidden until there is
 * one, and why is said in its `[data-live-error]`, if it has one.
 */
export default class LiveForm extends HTMLElement {
	static define(tag = "live-form", registry = customElements) {
		registry.define(tag, LiveForm);
	}

	/** @type {AbortController | undefined} */
	#listening;
	/** @type {AbortController | undefined} */
	#asking;
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	#timer;

	connectedCallback() {
		this.#listening = new AbortController();
		const { signal } = this.#listening;
		this.addEventListener("input", () => this.#soon(), { signal });
		this.addEventListener("change", () => this.#soon(), { signal });
		this.addEventListener("submit", () => this.#stop(), { signal });
	}

	disconnectedCallback() {
		this.#listening?.abort();
		this.#stop();
	}

	#soon() {
		this.#stop();
		this.#timer = setTimeout(() => this.#send(), Number(this.getAttribute("delay") ?? 250));
	}

	#stop() {
		clearTimeout(this.#timer);
		this.#asking?.abort();
	}

	async #send() {
		const form = this.querySelector("form");
		if (!form) return;
		const asking = new AbortController();
		this.#asking = asking;
		const ids = (this.getAttribute("target") ?? "").split(/\s+/).filter(Boolean);
		this.#busy(ids, true);
		try {
			const [url, init] = request(form, asking.signal);
			count(form);
			const page = await fetchPage(url, init);
			if (!ids.some((id) => page.getElementById(id))) throw new Error(refusal(page));
			swap(page, ids);
			this.#say("");
			this.dispatchEvent(new CustomEvent("live-form:swapped", { bubbles: true }));
		} catch (error) {
			if (asking.signal.aborted) return;
			this.#clear(ids);
			this.#say(`Not checked: ${message(error)}`);
		} finally {
			if (this.#asking === asking) this.#busy(ids, false);
		}
	}

	/**
	 * @param {string[]} ids
	 * @param {boolean} on
	 */
	#busy(ids, on) {
		for (const id of ids) document.getElementById(id)?.setAttribute("aria-busy", String(on));
	}

	/**
	 * What was said about the last text is not true of this one. The next swap
	 * shows the places again.
	 * @param {string[]} ids
	 */
	#clear(ids) {
		for (const id of ids) document.getElementById(id)?.setAttribute("hidden", "");
	}

	/** @param {string} text */
	#say(text) {
		const place = this.querySelector("[data-live-error]");
		if (place) place.textContent = text;
	}
}

/**
 * The request that the form's button would send.
 * @param {HTMLFormElement} form
 * @param {AbortSignal} signal
 * @returns {[URL, RequestInit]}
 */
function request(form, signal) {
	const body = new URLSearchParams();
	for (const [name, value] of new FormData(form)) {
		if (typeof value === "string") body.append(name, value);
	}
	const url = new URL(form.action);
	if (form.method === "post") return [url, { method: "POST", body, signal }];
	url.search = body.toString();
	return [url, { signal }];
}

/**
 * A field with `data-counts` counts what is sent, and so also a request whose
 * answer nobody waited for.
 * @param {HTMLFormElement} form
 */
function count(form) {
	/** @type {NodeListOf<HTMLInputElement>} */
	const counters = form.querySelectorAll("input[data-counts]");
	for (const counter of counters) counter.value = String(Number(counter.value) + 1);
}

/** @param {unknown} error */
function message(error) {
	if (error instanceof TypeError) return "the server cannot be reached.";
	return error instanceof Error ? error.message : String(error);
}

/**
 * What a page says that holds none of the answer: a refusal.
 * @param {Document} page
 */
function refusal(page) {
	const said = ["main h1", "main .lead", "main h2 + p"].map((place) =>
		page.querySelector(place)?.textContent?.trim(),
	);
	return said.filter(Boolean).join(" ") || "the server gave another page.";
}

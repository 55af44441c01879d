import { fetchPage, swap } from "../../js/lib/fragment.js";

/**
 * `<live-steps target="steps act">` asks for the page again when a line has come
 * into the log of the page, and puts what it holds under the ids of `target` in
 * the place of what is there. What is not on the page is left out. Without a
 * script the next load of the page shows the same.
 */
export default class LiveSteps extends HTMLElement {
	static define(tag = "live-steps", registry = customElements) {
		registry.define(tag, LiveSteps);
	}

	/** A login is several messages: the page waits until they are in. */
	static pause = 300;

	/** @type {AbortController | undefined} */
	#listening;
	/** @type {AbortController | undefined} */
	#asking;
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	#timer;

	connectedCallback() {
		this.#listening = new AbortController();
		document.addEventListener("live-log:line", () => this.#soon(), {
			signal: this.#listening.signal,
		});
	}

	disconnectedCallback() {
		this.#listening?.abort();
		this.#asking?.abort();
		clearTimeout(this.#timer);
	}

	#soon() {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#load(), LiveSteps.pause);
	}

	async #load() {
		this.#asking?.abort();
		this.#asking = new AbortController();
		const { signal } = this.#asking;
		const url = new URL(location.href);
		url.hash = "";
		try {
			const page = await fetchPage(url, { signal });
			const ids = (this.getAttribute("target") ?? "").split(/\s+/).filter(Boolean);
			swap(
				page,
				ids.filter((id) => document.getElementById(id)),
			);
		} catch (error) {
			// The page stays as it was; the next line, or the next load, tries again.
			if (!signal.aborted) console.warn(`Not up to date: ${error}`);
		}
	}
}

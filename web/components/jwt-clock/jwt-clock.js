/**
 * `<jwt-clock for="now" from="timeline">` grows a slider that writes seconds
 * into the field `for`, and lets the field's form notice. How far it goes it
 * reads from the picture in `from` (data-min, data-max, data-now), again after
 * each swap. Without a script there is none; the field and the buttons remain.
 */
export default class JwtClock extends HTMLElement {
	static define(tag = "jwt-clock", registry = customElements) {
		registry.define(tag, JwtClock);
	}

	/** @type {AbortController | undefined} */
	#listening;
	#slider = document.createElement("input");

	connectedCallback() {
		this.#listening = new AbortController();
		const { signal } = this.#listening;
		this.#slider.type = "range";
		this.#slider.setAttribute("aria-label", "Now, as a slider");
		this.#slider.addEventListener("input", () => this.#moved(), { signal });
		document.addEventListener("live-form:swapped", () => this.#read(), { signal });
		this.replaceChildren(this.#slider);
		this.#read();
	}

	disconnectedCallback() {
		this.#listening?.abort();
	}

	#read() {
		const place = document.getElementById(this.getAttribute("from") ?? "");
		const picture = place?.querySelector("[data-min]");
		this.hidden = !(picture instanceof SVGElement);
		if (!(picture instanceof SVGElement) || document.activeElement === this.#slider) return;
		this.#slider.min = picture.dataset.min ?? "0";
		this.#slider.max = picture.dataset.max ?? "0";
		this.#slider.value = picture.dataset.now ?? "0";
	}

	#moved() {
		const field = document.getElementById(this.getAttribute("for") ?? "");
		if (field instanceof HTMLInputElement) field.value = this.#slider.value;
	}
}

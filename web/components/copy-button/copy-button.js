/**
 * `<copy-button>` around a text, or `<copy-button for="id">` anywhere, grows a
 * button that copies it. Without a script there is none, and nothing is missing.
 *
 * What is copied is the element with `data-copy` inside, else all of it; a
 * value of `data-copy` is copied instead of the element's text.
 */
export default class CopyButton extends HTMLElement {
	static define(tag = "copy-button", registry = customElements) {
		registry.define(tag, CopyButton);
	}

	/** @type {AbortController | undefined} */
	#listening;

	connectedCallback() {
		if (!navigator.clipboard) return;
		this.#listening = new AbortController();
		const button = document.createElement("button");
		button.type = "button";
		button.className = "copy";
		button.textContent = this.getAttribute("label") ?? "Copy";
		const said = document.createElement("span");
		said.className = "vh";
		said.setAttribute("role", "status");
		button.addEventListener("click", () => this.#copy(button, said), {
			signal: this.#listening.signal,
		});
		this.append(button, said);
	}

	disconnectedCallback() {
		this.#listening?.abort();
		this.querySelector(":scope > button.copy")?.remove();
		this.querySelector(":scope > [role=status]")?.remove();
	}

	/**
	 * @param {HTMLButtonElement} button
	 * @param {HTMLElement} said
	 */
	async #copy(button, said) {
		const label = this.getAttribute("label") ?? "Copy";
		try {
			await navigator.clipboard.writeText(this.#text());
			button.textContent = "Copied";
		} catch {
			button.textContent = "Not copied";
		}
		said.textContent = button.textContent;
		setTimeout(() => {
			button.textContent = label;
			said.textContent = "";
		}, 2000);
	}

	#text() {
		const id = this.getAttribute("for");
		const source = id ? document.getElementById(id) : (this.querySelector("[data-copy]") ?? this);
		if (!(source instanceof HTMLElement)) return "";
		if (source.dataset.copy) return source.dataset.copy;
		if (source instanceof HTMLTextAreaElement || source instanceof HTMLInputElement) {
			return source.value;
		}
		return source.matches(".wire") ? lines(source) : (source.textContent ?? "").trim();
	}
}

/**
 * The lines of a message as they were sent, without the notes beside them.
 * @param {HTMLElement} wire
 */
function lines(wire) {
	return Array.from(wire.children, (line) => {
		const bare = /** @type {Element} */ (line.cloneNode(true));
		for (const note of bare.querySelectorAll("i")) note.remove();
		return bare.textContent;
	}).join("\n");
}

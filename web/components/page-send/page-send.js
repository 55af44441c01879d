/**
 * `<page-send>` around the forms of a step whose message a page sends by script:
 * it asks the server for the message, sends it from here, and then opens the
 * step anew, which shows what arrived. Without a script, or where a browser does
 * not say that a call comes from a page, the form's own button lets the server
 * send in the page's stead.
 */
export default class PageSend extends HTMLElement {
	static define(tag = "page-send", registry = customElements) {
		registry.define(tag, PageSend);
	}

	/** @type {AbortController | undefined} */
	#listening;
	#busy = false;

	connectedCallback() {
		this.#listening = new AbortController();
		this.addEventListener("submit", (event) => this.#submitted(event), {
			signal: this.#listening.signal,
		});
	}

	disconnectedCallback() {
		this.#listening?.abort();
	}

	/** @param {SubmitEvent} event */
	#submitted(event) {
		const form = event.target;
		if (!(form instanceof HTMLFormElement) || !isSecureContext) return;
		const action = new URL(form.action);
		if (!action.pathname.endsWith("/send")) return;
		event.preventDefault();
		if (!this.#busy) this.#send(form, action);
	}

	/**
	 * @param {HTMLFormElement} form
	 * @param {URL} action
	 */
	async #send(form, action) {
		this.#busy = true;
		const at = (/** @type {string} */ what) => new URL(what, action).href;
		try {
			const asked = await fetch(at("arm"), {
				method: "POST",
				body: fields(form),
				referrerPolicy: "no-referrer",
			});
			if (asked.ok) {
				await deliver(await asked.json());
				form.action = at("sent");
			}
		} catch {
			form.action = at("sent"); // the server knows whether it arrived
		}
		form.submit();
	}
}

/**
 * @param {{ method: string, path: string, headers: Record<string, string>, body?: string }} message
 */
async function deliver(message) {
	/** @type {RequestInit} */
	const init = {
		method: message.method,
		headers: message.headers,
		body: message.body,
		referrerPolicy: "no-referrer",
	};
	const answer = await fetch(new URL(message.path, location.origin), init);
	await answer.text();
}

/** @param {HTMLFormElement} form */
function fields(form) {
	const out = new URLSearchParams();
	for (const [name, value] of new FormData(form)) out.append(name, String(value));
	return out;
}

/**
 * The one place where text becomes markup: HTML that our own server has
 * rendered and escaped. Everything else goes through textContent.
 */

import { upgrade } from "./elements.js";

/** @typedef {{ createHTML: (html: string) => any }} Policy */

/** @type {Policy} */
const rules = { createHTML: (html) => html };

/** @type {{ createPolicy: (name: string, rules: Policy) => Policy } | undefined} */
const trustedTypes = Reflect.get(globalThis, "trustedTypes");

const policy = trustedTypes?.createPolicy("claimcheck", rules) ?? rules;

/**
 * Asks our own server for a page and returns it parsed. A refusal (4xx) is a
 * page as well. Anything that is not our HTML is an error.
 * @param {string | URL} url
 * @param {RequestInit} [init]
 * @returns {Promise<Document>}
 */
export async function fetchPage(url, init) {
	const target = new URL(url, location.href);
	if (target.origin !== location.origin) throw new Error("a fragment from elsewhere.");
	const response = await fetch(target, {
		credentials: "same-origin",
		headers: { Accept: "text/html" },
		...init,
	});
	const html = (response.headers.get("Content-Type") ?? "").startsWith("text/html");
	if (!html || new URL(response.url).origin !== location.origin) {
		throw new Error(`the server answered ${response.status}, and not with a page.`);
	}
	return new DOMParser().parseFromString(policy.createHTML(await response.text()), "text/html");
}

/**
 * Puts what the page holds under each id in the place of what is here under
 * that id. Focus, selection and open details stay; a live region stays the
 * same element, so that its change is announced.
 * @param {Document} page
 * @param {Iterable<string>} ids
 * @returns {boolean} whether the page had all of them
 */
export function swap(page, ids) {
	let all = true;
	for (const id of ids) {
		const target = document.getElementById(id);
		const fresh = page.getElementById(id);
		if (target && fresh) {
			swapOne(target, fresh);
		} else {
			all = false;
		}
	}
	return all;
}

const live = "[role=status], [role=alert], [role=log], [aria-live]";

/**
 * @param {HTMLElement} target
 * @param {HTMLElement} fresh
 */
function swapOne(target, fresh) {
	const restoreFocus = holdFocus(target);
	for (const kept of target.querySelectorAll(`:is(${live})[id]`)) {
		const next = fresh.querySelector(`#${CSS.escape(kept.id)}`);
		if (!next) continue;
		if (next.innerHTML !== kept.innerHTML) kept.replaceChildren(...next.childNodes);
		next.replaceWith(kept);
	}
	for (const open of target.querySelectorAll("details[open][id]")) {
		fresh.querySelector(`details#${CSS.escape(open.id)}`)?.setAttribute("open", "");
	}
	for (const name of ["class", "data-status", "hidden"]) {
		const value = fresh.getAttribute(name);
		if (value === null) {
			target.removeAttribute(name);
		} else {
			target.setAttribute(name, value);
		}
	}
	target.replaceChildren(...fresh.childNodes);
	restoreFocus();
	upgrade(target);
}

/**
 * Remembers what has the focus inside target, by id.
 * @param {HTMLElement} target
 * @returns {() => void} gives the focus back
 */
function holdFocus(target) {
	const active = document.activeElement;
	if (!(active instanceof HTMLElement) || !active.id || !target.contains(active)) return () => {};
	const typed = active instanceof HTMLTextAreaElement || active instanceof HTMLInputElement;
	const [start, end] = typed ? [active.selectionStart, active.selectionEnd] : [null, null];
	return () => {
		const next = document.getElementById(active.id);
		next?.focus({ preventScroll: true });
		if (start === null || end === null) return;
		if (next instanceof HTMLTextAreaElement || next instanceof HTMLInputElement) {
			next.setSelectionRange(start, end);
		}
	};
}

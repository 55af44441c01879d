/**
 * Custom elements are loaded where their tag occurs. The server lists them on
 * the script tag as "tag=file" pairs; a module exports its class as default,
 * with `static define()`.
 */

const script = document.querySelector("script[data-elements]");
const list = script instanceof HTMLElement ? (script.dataset.elements ?? "") : "";

/** @type {Map<string, string>} Where the module of each tag is. */
const files = new Map();
for (const pair of list.split(" ")) {
	const [tag, file] = pair.split("=");
	if (tag && file) files.set(tag, new URL(`../../${file}`, import.meta.url).href);
}

/**
 * Loads the elements in root that are not defined yet.
 * @param {ParentNode} root
 */
export function upgrade(root) {
	const tags = new Set(Array.from(root.querySelectorAll(":not(:defined)"), (e) => e.localName));
	for (const tag of tags) {
		const file = files.get(tag);
		if (!file) continue;
		files.delete(tag);
		import(file).then((module) => module.default.define());
	}
}

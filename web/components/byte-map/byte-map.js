/**
 * `<byte-map>` around the tables of a token's bytes lets one follow a bit: what
 * stands for the same bits as the character, bits, byte or letter under the
 * mouse or the focus is marked, and told in words. Arrow keys walk: left and
 * right along a line, up and down between characters, their bits, the bytes'
 * bits, the bytes and the text. Without a script the tables say it all.
 */
export default class ByteMap extends HTMLElement {
	static define(tag = "byte-map", registry = customElements) {
		registry.define(tag, ByteMap);
	}

	/** @type {AbortController | undefined} */
	#listening;
	/** @type {Map<HTMLTableElement, Cell[]>} */
	#maps = new Map();
	#said = document.createElement("p");

	connectedCallback() {
		this.#listening = new AbortController();
		const { signal } = this.#listening;
		this.#said.className = "mark said";
		this.#said.setAttribute("role", "status");
		this.append(this.#said);
		this.addEventListener("pointerover", (event) => this.#point(event.target), { signal });
		this.addEventListener("focusin", (event) => this.#point(event.target), { signal });
		this.addEventListener("keydown", (event) => this.#walk(event), { signal });
		const details = this.closest("details");
		details?.addEventListener("toggle", () => details.open && this.#build(), { signal });
		if (!details || details.open) this.#build();
	}

	disconnectedCallback() {
		this.#listening?.abort();
		this.#said.remove();
	}

	#build() {
		for (const table of this.querySelectorAll("table")) {
			if (this.#maps.has(table)) continue;
			const cells = Array.from(table.tBodies[0]?.rows ?? []).flatMap(cut);
			const first = cells.find((cell) => cell.line === 0);
			if (first) first.element.tabIndex = 0;
			this.#maps.set(table, cells);
		}
	}

	/**
	 * @param {EventTarget | null} target
	 * @returns {[Cell[], Cell] | undefined}
	 */
	#find(target) {
		if (!(target instanceof HTMLElement)) return undefined;
		const table = target.closest("table");
		const cells = table ? (this.#maps.get(table) ?? []) : [];
		const cell = cells.find((c) => c.element === target);
		return cell && [cells, cell];
	}

	/** @param {EventTarget | null} target */
	#point(target) {
		const [cells, at] = this.#find(target) ?? [];
		if (!cells || !at) return;
		for (const on of this.querySelectorAll("[data-on]")) on.removeAttribute("data-on");
		const same = cells.filter((cell) => cell.from < at.to && cell.to > at.from);
		for (const cell of same) cell.element.setAttribute("data-on", cell === at ? "here" : "same");
		this.#said.textContent = tell(at, same);
	}

	/** @param {KeyboardEvent} event */
	#walk(event) {
		const [cells, at] = this.#find(event.target) ?? [];
		if (!cells || !at || event.ctrlKey || event.metaKey || event.altKey) return;
		const next = neighbour(cells, at, event.key);
		if (!next) return;
		event.preventDefault();
		at.element.tabIndex = -1;
		next.element.tabIndex = 0;
		next.element.focus();
	}
}

/**
 * A cell stands for the bits from…to of its part, counted from 0.
 * @typedef {{ element: HTMLElement, line: number, from: number, to: number, unused?: boolean }} Cell
 */

const lines = ["character", "bits of a character", "bits of a byte", "byte", "text"];

/**
 * Cuts a row of four characters into cells.
 * @param {HTMLTableRowElement} row
 * @param {number} index
 * @returns {Cell[]}
 */
function cut(row, index) {
	const base = index * 24;
	const [six, eight, bytes, text] = Array.from(row.querySelectorAll("code"));
	const head = row.cells[0];
	if (!head || !six || !eight || !bytes) return [];
	const unused = eight.querySelector("i");
	const chars = even(split(head, (head.textContent ?? "").split("")), 0, base, 6);
	const sextets = even(split(six, words(six)), 1, base, 6);
	unused?.remove();
	const octets = even(split(eight, words(eight)), 2, base, 8);
	if (unused) eight.append(" ", unused);
	const hex = words(bytes);
	/** @type {Cell[]} */
	const rest = unused
		? [
				{
					element: unused,
					line: 2,
					from: base + octets.length * 8,
					to: base + chars.length * 6,
					unused: true,
				},
			]
		: [];
	for (const cell of rest) cell.element.tabIndex = -1;
	const values = even(split(bytes, hex), 3, base, 8);
	return [...chars, ...sextets, ...octets, ...rest, ...values, ...(text ? letters(text, hex, base) : [])];
}

/** @param {Element} element */
function words(element) {
	return (element.textContent ?? "").trim().split(/\s+/).filter(Boolean);
}

/**
 * Puts each piece into an element of its own, with the spaces that stood between.
 * @param {HTMLElement} element
 * @param {string[]} pieces
 */
function split(element, pieces) {
	const spaced = (element.textContent ?? "").trim().includes(" ") && element.localName === "code";
	const cells = pieces.map((piece) => {
		const cell = document.createElement("span");
		cell.textContent = piece;
		cell.tabIndex = -1;
		return cell;
	});
	element.replaceChildren(...cells.flatMap((cell, i) => (i && spaced ? [" ", cell] : [cell])));
	return cells;
}

/**
 * Cells of equal width.
 * @param {HTMLElement[]} elements
 * @param {number} line
 * @param {number} base
 * @param {number} width
 * @returns {Cell[]}
 */
function even(elements, line, base, width) {
	return elements.map((element, i) => ({
		element,
		line,
		from: base + i * width,
		to: base + (i + 1) * width,
	}));
}

/**
 * The letters that begin in these bytes. A letter has one to four bytes, as its
 * first says; what cannot be shown is written with a backslash.
 * @param {HTMLElement} element
 * @param {string[]} hex
 * @param {number} base
 * @returns {Cell[]}
 */
function letters(element, hex, base) {
	const pieces =
		(element.textContent ?? "").match(/\\(?:u[0-9a-f]{4}|U[0-9a-f]{8}|x[0-9a-f]{2}|.)|./gsu) ?? [];
	const first = hex.findIndex((b) => (Number.parseInt(b, 16) & 0xc0) !== 0x80);
	let at = Math.max(first, 0);
	const spans = pieces.map((piece) => {
		const cell = document.createElement("span");
		cell.textContent = piece;
		cell.tabIndex = -1;
		return cell;
	});
	element.replaceChildren(...spans);
	return spans.map((span) => {
		const lead = Number.parseInt(hex[at] ?? "0", 16);
		const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
		const cell = { element: span, line: 4, from: base + at * 8, to: base + (at + size) * 8 };
		at += size;
		return cell;
	});
}

/**
 * @param {Cell[]} cells
 * @param {Cell} at
 * @param {string} key
 */
function neighbour(cells, at, key) {
	const line = cells.filter((cell) => cell.line === at.line);
	const i = line.indexOf(at);
	switch (key) {
		case "ArrowLeft":
			return line[i - 1];
		case "ArrowRight":
			return line[i + 1];
		case "Home":
			return line[0];
		case "End":
			return line.at(-1);
		case "ArrowUp":
		case "ArrowDown": {
			const step = key === "ArrowUp" ? -1 : 1;
			for (let n = at.line + step; n >= 0 && n < lines.length; n += step) {
				const found = cells.find((c) => c.line === n && c.from < at.to && c.to > at.from);
				if (found) return found;
			}
		}
	}
	return undefined;
}

/**
 * Says what stands for the same bits.
 * @param {Cell} at
 * @param {Cell[]} same
 */
function tell(at, same) {
	if (at.unused) return `${text(at)}: bits at the end that belong to no byte. They should be zero.`;
	const parts = lines.map((name, line) => {
		const here = same.filter((cell) => cell.line === line && !cell.unused);
		return here.length ? `${name} ${here.map(text).join(" ")}` : "";
	});
	const unused = same.some((cell) => cell.unused) ? ", with bits that belong to no byte" : "";
	return `${parts.filter(Boolean).join(" · ")}${unused}`;
}

/** @param {Cell} cell */
function text(cell) {
	const value = cell.element.textContent ?? "";
	return value === " " ? "space" : value;
}

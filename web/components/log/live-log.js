/**
 * `<live-log src="/events/main" last="12">` around a log adds the lines that
 * come after position `last`. A button pauses it; what came meanwhile is added
 * when it goes on. Without `src`, and without a script, the page shows what there
 * was when it was made. It dispatches "live-log:line" for each line that it adds.
 *
 * @typedef {{ kind: string, name: string }} Who
 * @typedef {{ seq: number, time: string, stamp: string, from: Who, to: Who,
 *   channel?: string, text: string, status: string, outcome: string, href?: string }} Line
 */
export default class LiveLog extends HTMLElement {
	static define(tag = "live-log", registry = customElements) {
		registry.define(tag, LiveLog);
	}

	/** Lines that stay on the page; older ones are in the HAR. */
	static most = 500;

	/** @type {EventSource | undefined} */
	#source;
	#last = 0;
	#paused = false;
	/** @type {HTMLButtonElement | undefined} */
	#button;
	/** @type {HTMLElement | undefined} */
	#said;
	#leave = () => this.#close();
	#enter = () => this.#open();
	#turn = () => (document.hidden ? this.#close() : this.#open());

	connectedCallback() {
		this.#last = Number(this.getAttribute("last") ?? 0);
		this.#toEnd();
		if (!this.getAttribute("src")) return;
		if (!this.#button) this.#controls();
		this.#open();
		// A page that waits in the back-forward cache must hold no connection.
		addEventListener("pagehide", this.#leave);
		addEventListener("pageshow", this.#enter);
		// Nor one that nobody looks at: a browser has six for all tabs together.
		document.addEventListener("visibilitychange", this.#turn);
	}

	disconnectedCallback() {
		this.#close();
		removeEventListener("pagehide", this.#leave);
		removeEventListener("pageshow", this.#enter);
		document.removeEventListener("visibilitychange", this.#turn);
	}

	#controls() {
		const button = document.createElement("button");
		button.type = "button";
		button.className = "btn";
		button.textContent = "Pause";
		button.addEventListener("click", () => this.#pause(!this.#paused));
		const said = document.createElement("span");
		said.className = "mark";
		const acts = document.createElement("p");
		acts.className = "acts";
		acts.append(button, said);
		this.append(acts);
		this.#button = button;
		this.#said = said;
	}

	/** @param {boolean} on */
	#pause(on) {
		this.#paused = on;
		if (this.#button) this.#button.textContent = on ? "Go on" : "Pause";
		if (on) {
			this.#close();
			this.#say("Paused. New lines wait.");
		} else {
			this.#open();
		}
	}

	#open() {
		if (this.#paused || this.#source || document.hidden) return;
		const url = new URL(this.getAttribute("src") ?? "", location.href);
		url.searchParams.set("after", String(this.#last));
		const source = new EventSource(url);
		source.addEventListener("open", () => this.#say("New lines appear by themselves."));
		source.addEventListener("line", (event) => this.#add(JSON.parse(event.data)));
		source.addEventListener("error", () => {
			const over = source.readyState === EventSource.CLOSED;
			this.#say(over ? "Not live. Reload the page to see more." : "Connecting again …");
		});
		this.#source = source;
	}

	#close() {
		this.#source?.close();
		this.#source = undefined;
	}

	/** @param {Line} line */
	#add(line) {
		const list = this.querySelector("ol");
		const row = this.querySelector("template")?.content.firstElementChild?.cloneNode(true);
		if (!list || !(row instanceof HTMLElement) || line.seq <= this.#last) return;
		this.#last = line.seq;
		row.id = `log-${line.seq}`;
		const time = row.querySelector("time");
		if (time) {
			time.dateTime = line.stamp;
			time.textContent = line.time;
		}
		row.querySelector(".who")?.append(...who(line));
		row.querySelector(".what")?.append(what(line));
		const status = row.querySelector(".status");
		status?.setAttribute("data-status", line.status);
		if (status) status.textContent = line.outcome;
		const box = this.#box();
		const atEnd = !box || box.scrollHeight - box.scrollTop - box.clientHeight < 40;
		list.append(row);
		if (atEnd) this.#toEnd();
		while (list.children.length > LiveLog.most) list.firstElementChild?.remove();
		document.getElementById("log-empty")?.remove();
		this.dispatchEvent(new CustomEvent("live-log:line", { bubbles: true }));
	}

	#box() {
		return this.querySelector("[role=log]");
	}

	/** Shows the newest line, unless the reader has scrolled to an older one. */
	#toEnd() {
		const box = this.#box();
		if (box) box.scrollTop = box.scrollHeight;
	}

	/** @param {string} text */
	#say(text) {
		if (this.#said && !(this.#paused && !text.startsWith("Paused"))) this.#said.textContent = text;
	}
}

/**
 * @param {Line} line
 * @returns {(Node | string)[]}
 */
function who(line) {
	if (!line.from.name) return [span("mark", "the lab")];
	const arrow = span(`to ${line.channel ?? ""}`, "");
	arrow.append(span("vh", "to"));
	return [role(line.from), " ", arrow, " ", role(line.to)];
}

/** @param {Who} party */
function role(party) {
	const out = span("role", party.name);
	out.dataset.role = party.kind;
	return out;
}

/** @param {Line} line */
function what(line) {
	if (!line.href) return document.createTextNode(line.text);
	const link = document.createElement("a");
	link.href = line.href;
	link.textContent = line.text;
	return link;
}

/**
 * @param {string} className
 * @param {string} text
 */
function span(className, text) {
	const out = document.createElement("span");
	out.className = className;
	out.textContent = text;
	return out;
}

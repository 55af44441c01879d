/**
 * `<speak-timer>` counts down while the learner speaks: thirty seconds or two
 * minutes, started by a button. It says in words when ten seconds are left and
 * when the time is up, and does nothing else: nobody is cut short. It can be
 * turned off, which this browser remembers. Without a script what is inside
 * stays: the advice to use a clock.
 */
export default class SpeakTimer extends HTMLElement {
	static define(tag = "speak-timer", registry = customElements) {
		registry.define(tag, SpeakTimer);
	}

	/** @type {AbortController | undefined} */
	#listening;
	/** @type {ReturnType<typeof setInterval> | undefined} */
	#ticking;
	#ends = 0;
	#warned = false;
	#clock = document.createElement("output");
	#bar = document.createElement("progress");
	#said = document.createElement("p");

	connectedCallback() {
		this.#listening = new AbortController();
		this.#clock.setAttribute("role", "timer");
		this.#clock.setAttribute("aria-label", "Time left");
		this.#bar.setAttribute("aria-label", "Time left");
		this.#said.setAttribute("role", "status");
		this.#show();
	}

	disconnectedCallback() {
		this.#listening?.abort();
		clearInterval(this.#ticking);
	}

	/** What is to be seen before the clock runs. */
	#show() {
		clearInterval(this.#ticking);
		this.#said.textContent = "";
		if (off()) {
			this.replaceChildren(
				this.#button("Use a timer", () => this.#turn(false)),
				this.#said,
			);
			return;
		}
		this.replaceChildren(
			this.#button("30 seconds", () => this.#start(30), "3"),
			this.#button("2 minutes", () => this.#start(120), "2"),
			this.#button("No timer", () => this.#turn(true)),
			this.#said,
		);
	}

	/** @param {number} seconds */
	#start(seconds) {
		clearInterval(this.#ticking);
		this.#ends = performance.now() + seconds * 1000;
		this.#warned = false;
		this.#bar.max = seconds;
		this.#said.textContent = `${seconds === 30 ? "Thirty seconds" : "Two minutes"}. Speak.`;
		const stop = this.#button("Stop the timer", () => {
			this.#show();
			this.querySelector("button")?.focus();
		});
		this.replaceChildren(this.#clock, this.#bar, stop, this.#said);
		stop.focus();
		this.#tick();
		this.#ticking = setInterval(() => this.#tick(), 250);
	}

	#tick() {
		const left = Math.max(0, Math.ceil((this.#ends - performance.now()) / 1000));
		this.#clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
		this.#bar.value = left;
		if (left <= 10 && !this.#warned) {
			this.#warned = true;
			this.#said.textContent = "Ten seconds left.";
		}
		if (left === 0) {
			clearInterval(this.#ticking);
			this.#said.textContent = "Time is up. Finish your sentence.";
		}
	}

	/** @param {boolean} away */
	#turn(away) {
		try {
			localStorage.setItem("timer", away ? "off" : "on");
		} catch {
			// No storage: it stays as it is on the next page.
		}
		this.#show();
		this.querySelector("button")?.focus();
	}

	/**
	 * @param {string} text
	 * @param {() => void} press
	 * @param {string} [key]
	 */
	#button(text, press, key) {
		const button = document.createElement("button");
		button.type = "button";
		button.className = "btn";
		button.textContent = text;
		if (key) {
			button.dataset.key = key;
			button.dataset.keyLabel = `Start the timer: ${text}`;
		}
		button.addEventListener("click", press, { signal: this.#listening?.signal });
		return button;
	}
}

function off() {
	try {
		return localStorage.getItem("timer") === "off";
	} catch {
		return false;
	}
}

/**
 * Something that several generations of the settings may share, such as a resolver whose section did not
 * change: it is closed when the last of them lets go.
 */
export class SharedPart<T> {
  readonly value: T;
  readonly #close: () => void;
  #holders = 0;

  constructor(value: T, close: () => void) {
    this.value = value;
    this.#close = close;
  }

  /** One more generation uses it. */
  hold(): this {
    this.#holders += 1;
    return this;
  }

  /** A generation that held it is gone. */
  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#close();
  }
}

/** Who ends what a helper began: a test, or a program's own stack. */
export interface Owner {
  teardown(action: () => unknown): unknown;
}

/** For programs: what was begun last ends first, when this is disposed of. */
export class ProgramOwner implements Owner, AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();

  teardown(action: () => unknown): void {
    this.#stack.defer(async () => void (await action()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

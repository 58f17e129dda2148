/** A small state of the console in a file of its own, written whole at every change. */
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { writeWholeFile } from "#settings-file/whole-file.ts";

export class JsonFile<T> {
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();
  #value: T;

  private constructor(path: string, value: T) {
    this.#path = path;
    this.#value = value;
  }

  /** Reads it, or begins with `first`. A file that cannot be read is an error, never an empty state. */
  static async open<T>(path: string, first: T): Promise<JsonFile<T>> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      return new JsonFile(path, JSON.parse(await readFile(path, "utf8")) as T);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      return new JsonFile(path, first);
    }
  }

  get value(): T {
    return this.#value;
  }

  /** Resolves when the new value is on disk; it holds at once. */
  async write(value: T): Promise<void> {
    this.#value = value;
    const written = this.#writing.then(() =>
      writeWholeFile(this.#path, `${JSON.stringify(value, null, 2)}\n`),
    );
    this.#writing = written.catch(() => {});
    await written;
  }
}

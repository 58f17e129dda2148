/** A proxy script in a sandbox (QuickJS in WebAssembly): no network, no files, and bounds on time and memory. */
import { QuickJS } from "quickjs-wasi";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { BROWSER_FUNCTIONS } from "./browser-functions.ts";

const MEMORY_BYTES_MAX = 16 * 1024 * 1024;
/** For loading the script, and for each answer. */
const TIME_MS_MAX = 1_000;

export interface PacEngineOptions {
  readonly nowMs: () => number;
  /** The addresses of a name, as the script is told. */
  readonly resolve: (name: string) => readonly string[];
  /** What myIpAddress says. */
  readonly client: string;
}

export class PacEngine implements Disposable {
  readonly #vm: QuickJS;
  readonly #options: PacEngineOptions;
  #deadlineMs = 0;

  private constructor(vm: QuickJS, options: PacEngineOptions) {
    this.#vm = vm;
    this.#options = options;
  }

  /** Loads a script. The error is what is wrong with it, as a sentence of the engine. */
  static async load(script: string, options: PacEngineOptions): Promise<Outcome<PacEngine, string>> {
    const later: { engine: PacEngine | null } = { engine: null };
    const vm = await QuickJS.create({
      memoryLimit: MEMORY_BYTES_MAX,
      interruptHandler: () => later.engine?.isLate === true,
    });
    const engine = new PacEngine(vm, options);
    later.engine = engine;
    engine.#giveFunctions();
    const loaded = engine.#run(BROWSER_FUNCTIONS + script);
    const kind = loaded.ok ? engine.#run("typeof FindProxyForURL") : loaded;
    if (kind.ok && kind.value === "function") return success(engine);
    engine[Symbol.dispose]();
    return kind.ok ? failure("there is no function FindProxyForURL") : kind;
  }

  /** What the script answers for a URL and its host. */
  find(url: string, host: string): Outcome<string, string> {
    return this.#run(`String(FindProxyForURL(${JSON.stringify(url)}, ${JSON.stringify(host)}))`);
  }

  /** Whether the running call has taken its time. */
  private get isLate(): boolean {
    return this.#options.nowMs() > this.#deadlineMs;
  }

  [Symbol.dispose](): void {
    this.#vm.dispose();
  }

  #giveFunctions(): void {
    const vm = this.#vm;
    const give = (name: string, answer: (argument: string) => string): void => {
      using host = vm.newFunction(name, (...args) => vm.newString(answer(args[0]?.toString() ?? "")));
      vm.setProp(vm.global, name, host);
    };
    give("futagoResolveAll", (name) => this.#options.resolve(name).join(";"));
    give("myIpAddress", () => this.#options.client);
  }

  #run(code: string): Outcome<string, string> {
    this.#deadlineMs = this.#options.nowMs() + TIME_MS_MAX;
    try {
      using result = this.#vm.evalCode(code);
      return success(result.toString());
    } catch (error) {
      const isLate = this.isLate;
      return failure(
        isLate
          ? `it takes longer than ${TIME_MS_MAX} ms`
          : error instanceof Error
            ? error.message
            : String(error),
      );
    }
  }
}

/** The unit's access log: the file that the settings name, and its successor when they change. */
import { isAbsolute, join } from "node:path";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { UnitAlert } from "#control/contract.ts";
import type { Counters } from "#http/counters.ts";
import { nodeLogFs } from "#log/log-fs.ts";
import { RotatingFile, type RotatingFileSettings, type RotatingFileStatus } from "#log/rotating-file.ts";
import type { Settings } from "#settings/schema.ts";
import type { Prepared } from "./prepared.ts";

export interface AccessLogDeps {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Codes of a disk that may get well again: the unit serves meanwhile. Any other is a mistake in the settings. */
const PASSING_FAULTS: readonly string[] = ["ENOSPC", "EDQUOT", "EIO"];

export class AccessLog implements AsyncDisposable {
  readonly #deps: AccessLogDeps;
  #file: RotatingFile | null = null;

  constructor(deps: AccessLogDeps) {
    this.#deps = deps;
  }

  get status(): RotatingFileStatus | null {
    return this.#file?.status ?? null;
  }

  /** What the administrator should look at. */
  get alerts(): readonly UnitAlert[] {
    const { file = "", fault = null, droppedLines = 0 } = this.status ?? {};
    if (fault === null) return [];
    return [
      {
        code: "access-log-failing",
        message: `the access log ${file} cannot be written: ${fault}; ${droppedLines} lines are lost so far`,
        parameters: { file, fault, lost: droppedLines },
      },
    ];
  }

  /** Opens the file that `settings` name, beside the one in use; the error says what is wrong with it. */
  async prepare(settings: Settings["accessLog"]): Promise<Outcome<Prepared, string>> {
    const before = this.#file;
    if (!settings.enabled) return success({ commit: () => this.#use(null), discard: () => {} });
    const wanted = this.#fileSettings(settings);
    if (before !== null && before.status.file === wanted.path)
      return success({ commit: () => before.configure(wanted), discard: () => {} });
    const file = new RotatingFile(wanted, {
      fs: nodeLogFs,
      clock: this.#deps.clock,
      logger: this.#deps.logger,
      onWritten: (lines) => this.#deps.counters.add("log_lines", lines),
      onDropped: (lines) => this.#deps.counters.add("log_lines_dropped", lines),
    });
    const opened = await file.open();
    if (!opened.ok && !PASSING_FAULTS.includes(opened.error))
      return failure(`cannot write the access log ${wanted.path}: ${opened.error}; correct accessLog.file`);
    return success({ commit: () => this.#use(file), discard: () => void file.close() });
  }

  /** Takes whole lines from a worker. */
  write(bytes: Buffer, lines: number): void {
    this.#file?.append(bytes, lines);
  }

  /** The file was moved away: goes on in a new one under the same name. */
  reopen(): void {
    this.#file?.reopen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }

  #use(file: RotatingFile | null): void {
    void this.#file?.close();
    this.#file = file;
  }

  #fileSettings(settings: Settings["accessLog"]): RotatingFileSettings {
    const { file, rotateBytes, rotateDaily, keep, bufferBytesMax } = settings;
    const path = isAbsolute(file) ? file : join(this.#deps.stateDir, file);
    return { path, rotateBytes, rotateDaily, keep, bufferBytesMax };
  }
}

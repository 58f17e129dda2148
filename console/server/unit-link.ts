/** The console's way to the unit's processes: their control sockets, asked with a short memory. */
import type { Clock } from "#base/clock.ts";
import { failure, type Outcome } from "#base/outcome.ts";
import { callControl } from "#control/client.ts";
import type { ControlAnswers, ControlCommand, ControlRequest, StatusAnswer } from "#control/contract.ts";
import { Refusal } from "./refusal.ts";

export interface UnitSockets {
  readonly unit: () => string;
  readonly heartbeat: string;
}

/** Pages and streams ask for the same at the same time: one question serves them all for this long. */
const FRESH_MS = 250;

type Kept = { readonly askedMs: number; readonly answer: Promise<Outcome<unknown, string>> };

export class UnitLink {
  readonly #sockets: UnitSockets;
  readonly #clock: Clock;
  readonly #kept = new Map<ControlCommand, Kept>();

  constructor(sockets: UnitSockets, clock: Clock) {
    this.#sockets = sockets;
    this.#clock = clock;
  }

  status(): Promise<Outcome<StatusAnswer, string>> {
    return this.#fresh("status");
  }

  services(): Promise<Outcome<ControlAnswers["services"], string>> {
    return this.#fresh("services");
  }

  pairStatus(): Promise<Outcome<ControlAnswers["pair-status"], string>> {
    return this.#fresh("pair-status");
  }

  cacheStats(): Promise<Outcome<ControlAnswers["cache-stats"], string>> {
    return this.#fresh("cache-stats");
  }

  /** Asks once, with what the command needs. */
  async ask<C extends ControlCommand>(
    request: ControlRequest<C>,
  ): Promise<Outcome<ControlAnswers[C], string>> {
    const answer = await callControl(this.#socketOf(request.command), request);
    // What was asked while the order ran may be older than it.
    this.#kept.clear();
    return answer;
  }

  /** As `ask`; a refusal of the unit is a conflict, and one that does not answer is unreachable. */
  async order<C extends ControlCommand>(request: ControlRequest<C>): Promise<ControlAnswers[C]> {
    const answer = await this.ask(request);
    if (answer.ok) return answer.value;
    const isDead = /no unit runs|no answer|without an answer|not a control socket/.test(answer.error);
    throw new Refusal(isDead ? "unit-unreachable" : "conflict", answer.error);
  }

  #fresh<C extends "status" | "services" | "pair-status" | "cache-stats">(
    command: C,
  ): Promise<Outcome<ControlAnswers[C], string>> {
    const known = this.#kept.get(command);
    const now = this.#clock.nowMs();
    if (known !== undefined && now - known.askedMs < FRESH_MS)
      return known.answer as Promise<Outcome<ControlAnswers[C], string>>;
    const answer = callControl<C>(this.#socketOf(command), { command } as ControlRequest<C>).catch(
      (error: unknown) => failure(String(error)),
    );
    this.#kept.set(command, { askedMs: now, answer });
    return answer;
  }

  #socketOf(command: ControlCommand): string {
    return command.startsWith("pair-") ? this.#sockets.heartbeat : this.#sockets.unit();
  }
}

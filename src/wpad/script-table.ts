/** Which script a client gets, ready to be sent: made once for each plan and order, found once for each client. */
import { createHash } from "node:crypto";
import { ALL_WELL, clientOrder, orderKey, type UnitStates } from "#pac/client-order.ts";
import { type PacPlan, planFor, plansOf, type WpadSettings } from "#pac/plan.ts";
import { scriptText } from "#pac/script-text.ts";
import { type Answer, makeAnswer } from "./answer.ts";
import { CLIENTS_MAX, SCRIPTS_MAX } from "./limits.ts";

const CONTENT_TYPE = "application/x-ns-proxy-autoconfig";
const TAG_CHARS = 22;

export interface Script {
  readonly tag: string;
  readonly whole: Answer;
  readonly notModified: Answer;
}

export class ScriptTable {
  readonly #plans: readonly PacPlan[];
  readonly #maxAgeSeconds: number;
  #states: UnitStates = ALL_WELL;
  readonly #scripts = new Map<string, Script>();
  /** By client, and the profile that the path names. */
  readonly #known = new Map<string, Script>();

  /** For settings that have passed `checkWpadSettings`. */
  constructor(wpad: WpadSettings) {
    this.#plans = plansOf(wpad);
    this.#maxAgeSeconds = Math.floor(wpad.maxAgeMs / 1_000);
  }

  /** From now on scripts are for these states. */
  setStates(states: UnitStates): void {
    if (states.this === this.#states.this && states.peer === this.#states.peer) return;
    this.#states = states;
    this.#scripts.clear();
    this.#known.clear();
  }

  /** Scripts that are ready. */
  get size(): number {
    return this.#scripts.size;
  }

  /** The client's script; null where there is no such profile. A null `profile` is the client's own. */
  find(client: string, profile: string | null): Script | null {
    const key = profile === null ? client : `${client} ${profile}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const plan =
      profile === null ? planFor(this.#plans, client) : this.#plans.find((each) => each.profile === profile);
    if (plan === undefined) return null;
    const script = this.#scriptOf(plan, client);
    if (this.#known.size >= CLIENTS_MAX) this.#known.clear();
    this.#known.set(key, script);
    return script;
  }

  #scriptOf(plan: PacPlan, client: string): Script {
    const order = clientOrder(plan, client, this.#states);
    const key = `${plan.profile ?? ""}\n${orderKey(order)}`;
    const made = this.#scripts.get(key);
    if (made !== undefined) return made;
    const script = this.#make(scriptText(plan, order));
    if (this.#scripts.size >= SCRIPTS_MAX) {
      this.#scripts.clear();
      this.#known.clear();
    }
    this.#scripts.set(key, script);
    return script;
  }

  #make(body: string): Script {
    const hash = createHash("sha256").update(body, "latin1").digest("base64url").slice(0, TAG_CHARS);
    const tag = `"${hash}"`;
    const shared = {
      ETag: tag,
      // The same path has other scripts for other clients: no shared cache may keep one.
      "Cache-Control": `private, max-age=${this.#maxAgeSeconds}`,
    };
    return {
      tag,
      whole: makeAnswer(200, { "Content-Type": CONTENT_TYPE, ...shared }, body),
      notModified: makeAnswer(304, shared, ""),
    };
  }
}

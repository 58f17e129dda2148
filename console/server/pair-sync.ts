/**
 * The other unit's console: asked for its shared settings, and sent ours. Everything has a short time limit, and
 * nothing of this unit waits for it.
 */
import { readFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isDeepStrictEqual } from "node:util";
import Type from "typebox";
import { Value } from "typebox/value";
import type { Clock } from "#base/clock.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { API_PREFIX } from "#console/contract/endpoints.ts";
import { type PairSync, SharedSections, SupportPart } from "#console/contract/pair.ts";
import type { Settings } from "#settings/schema.ts";
import { sharedSections } from "#settings/scope.ts";
import { valueChanges } from "#settings/value-changes.ts";
import { isAnswerSealed, PAIR_FIELD, SealChecker, sealAnswer, sealRequest } from "./pair-seal.ts";
import { Refusal } from "./refusal.ts";
import type { SettingsDesk } from "./settings-desk.ts";

type Shared = Type.Static<typeof SharedSections>;

const ASK_MS = 2_000;
const SEND_MS = 30_000;
/** The other unit has to gather its part. */
const SUPPORT_MS = 8_000;
/** The largest is a part of a bundle for support. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024;

const Done = Type.Object({ done: Type.Literal(true) });

export interface PairSyncDeps {
  readonly desk: () => SettingsDesk;
  readonly clock: Clock;
  readonly onSent: (ok: boolean, detail: string) => void;
}

/** Where the other unit's console is, or null. */
export function peerConsoleUrl({ redundancy, console: own }: Settings): string | null {
  const { peerAddress } = redundancy;
  const [first] = own.listen;
  if (peerAddress === undefined || first === undefined) return null;
  const isPlain = own.plainOnLoopback && (peerAddress.startsWith("127.") || peerAddress === "::1");
  const host = peerAddress.includes(":") ? `[${peerAddress}]` : peerAddress;
  return `http${isPlain ? "" : "s"}://${host}:${first.port}/`;
}

export class PairSyncDesk {
  readonly #deps: PairSyncDeps;
  readonly #checker = new SealChecker();
  #lastSent: PairSync["lastSent"] = null;

  constructor(deps: PairSyncDeps) {
    this.#deps = deps;
  }

  /** The pair key; a `Refusal` where there is none. */
  async key(): Promise<string> {
    const { keyFile } = this.#settings.redundancy;
    const text = keyFile === undefined ? null : await readFile(keyFile, "latin1").catch(() => null);
    if (text === null) throw new Refusal("conflict", "the pair has no key (redundancy.keyFile)");
    return text.trim();
  }

  /** What this unit shares now. */
  offer(): Shared {
    const { latest } = this.#deps.desk();
    return {
      unit: this.#settings.unit.name,
      generation: latest.generation,
      author: latest.author,
      reason: latest.reason,
      sections: { ...sharedSections(this.#settings) },
    };
  }

  /** Checks the field of a request of the other unit; answers the field for the answer with that body. */
  async admit(
    message: { readonly method: string; readonly path: string; readonly body: string },
    field: string | undefined,
  ): Promise<(answer: string) => string> {
    const key = await this.key().catch(() => null);
    const nonce =
      key === null ? null : this.#checker.check(key, message, field ?? "", this.#deps.clock.wallMs());
    if (key === null || nonce === null) throw new Refusal("not-signed-in", "only the other unit of the pair");
    return (answer) => sealAnswer(key, nonce, answer);
  }

  /** Compares section by section; also when the other unit cannot be asked. */
  async compare(): Promise<PairSync> {
    const { console: own } = this.#settings;
    const own_ = this.offer().sections;
    const rest = { enabled: own.sharePairSettings, lastSent: this.#lastSent };
    const told = await this.#ask("GET", "/pair/sync/sections", null, ASK_MS);
    const unknown = (fault: string): PairSync => ({
      ...rest,
      comparedAt: null,
      fault,
      sections: Object.keys(own_).map((section) => ({ section, state: "unknown", paths: [] })),
    });
    if (!told.ok) return unknown(told.error);
    if (!Value.Check(SharedSections, told.value)) return unknown("the other unit is of another version");
    const theirs = told.value.sections;
    return {
      ...rest,
      comparedAt: new Date(this.#deps.clock.wallMs()).toISOString(),
      fault: null,
      sections: Object.entries(own_).map(([section, value]) => ({
        section,
        state: isDeepStrictEqual(value, theirs[section]) ? "equal" : "different",
        paths: valueChanges(value, theirs[section], section).map(({ path }) => path),
      })),
    };
  }

  /** Sends those sections; the other unit takes all of them or none. */
  async send(sections: readonly string[], reason: string): Promise<void> {
    const offer = this.offer();
    const unknown = sections.find((section) => !Object.hasOwn(offer.sections, section));
    if (unknown !== undefined) throw new Refusal("bad-request", `${unknown} is not a shared section`);
    const chosen = Object.fromEntries(sections.map((section) => [section, offer.sections[section]]));
    const told = await this.#ask("PUT", "/pair/sync", { ...offer, reason, sections: chosen }, SEND_MS);
    const ok = told.ok && Value.Check(Done, told.value);
    const detail = told.ok ? `sections ${sections.join(", ")}` : told.error;
    this.#lastSent = {
      at: new Date(this.#deps.clock.wallMs()).toISOString(),
      ok,
      detail: detail.slice(0, 1_000),
    };
    this.#deps.onSent(ok, detail);
    if (!ok) throw new Refusal("peer-unreachable", detail);
  }

  /** The other unit's part of a bundle for support: a gzipped archive, or why there is none. */
  async askSupportPart(): Promise<Outcome<{ readonly unit: string; readonly archive: Buffer }, string>> {
    const told = await this.#ask("GET", "/pair/support-bundle", null, SUPPORT_MS);
    if (!told.ok) return told;
    if (!Value.Check(SupportPart, told.value)) return failure("the other unit is of another version");
    return success({ unit: told.value.unit, archive: Buffer.from(told.value.archive, "base64") });
  }

  /** After a change here, where the settings say so: in the background, and once. */
  shareChange(sections: readonly string[], reason: string): void {
    const shared = sections.filter((section) => Object.hasOwn(this.offer().sections, section));
    if (!this.#settings.console.sharePairSettings || shared.length === 0) return;
    // What failed is in `lastSent`, and the page shows which sections differ.
    void this.send(shared, reason).catch(() => {});
  }

  get #settings(): Settings {
    return this.#deps.desk().settings;
  }

  async #ask(
    method: string,
    path: string,
    body: unknown,
    limitMs: number,
  ): Promise<Outcome<unknown, string>> {
    const base = peerConsoleUrl(this.#settings);
    if (base === null) return failure("no other unit is set (redundancy.peerAddress)");
    const key = await this.key().catch((error: Error) => error);
    if (typeof key !== "string") return failure(key.message);
    const text = body === null ? "" : JSON.stringify(body);
    const seal = sealRequest(key, { method, path, body: text }, this.#deps.clock.wallMs());
    const url = `${base}${API_PREFIX.slice(1)}${path}`;
    const answer = await exchange(url, { method, field: seal.field, body: text, limitMs });
    if (!answer.ok) return answer;
    const { status, text: told, field } = answer.value;
    if (status !== 200) return failure(`the other unit answered ${status}: ${detailOf(told)}`);
    if (!isAnswerSealed(key, seal.nonce, told, field)) return failure("the answer is not the other unit's");
    return success(JSON.parse(told));
  }
}

function detailOf(text: string): string {
  try {
    const { detail, title } = JSON.parse(text) as { readonly detail?: string; readonly title?: string };
    return (detail ?? title ?? "").slice(0, 500);
  } catch {
    return "no reason";
  }
}

interface Told {
  readonly status: number;
  readonly text: string;
  readonly field: string;
}

/** One request; the certificate is self-signed, and the seal says who it is. */
function exchange(
  url: string,
  asked: { readonly method: string; readonly field: string; readonly body: string; readonly limitMs: number },
): Promise<Outcome<Told, string>> {
  const { method, field, body, limitMs } = asked;
  const headers = {
    [PAIR_FIELD]: field,
    ...(body === "" ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
    "sec-fetch-site": "same-origin",
  };
  const options = {
    method,
    headers,
    agent: false,
    rejectUnauthorized: false,
    signal: AbortSignal.timeout(limitMs),
  };
  return new Promise((resolve) => {
    const send = url.startsWith("https:") ? httpsRequest : httpRequest;
    const outgoing = send(url, options, (response) => {
      const parts: string[] = [];
      let chars = 0;
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        parts.push(part);
        chars += part.length;
        if (chars > ANSWER_BYTES_MAX) outgoing.destroy(new Error("the answer is too long"));
      });
      response.once("end", () =>
        resolve(
          success({
            status: response.statusCode ?? 0,
            text: parts.join(""),
            field: String(response.headers[PAIR_FIELD] ?? ""),
          }),
        ),
      );
    });
    outgoing.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.name === "AbortError" ? `no answer within ${limitMs / 1_000} s` : (error.code ?? error.message);
      resolve(failure(`the other unit's console at ${new URL(url).host} cannot be asked: ${why}`));
    });
    outgoing.end(body);
  });
}

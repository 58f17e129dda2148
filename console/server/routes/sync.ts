/** The shared settings of a pair: compared, sent, received. */
import type { Call, HandlersOf } from "#console/server/handler.ts";
import { nameOf } from "#console/server/identity.ts";
import { PAIR_FIELD } from "#console/server/pair-seal.ts";
import { Refusal } from "#console/server/refusal.ts";
import { isoOf, type Services } from "#console/server/services.ts";
import { supportPart } from "#console/server/support-bundle.ts";
import { withShared } from "#settings/scope.ts";

type Names =
  | "pair.sync.read"
  | "pair.sync.send"
  | "pair.sync.receive"
  | "pair.sync.offer"
  | "pair.support.offer";

export function syncRoutes(services: Services): HandlersOf<Names> {
  const { sync, desk } = services;
  return {
    "pair.sync.read": () => sync.compare(),
    "pair.sync.send": async ({ body, who, note }) => {
      note(body.sections.join(", "));
      await sync.send(body.sections, `sent by ${nameOf(who)}`);
      return sync.compare();
    },
    "pair.sync.offer": async ({ request, reply }) => {
      const seal = await sync.admit(
        { method: "GET", path: "/pair/sync/sections", body: "" },
        fieldOf(request),
      );
      const offer = sync.offer();
      void reply.header(PAIR_FIELD, seal(JSON.stringify(offer)));
      return offer;
    },
    "pair.support.offer": async ({ request, reply }) => {
      const message = { method: "GET", path: "/pair/support-bundle", body: "" };
      const seal = await sync.admit(message, fieldOf(request));
      const archive = await supportPart(services);
      const answer = { unit: desk.settings.unit.name, archive: archive.toString("base64") };
      void reply.header(PAIR_FIELD, seal(JSON.stringify(answer)));
      return answer;
    },
    "pair.sync.receive": async ({ body, request, reply, who }) => {
      const message = { method: "PUT", path: "/pair/sync", body: JSON.stringify(body) };
      const seal = await sync.admit(message, fieldOf(request));
      await receive(services, body, who.address);
      const answer = { done: true } as const;
      void reply.header(PAIR_FIELD, seal(JSON.stringify(answer)));
      return answer;
    },
  };

  async function receive(
    { audit }: Services,
    body: Call<"pair.sync.receive">["body"],
    address: string,
  ): Promise<void> {
    const parsed = desk.parse(withShared(desk.settings, body.sections));
    if (!parsed.ok) throw new Refusal("settings-faults", undefined, { faults: [...parsed.error] });
    const author = `peer:${body.unit}`;
    const detail = `generation ${body.generation} of ${body.unit}: ${Object.keys(body.sections).join(", ")}`;
    try {
      await desk.apply({
        settings: parsed.value,
        base: desk.latest.generation,
        author,
        reason: `${body.reason} (${body.author}, ${isoOf(services.clock.wallMs())})`.slice(0, 2_000),
        confirmWithinMs: null,
        origin: "peer",
        source: null,
      });
    } catch (error) {
      // Equal already: that is what was wanted.
      if (!(error instanceof Refusal) || error.problem.kind !== "no-change") throw error;
    }
    await audit.add({ actor: author, address, action: "pair.sync.receive", outcome: "done", detail });
  }
}

const fieldOf = (request: Call<"pair.sync.offer">["request"]): string | undefined => {
  const field = request.headers[PAIR_FIELD];
  return typeof field === "string" ? field : undefined;
};

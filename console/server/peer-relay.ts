/**
 * The other unit's pages under /peer/, relayed to its real address with its own sign-in. Both consoles name their
 * cookie alike, and a browser has one name for each host: on the way the other's is renamed.
 */
import type { FastifyInstance } from "fastify";
import { PEER_PREFIX } from "#console/contract/endpoints.ts";
import { Relay } from "#relay/relay.ts";
import { COOKIE } from "./cookie.ts";
import { crossSiteFault } from "./cross-site.ts";
import type { identifier } from "./identify.ts";
import type { JsonFile } from "./json-file.ts";
import { peerConsoleUrl } from "./pair-sync.ts";
import { Refusal } from "./refusal.ts";
import type { SettingsDesk } from "./settings-desk.ts";

const PEER_COOKIE = `${COOKIE}-peer`;

/** The certificates that were seen first, by address. */
export interface PinsFile {
  readonly pins: Readonly<Record<string, string>>;
}

export interface PeerRelayDeps {
  readonly desk: SettingsDesk;
  readonly identify: ReturnType<typeof identifier>;
  readonly pins: JsonFile<PinsFile>;
  /** An address was met for the first time, or with another certificate than then. */
  readonly onCertificate: (detail: string, isKnown: boolean) => void;
}

/** Only the other unit's session, under the name that it knows; ours stays here. */
function peerCookies(field: string | undefined): string | null {
  const pair = field
    ?.split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${PEER_COOKIE}=`));
  return pair === undefined ? null : pair.replace(PEER_COOKIE, COOKIE);
}

/** Adds the routes; the relay ends with the application. */
export function addPeerRelay(
  app: FastifyInstance,
  { desk, identify, pins, onCertificate }: PeerRelayDeps,
): void {
  const target = (): string => {
    const url = peerConsoleUrl(desk.settings);
    if (url === null) throw new Refusal("conflict", "no other unit is set (redundancy.peerAddress)");
    return url.slice(0, -1);
  };
  const relay = new Relay({
    requestFields: ({ headers }) => ({
      cookie: peerCookies(headers.cookie),
      authorization: null,
      // It was checked here; there it has to be the other's own.
      ...(headers.origin === undefined ? {} : { origin: target() }),
    }),
    cookie: (cookie) => cookie.replace(COOKIE, PEER_COOKIE),
    trusts: (fingerprint) => {
      const address = desk.settings.redundancy.peerAddress ?? "";
      const known = pins.value.pins[address];
      if (known === fingerprint) return true;
      onCertificate(`${address} has the certificate ${fingerprint}`, known !== undefined);
      // The first one is believed, as ssh does; whoever replaces it removes the pin with the page of the pair.
      if (known === undefined) void pins.write({ pins: { ...pins.value.pins, [address]: fingerprint } });
      return known === undefined;
    },
  });
  app.addHook("onClose", async () => relay[Symbol.dispose]());
  void app.register(async (scope) => {
    // Bodies go through as they are.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.all(`${PEER_PREFIX}/*`, (request, reply) => {
      const fault = crossSiteFault(request.method, false, request.headers);
      if (fault !== null) throw new Refusal("cross-site", fault);
      if (identify(request, false).kind !== "person") throw new Refusal("not-signed-in");
      const to = { target: target(), url: request.url.slice(PEER_PREFIX.length) };
      reply.hijack();
      relay.forward(request.raw, reply.raw, to, (why) => {
        if (reply.raw.headersSent) return void reply.raw.destroy();
        const { problem } = new Refusal("peer-unreachable", why);
        reply.raw.writeHead(problem.status, { "content-type": "application/problem+json; charset=utf-8" });
        reply.raw.end(JSON.stringify(problem));
      });
    });
  });
}

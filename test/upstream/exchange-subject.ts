import { success } from "#base/outcome.ts";
import type { Authority } from "#http/authority.ts";
import { COUNTERS_BYTES, Counters } from "#http/counters.ts";
import { defaultSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";
import { type Connectors, createConnectors } from "#socket/connect.ts";
import { wireFromSocket } from "#socket/net-wire.ts";
import { makeCa } from "#test/support/certificates.ts";
import { type OriginServer, startOriginServer } from "#test/support/origin-server.ts";
import type { Fetch } from "#transport/exchange.ts";
import { createHttpUpstream } from "#upstream/http-upstream.ts";
import type { ParentConfig } from "#upstream/parent.ts";
import { createUpstream, type Upstream } from "#upstream/route.ts";
import { createSecureUpstream } from "#upstream/secure-upstream.ts";

let certificates: {
  readonly ca: string;
  readonly tls: { readonly key: string; readonly cert: string };
} | null = null;

/** An authority of our own, made when it is first needed, and what servers show. */
function tlsOfTests() {
  if (certificates !== null) return certificates;
  const ca = makeCa();
  process.once("exit", () => ca.remove());
  const leaf = ca.makeCertificate(["127.0.0.1", "localhost", "origin.test"]);
  certificates = { ca: ca.certificate, tls: { key: leaf.key, cert: leaf.certificate } };
  return certificates;
}

/** For servers of tests. */
export const serverTls = () => tlsOfTests().tls;

export const CLOCK = { nowMs: () => performance.now(), wallMs: () => Date.now() };

export type UpstreamWords = Partial<Settings["upstream"]>;

export const newCounters = (): Counters => new Counters(new SharedArrayBuffer(COUNTERS_BYTES));

/** Connectors that may go anywhere; every name is loopback. */
export const connectorsFor = (
  settings: Settings["upstream"],
  ca: { readonly ca?: string } = {},
): Connectors =>
  createConnectors({
    ...ca,
    resolve: (host, done) => done(success([/^[\d.:]+$/.test(host) ? host : "127.0.0.1"])),
    checkAddress: () => ({ allowed: true, why: "" }),
    connectTimeoutMs: settings.connectTimeoutMs,
    happyEyeballsDelayMs: settings.happyEyeballsDelayMs,
  });

export const upstreamSettings = (words: UpstreamWords): Settings["upstream"] => ({
  ...defaultSettings().upstream,
  ...words,
});

/** The whole upstream, for tests of parents. */
export function newUpstream(
  parents: readonly ParentConfig[],
  words: UpstreamWords = {},
  policy: Partial<Settings["parentPolicy"]> = {},
): Upstream {
  const settings = defaultSettings();
  const upstream = upstreamSettings(words);
  const connectors = connectorsFor(upstream, { ca: tlsOfTests().ca });
  return createUpstream({
    clock: CLOCK,
    counters: newCounters(),
    settings: { ...settings, upstream, parentPolicy: { ...settings.parentPolicy, ...policy } },
    parents,
    connectDirect: connectors.connect,
    connectSocket: connectors.connectSocket,
    connectParent: connectors.connect,
    connectParentSocket: connectors.connectSocket,
    wrapSocket: wireFromSocket,
    startTls: connectors.startTls,
    checkTarget: ({ host }) =>
      host === "10.0.0.1" ? { reason: "egress-refused", detail: "10.0.0.1 is private" } : null,
  });
}

/** One implementation of `Fetch` with an origin that it reaches. */
export interface Subject extends AsyncDisposable {
  readonly fetch: Fetch;
  readonly origin: OriginServer;
  readonly target: { readonly scheme: "http" | "https"; readonly authority: Authority };
  readonly counters: Counters;
}

export type NewSubject = (words?: UpstreamWords) => Promise<Subject>;

async function subjectOf(
  scheme: "http" | "https",
  counters: Counters,
  client: { readonly fetch: Fetch; readonly close: () => void },
): Promise<Subject> {
  const origin = await startOriginServer(scheme === "https" ? { tls: serverTls() } : {});
  return {
    fetch: client.fetch,
    origin,
    target: { scheme, authority: { host: origin.host, port: origin.port } },
    counters,
    [Symbol.asyncDispose]: async () => {
      client.close();
      await origin.close();
    },
  };
}

/** Our own client, straight to the origin; with `scheme` https over TLS. */
export const plainSubject =
  (scheme: "http" | "https"): NewSubject =>
  (words = {}) => {
    const settings = upstreamSettings(words);
    const counters = newCounters();
    const { connect } = connectorsFor(settings, scheme === "https" ? { ca: tlsOfTests().ca } : {});
    const { limits } = defaultSettings();
    return subjectOf(
      scheme,
      counters,
      createHttpUpstream({ clock: CLOCK, counters, settings, limits, connect }),
    );
  };

/** The https client over undici. */
export const secureSubject: NewSubject = (words = {}) => {
  const settings = upstreamSettings(words);
  const counters = newCounters();
  const { connectSocket } = connectorsFor(settings, { ca: tlsOfTests().ca });
  const { limits } = defaultSettings();
  return subjectOf("https", counters, createSecureUpstream({ counters, settings, limits, connectSocket }));
};

/** By one parent: http in absolute-form, https through a tunnel. */
export const parentSubject =
  (scheme: "http" | "https", parent: { readonly secure: boolean; readonly port: number }): NewSubject =>
  (words = {}) => {
    const config = {
      name: "parent-1",
      authority: { host: "127.0.0.1", port: parent.port },
      secure: parent.secure,
      domains: ["*"],
      credentials: { username: "futago", password: "双子" },
    };
    const upstream = newUpstream([config], words);
    return subjectOf(scheme, newCounters(), upstream);
  };

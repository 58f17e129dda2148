import t from "tap";
import { wpadSettings } from "#test/pac/wpad-samples.ts";
import { FakeWire } from "#test/support/fake-wire.ts";
import { ScriptServer } from "#wpad/script-server.ts";
import { ScriptSite } from "#wpad/script-site.ts";

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const clock = { nowMs: () => 0, wallMs: () => NOW };
const SETTINGS = wpadSettings(
  {
    hosts: ["wpad", ".corp.example", "PAC.example.com"],
    listen: [{ address: "192.0.2.5" }],
    profiles: [{ name: "lab", networks: ["10.1.0.0/16"], balance: "none" }],
    maxAgeMs: 90_000,
  },
  {
    clients: { allowedNetworks: ["10.0.0.0/8", "2001:db8::/32"] },
    redundancy: {
      enabled: true,
      peerAddress: "192.168.0.2",
      floatingAddresses: [{ address: "192.0.2.100" }],
    },
  },
);

/** What is answered to one request on a connection of its own. */
function ask(text: string, client = "10.0.0.4", site = new ScriptSite(SETTINGS)): string {
  const server = new ScriptServer(clock, site, SETTINGS.wpad);
  const wire = new FakeWire();
  wire.remoteAddress = client;
  server.accept(wire);
  wire.receive(text);
  return wire.sent;
}

const get = (path: string, host = "wpad", more = ""): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
const status = (answer: string): number => Number(answer.split(" ")[1]);
const bodyOf = (answer: string): string => answer.slice(answer.indexOf("\r\n\r\n") + 4);

t.test("the script, with all that a browser needs to keep it", async (t) => {
  const answer = ask(get("/wpad.dat"));
  const head = answer.slice(0, answer.indexOf("\r\n\r\n"));
  t.match(head, /^HTTP\/1\.1 200 OK\r\nDate: Tue, 24 Nov 2026 12:00:00 GMT\r\n/);
  t.match(head, /\r\nContent-Type: application\/x-ns-proxy-autoconfig\r\n/);
  t.match(head, /\r\nCache-Control: private, max-age=90\r\n/);
  t.match(head, /\r\nETag: "[A-Za-z0-9_-]{22}"\r\n/);
  t.match(head, `\r\nContent-Length: ${bodyOf(answer).length}`);
  t.match(bodyOf(answer), /PROXY 192\.168\.0\.1:8080; PROXY 192\.168\.0\.2:8080/);
  t.equal(bodyOf(ask(get("/proxy.pac"))), bodyOf(answer));
  t.equal(bodyOf(ask(get("/wpad.dat?x=1"))), bodyOf(answer), "a query means nothing");
});

t.test("HEAD and 304 have no content", async (t) => {
  const whole = ask(get("/wpad.dat"));
  const tag = /ETag: (".*")/.exec(whole)?.[1] ?? "";
  const head = ask(get("/wpad.dat").replace("GET", "HEAD"));
  t.equal(head, whole.slice(0, whole.indexOf("\r\n\r\n") + 4));
  for (const value of [tag, `W/${tag}`, `"x", ${tag}`, "*"]) {
    const answer = ask(get("/wpad.dat", "wpad", `If-None-Match: ${value}\r\n`));
    t.match(answer, /^HTTP\/1\.1 304 Not Modified\r\n/, value);
    t.match(answer, `ETag: ${tag}`);
    t.equal(bodyOf(answer), "");
    t.notMatch(answer, "Content-Length");
  }
  t.equal(status(ask(get("/wpad.dat", "wpad", 'If-None-Match: "x"\r\n'))), 200);
});

t.test("the client's address decides, and its profile", async (t) => {
  t.match(ask(get("/wpad.dat"), "10.0.0.5"), "PROXY 192.168.0.2:8080; PROXY 192.168.0.1:8080");
  t.match(ask(get("/wpad.dat"), "::ffff:10.0.0.5"), "PROXY 192.168.0.2:8080; PROXY 192.168.0.1:8080");
  t.match(ask(get("/wpad.dat"), "10.1.0.5"), /profile lab/);
  t.match(ask(get("/lab/proxy.pac"), "10.0.0.5"), /profile lab/, "by its path, for any client");
  t.equal(status(ask(get("/nowhere/proxy.pac"))), 404);
});

t.test("only the hosts of the settings and the unit's own addresses are answered", async (t) => {
  const site = new ScriptSite(SETTINGS);
  site.setOwnAddresses(["192.168.0.1", "fe80::1"]);
  for (const host of [
    "wpad",
    "WPAD:80",
    "wpad.",
    "wpad.corp.example",
    "corp.example",
    "pac.example.com",
    "192.0.2.100",
    "192.0.2.5:8080",
    "192.168.0.1",
    "[FE80::1]",
  ])
    t.equal(status(ask(get("/wpad.dat", host), "10.0.0.4", site)), 200, host);
  for (const host of ["evil.example", "wpad.example.com", "notcorp.example", "192.0.2.101", "[::1]"])
    t.equal(status(ask(get("/wpad.dat", host), "10.0.0.4", site)), 404, host);
  t.equal(
    status(ask("GET http://wpad/wpad.dat HTTP/1.1\r\nHost: evil.example\r\n\r\n")),
    200,
    "the target wins",
  );
  t.equal(status(ask("GET /wpad.dat HTTP/1.0\r\n\r\n")), 404, "without a Host");
});

t.test("others than the clients of the settings get the same 404 as for a wrong path", async (t) => {
  const other = ask(get("/wpad.dat"), "192.0.2.9");
  t.equal(other, ask(get("/index.html")));
  t.match(other, /^HTTP\/1\.1 404 Not Found\r\n/);
  const mine = wpadSettings({ clientNetworks: ["192.0.2.0/24"] });
  t.equal(status(ask(get("/wpad.dat"), "192.0.2.9", new ScriptSite(mine))), 200, "networks of its own");
  t.equal(status(ask(get("/wpad.dat"), "127.0.0.1", new ScriptSite(mine))), 404);
});

t.test("other methods are told which there are", async (t) => {
  t.match(ask(get("/wpad.dat").replace("GET", "DELETE")), /^HTTP\/1\.1 405 .*\r\nAllow: GET, HEAD\r\n/s);
  t.equal(status(ask("OPTIONS * HTTP/1.1\r\nHost: wpad\r\n\r\n")), 404);
  t.equal(status(ask("CONNECT wpad:80 HTTP/1.1\r\nHost: wpad\r\n\r\n")), 404);
});

t.test("new states make new scripts, with other tags; the old come back with the old states", async (t) => {
  const site = new ScriptSite(SETTINGS);
  const before = ask(get("/wpad.dat"), "10.0.0.4", site);
  site.setStates({ this: "draining", peer: "well" });
  const during = ask(get("/wpad.dat"), "10.0.0.4", site);
  t.match(during, "PROXY 192.168.0.2:8080; PROXY 192.168.0.1:8080");
  site.setStates({ this: "well", peer: "well" });
  t.equal(ask(get("/wpad.dat"), "10.0.0.4", site), before);
  t.match(site.counts, { requests: 3, scripts: 3, notModified: 0, notFound: 0, ready: 1 });
});

t.test("scripts are made once for all clients that share one", async (t) => {
  const site = new ScriptSite(SETTINGS);
  for (let client = 0; client < 200; client += 1) ask(get("/wpad.dat"), `10.0.0.${client}`, site);
  t.equal(site.counts.ready, 2);
});

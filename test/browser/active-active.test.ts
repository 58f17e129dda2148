/**
 * Chromium and Firefox with two units in active-active use, as the manual's chapter 5 tells to try it: which unit
 * serves whom, what a page in the middle of loading notices of a unit's death, and where the script then comes from.
 */
import t from "tap";
import { ActiveLab, CLIENTS } from "#test/support/active-lab.ts";
import type { BrowserName } from "#test/support/lab-browser.ts";
import { needsRoot } from "#test/support/namespaces.ts";
import { until } from "#test/support/until.ts";

const BROWSERS: readonly BrowserName[] = ["chromium", "firefox"];
const OBJECTS = 50;
const LOG_LIMIT_MS = 30_000;

t.setTimeout(590_000);

void t.test(
  "clients are shared by their last octet, however they find the script",
  { skip: needsRoot },
  async (t) => {
    const lab = await ActiveLab.start(t);
    for (const name of BROWSERS) {
      const pages = CLIENTS.map((client) => ({ client, page: lab.open(name, client) }));
      for (const { client, page } of pages) {
        t.equal(await page.done(), OBJECTS, `${name}, .${client}: the page is whole`);
        const served = await until(async () => {
          const now = await lab.servedBy(page);
          return now.a + now.b >= OBJECTS ? now : undefined;
        }, LOG_LIMIT_MS);
        const wanted = client % 2 === 0 ? { a: OBJECTS, b: 0 } : { a: 0, b: OBJECTS };
        t.strictSame(served, wanted, `${name}, .${client}: by the access logs of both units`);
        t.equal(await page.close(), 0, `${name}, .${client}: no proxy was held for bad`);
      }
    }
    for (const name of BROWSERS) {
      // A browser that is told nothing asks the DNS for wpad.
      const before = (await lab.status("a"))?.wpad?.scripts ?? 0;
      const page = lab.open(name, 11, null);
      t.equal(await page.done(), OBJECTS, `${name}: the page is whole`);
      t.ok(await lab.hasServed("b", page, OBJECTS), `${name}: by the unit of odd clients`);
      await page.close();
      const hasAsked = async () => ((await lab.status("a"))?.wpad?.scripts ?? 0) > before || undefined;
      t.ok(await until(hasAsked, LOG_LIMIT_MS), `${name}: the script came from the floating address`);
    }
  },
);

void t.test(
  "a unit that dies while a page loads is replaced by the other",
  { skip: needsRoot },
  async (t) => {
    const lab = await ActiveLab.start(t);
    for (const name of BROWSERS) {
      const page = lab.open(name, 10);
      await page.half();
      lab.kill("a");
      t.equal(await page.done(), OBJECTS, `${name}: the page is whole`);
      t.ok(await lab.hasServed("b", page, OBJECTS / 2), `${name}: its second half came by the other unit`);
      t.ok((await page.close()) > 0, `${name}: for which the browser holds a proxy for bad`);
      await lab.holds("b");
      await until(async () => (await lab.status("b"))?.wpad?.peerUnit === "dead" || undefined, LOG_LIMIT_MS);
      const before = (await lab.status("b"))?.wpad?.scripts ?? 0;
      const later = lab.open(name, 10);
      t.equal(await later.done(), OBJECTS, `${name}, started after it: the page is whole`);
      t.equal(
        await later.close(),
        0,
        `${name}, started after it: the dead unit comes last, so nobody tries it`,
      );
      t.match(await lab.servedBy(later), { a: 0 });
      const hasAsked = async () => ((await lab.status("b"))?.wpad?.scripts ?? 0) > before || undefined;
      t.ok(await until(hasAsked, LOG_LIMIT_MS), `${name}: the script came from the survivor`);
      lab.startUnit("a");
      await lab.settled();
      const again = lab.open(name, 10);
      t.equal(await again.done(), OBJECTS);
      t.ok(await lab.hasServed("a", again, OBJECTS), `${name}: unit a is back in its place`);
      await again.close();
    }
  },
);

void t.test("floating addresses that fail over: no proxy is held for bad", { skip: needsRoot }, async (t) => {
  const lab = await ActiveLab.start(t, { listed: "floating" }, true);
  for (const name of BROWSERS) {
    const page = lab.open(name, 12);
    await page.half();
    lab.vanish("a");
    t.equal(await page.done(), OBJECTS, `${name}: unit a vanished, the page is whole`);
    t.equal(await page.close(), 0, `${name}: and no proxy is held for bad`);
    t.ok(await lab.hasServed("b", page, OBJECTS / 2), `${name}: its second half came by unit b`);
    await lab.holds("b", "a");
    await lab.holds("b", "b");
    lab.reappear("a");
    await lab.settled();
  }
});

void t.test("one floating address as cache address and script address", { skip: needsRoot }, async (t) => {
  const proxies = [
    { name: "floating", host: "10.8.0.100" },
    { name: "a", host: "10.8.0.1" },
    { name: "b", host: "10.8.0.2" },
  ];
  const lab = await ActiveLab.start(t, { proxies, balance: "none" });
  const page = lab.open("chromium", 11);
  await page.half();
  lab.vanish("a");
  t.equal(await page.done(), OBJECTS, "unit a vanished, the page is whole");
  t.equal(await page.close(), 0, "and no proxy is held for bad");
  t.ok(await lab.hasServed("b", page, OBJECTS / 2));
});

/** One floating address for each unit, as the console's pages show and move them. */
import t from "tap";
import { ConsolePair, FLOATING, REAL, type UnitName } from "#test/support/console-pair.ts";
import { needsRoot } from "#test/support/namespaces.ts";
import { until } from "#test/support/until.ts";

const FLOATING_OF_B = "192.168.0.101";
const REDUNDANCY = "/system/redundancy";
const MOVE_LIMIT_MS = 60_000;

const redundancy = (name: UnitName): object => ({
  enabled: true,
  role: name === "a" ? "active" : "standby",
  peerAddress: REAL[name === "a" ? "b" : "a"],
  intervalMs: 500,
  failback: { holdMs: 500 },
  floatingAddresses: [{ address: FLOATING }, { address: FLOATING_OF_B, home: "standby" }],
});

void t.test(
  "each unit has its own, and either can be handed over",
  { skip: needsRoot, timeout: 300_000 },
  async (t) => {
    const pair = await ConsolePair.start(t, redundancy);
    const have = (a: readonly string[], b: readonly string[]): Promise<true> => {
      const has = (name: UnitName, wanted: readonly string[]): boolean =>
        [FLOATING, FLOATING_OF_B].every(
          (address) => pair.addressesOf(name).includes(`${address}/32`) === wanted.includes(address),
        );
      return until(() => (has("a", a) && has("b", b)) || undefined, MOVE_LIMIT_MS);
    };
    await have([FLOATING], [FLOATING_OF_B]);
    await using browser = await pair.launchBrowser();
    await using b = await browser.open(pair.urlOf("b"));
    const says = (text: string): Promise<void> =>
      b.page.getByText(text, { exact: true }).waitFor({ timeout: MOVE_LIMIT_MS });
    await b.signInFirst(pair.oneTimePassword("b"));
    await b.page
      .locator(".unit", { hasText: `F-IP ${FLOATING}` })
      .getByText(REAL.a, { exact: true })
      .waitFor();
    await b.page
      .locator(".unit", { hasText: `F-IP ${FLOATING_OF_B}` })
      .getByText("unit-b", { exact: true })
      .waitFor();
    await b.picture("homes-overview-b");
    await b.goTo(REDUNDANCY);
    await says(`F-IP ${FLOATING_OF_B} を保持`);
    await says(`F-IP ${FLOATING} を保持`);
    t.strictSame(await b.axeFindings(), []);
    await b.page.getByRole("button", { name: "相手サーバに引き継ぐ…", exact: true }).click();
    await b.page.getByText(`F-IP ${FLOATING_OF_B} が ${REAL.a} に移ります。`).waitFor();
    await b.page.getByRole("button", { name: "引き継ぐ", exact: true }).click();
    await have([FLOATING, FLOATING_OF_B], []);
    await says(`F-IP ${FLOATING}, ${FLOATING_OF_B} を保持`);
    await b.picture("homes-redundancy-a-has-both");
    await pair.stopUnit("a");
    await have([], [FLOATING, FLOATING_OF_B]);
    await b.page.getByRole("button", { name: `${FLOATING} を相手サーバに引き継ぐ…` }).waitFor();
    await b.picture("homes-redundancy-b-has-both");
    await pair.startUnit("a");
    await have([FLOATING], [FLOATING_OF_B]);
  },
);

/** Two units on loopback whose consoles know each other; neither needs root. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Owner } from "./owner.ts";
import { type RunningConsole, startConsole } from "./running-console.ts";

/** A port that is free on both addresses for now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === "object" ? address.port : 0;
}

/** Two units with each other as peer; the pair itself is off. `isSecure`: over HTTPS. */
export async function startTwins(
  t: Owner,
  { isSecure }: { readonly isSecure: boolean },
): Promise<readonly [RunningConsole, RunningConsole]> {
  const folder = mkdtempSync(join(tmpdir(), "futago-pair-console-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const keyFile = join(folder, "key");
  writeFileSync(keyFile, "a pair key for tests only");
  const port = await freePort();
  const start = (own: string, peer: string): Promise<RunningConsole> =>
    startConsole({
      unit: { name: own === "127.0.0.1" ? "unit-a" : "unit-b" },
      redundancy: { peerAddress: peer, keyFile },
      console: { enabled: true, listen: [{ address: own, port }], plainOnLoopback: !isSecure },
    });
  const a = await start("127.0.0.1", "127.0.0.2");
  t.teardown(() => a[Symbol.asyncDispose]());
  const b = await start("127.0.0.2", "127.0.0.1");
  t.teardown(() => b[Symbol.asyncDispose]());
  return [a, b];
}

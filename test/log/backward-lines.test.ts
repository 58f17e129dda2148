/** Logs read from their end, and access log lines read back into their values. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { accessLineFormat } from "#log/access-line.ts";
import { backwardLines, logParts } from "#log/backward-lines.ts";
import { readAccessDetail } from "#log/read-access-detail.ts";
import { readAccessLine } from "#log/read-access-line.ts";
import { sampleRecord } from "#test/support/sample-record.ts";

type Tap = { teardown(end: () => unknown): unknown };

function folder(t: Tap): string {
  const path = mkdtempSync(join(tmpdir(), "futago-log-"));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function linesOf(path: string, before?: number): Promise<readonly (readonly [number, string])[]> {
  const found: (readonly [number, string])[] = [];
  for await (const lines of backwardLines(await logParts(path), before))
    for (const { at, bytes } of lines) found.push([at, bytes.toString()]);
  return found;
}

void t.test("lines come from the last to the first, over rotated files, with their places", async (t) => {
  const path = join(folder(t), "a.log");
  writeFileSync(`${path}.20260101-000000`, "one\ntwo\n");
  writeFileSync(path, "three\n\nfour\n");
  const all = await linesOf(path);
  t.strictSame(
    all.map(([, line]) => line),
    ["four", "three", "two", "one"],
  );
  for (const [at, line] of all)
    t.strictSame(await linesOf(path, at), all.slice(all.findIndex((each) => each[1] === line) + 1));
  t.strictSame(await linesOf(join(folder(t), "none.log")), []);
  appendFileSync(path, "five, not yet whole");
  t.equal((await linesOf(path))[0]?.[1], "five, not yet whole");
});

void t.test("lines over the borders of the chunks are whole, of every length", async (t) => {
  const path = join(folder(t), "long.log");
  const lines = Array.from({ length: 400 }, (_, number) => `${number} ${"x".repeat((number * 997) % 7_000)}`);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  t.strictSame(
    (await linesOf(path)).map(([, line]) => line),
    lines.reverse(),
  );
});

void t.test("what the access log writes in any form is read back", async (t) => {
  const record = sampleRecord();
  for (const form of ["squid", "combined", "json"] as const) {
    const line = accessLineFormat(form)(record).trimEnd();
    const isAtEnd = form === "squid";
    const wallMs = record.startedWallMs + (isAtEnd ? record.durationMs : 0);
    const read = readAccessLine(line);
    t.match(
      read,
      {
        client: record.clientAddress,
        method: record.method,
        url: record.target,
        status: record.status,
        bytes: record.responseBytes,
        durationMs: Math.round(record.durationMs),
        result: record.cacheResult,
      },
      `${form}: ${line}`,
    );
    t.ok(Math.abs((read?.wallMs ?? 0) - wallMs) <= 1_000, form);
  }
  const trace = { id: "mfx1-zz-1", fwd: "uri-miss", notStored: "no-store" };
  for (const form of ["squid", "combined", "json"] as const) {
    const { hierarchy, reason } = record;
    const upstream = form === "squid" ? "198.51.100.9" : record.upstreamAddress;
    const line = accessLineFormat(form)({ ...record, trace }).trimEnd();
    t.strictSame(readAccessDetail(line), { hierarchy, upstream, reason, ...trace }, line);
    t.match(readAccessLine(line), { url: record.target, status: record.status });
    t.equal(readAccessDetail(accessLineFormat(form)(record).trimEnd()), null);
    const forged = accessLineFormat(form)({
      ...record,
      userAgent: " id=a fwd=b not-stored=c",
      target: " id=a",
    });
    t.equal(readAccessDetail(forged.trimEnd()), null, forged);
  }
  for (const line of ["", "nonsense", "{", "{}", "1.2 3", "- - -"]) t.equal(readAccessLine(line), null, line);
});

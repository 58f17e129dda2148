import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { openHostsFile, parseHosts } from "#resolver/hosts-file.ts";

t.test("names, aliases, families, comments and nonsense", async (t) => {
  const hosts = parseHosts(`
127.0.0.1\tlocalhost
::1 localhost ip6-localhost  # the same
10.0.0.1   Intranet.Example. intranet
10.0.0.2 intranet
fd00::1 intranet
300.0.0.1 wrong
10.0.0.3
fe80::1%eth0 zone
10.0.0.4 bad..name 0x7f.1 good`);
  t.strictSame(hosts.get("localhost"), ["::1", "127.0.0.1"]);
  t.strictSame(hosts.get("ip6-localhost"), ["::1"]);
  t.strictSame(hosts.get("intranet"), ["fd00::1", "10.0.0.1", "10.0.0.2"]);
  t.strictSame(hosts.get("intranet.example"), ["10.0.0.1"]);
  t.strictSame([...hosts.keys()].sort(), [
    "good",
    "intranet",
    "intranet.example",
    "ip6-localhost",
    "localhost",
  ]);
});

t.test("a change is seen, at most once a second", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "futago-hosts-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "hosts");
  let nowMs = 0;
  const hosts = openHostsFile(path, { nowMs: () => nowMs, wallMs: () => 0 });
  t.equal(hosts.find("a"), undefined, "there is no file");

  writeFileSync(path, "10.0.0.1 a\n");
  t.equal(hosts.find("a"), undefined);
  nowMs = 1_000;
  t.strictSame(hosts.find("a"), ["10.0.0.1"]);

  writeFileSync(path, "10.0.0.2 a\n");
  utimesSync(path, 1, 1);
  nowMs = 1_999;
  t.strictSame(hosts.find("a"), ["10.0.0.1"]);
  nowMs = 2_000;
  t.strictSame(hosts.find("a"), ["10.0.0.2"]);

  rmSync(path);
  nowMs = 3_000;
  t.equal(hosts.find("a"), undefined);
});

t.test("what is no file is empty", async (t) => {
  t.equal(openHostsFile(tmpdir(), { nowMs: () => 0, wallMs: () => 0 }).find("a"), undefined);
});

/** The rules of the tree that no other tool checks. The layer table is ARCHITECTURE.md's, as data. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import t from "tap";

const PURE_CORE = [
  "base",
  "http",
  "http1",
  "caching",
  "policy",
  "settings",
  "transport",
  "election",
  "connections",
  "pac",
];
const ADAPTERS = [
  "socket",
  "upstream",
  "resolver",
  "store",
  "floating-ip",
  "peer",
  "settings-file",
  "log",
  "host",
  "relay",
  "pac-engine",
  "scheduling",
];
const CORE_AND_ADAPTERS = [...PURE_CORE, ...ADAPTERS];

/** folder → the folders it may import from, beside itself */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "src/base": [],
  "src/http": ["base"],
  "src/http1": ["base", "http"],
  "src/caching": ["base", "http"],
  "src/settings": ["base"],
  "src/policy": ["base", "http", "settings"],
  "src/transport": ["base", "http"],
  "src/election": ["base", "policy", "settings"],
  "src/pac": ["base", "caching", "policy", "settings"],
  "src/connections": ["base", "policy", "election"],
  "src/socket": PURE_CORE,
  "src/upstream": PURE_CORE,
  "src/resolver": PURE_CORE,
  "src/store": PURE_CORE,
  "src/floating-ip": PURE_CORE,
  "src/peer": PURE_CORE,
  "src/settings-file": PURE_CORE,
  "src/log": PURE_CORE,
  "src/host": PURE_CORE,
  "src/relay": PURE_CORE,
  "src/pac-engine": PURE_CORE,
  "src/scheduling": PURE_CORE,
  "src/proxy": CORE_AND_ADAPTERS,
  "src/heartbeat": CORE_AND_ADAPTERS,
  "src/wpad": CORE_AND_ADAPTERS,
  "src/control": CORE_AND_ADAPTERS,
  "console/contract": ["settings", "base"],
  "console/server": [...PURE_CORE, "console/contract", "control", "relay", "host", "log", "settings-file"],
  "console/ui": ["base", "console/contract"],
};

/** package → the only folders that may import it; control/ has small sockets of its own, off the data path */
const SOLE_IMPORTERS: Readonly<Record<string, readonly string[]>> = {
  undici: ["src/upstream"],
  lmdb: ["src/store"],
  "dgram-as-promised": ["src/peer"],
  "node:ffi": ["src/socket", "src/floating-ip", "src/log", "src/scheduling"],
  typebox: ["src/settings", "console/contract", "console/server"],
  fastify: ["console/server"],
  "http-proxy": ["src/relay"],
  systeminformation: ["src/host"],
  preact: ["console/ui"],
  "@preact": ["console/ui"],
  uplot: ["console/ui"],
  "lean-qr": ["console/ui"],
  "quickjs-wasi": ["src/pac-engine"],
  "node:net": ["src/socket", "src/control"],
  "node:http": ["src/control", "src/relay"],
  "node:tls": ["src/socket", "src/relay"],
  "node:dns": ["src/resolver"],
};

const PURE = new Set(PURE_CORE.map((folder) => `src/${folder}`));
const AMBIENT =
  /\bDate\.now\(|\bMath\.random\(|\bperformance\.now\(|\bsetTimeout\(|\bsetInterval\(|\bprocess\./;
const SHORT_FILE_LINES_MAX = 400;

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const under = (folder: string): readonly SourceFile[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));

const folderOf = (path: string): string => path.split("/").slice(0, 2).join("/");

const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|\bimport\("([^"]+)"\)/g)].map(
    (match) => match[1] ?? match[2] ?? "",
  );

/** The folder that a `#` import is of: console/server, or control for src/control. */
const targetOf = (specifier: string): string => {
  const [first = "", second = ""] = specifier.slice(1).split("/");
  return first === "console" ? `${first}/${second}` : first;
};

/** What is wrong with one import of one file, or null. */
export function layerFault(path: string, specifier: string): string | null {
  const from = folderOf(path);
  if (specifier.startsWith("../")) return `${path}: ${specifier}: use #folder/file.ts`;
  if (specifier.startsWith("#appliance/") && !path.startsWith("appliance/") && !path.startsWith("test/"))
    return `${path}: nothing may import the appliance`;
  const isLayered = path.startsWith("src/") || path.startsWith("console/");
  if (isLayered && specifier.startsWith("#")) {
    const target = targetOf(specifier);
    const allowed = ALLOWED[from];
    if (allowed === undefined) return `${path}: ${from} has no row in the layer table`;
    if (!allowed.includes(target) && target !== from && `src/${target}` !== from)
      return `${path}: ${from} may not import ${target}`;
  }
  if (isLayered && specifier.startsWith("./")) {
    const target = folderOf(normalize(join(dirname(path), specifier)));
    if (target !== from) return `${path}: ${specifier} leaves its folder`;
  }
  const packageName = specifier.split("/")[0] ?? "";
  const owners = SOLE_IMPORTERS[specifier.startsWith("node:") ? specifier : packageName];
  const isOwned = path.startsWith("src/") || (isLayered && !specifier.startsWith("node:"));
  if (isOwned && owners !== undefined && !owners.includes(from))
    return `${path}: only ${owners.join(", ")} imports ${packageName}`;
  if (PURE.has(from) && specifier.startsWith("node:"))
    return `${path}: the pure core imports no ${specifier}`;
  return null;
}

t.test("imports point down the layer table", async (t) => {
  const faults = [...under("src"), ...under("appliance"), ...under("console")].flatMap(({ path, text }) =>
    importsOf(text)
      .map((specifier) => layerFault(path, specifier))
      .filter((fault) => fault !== null),
  );
  t.strictSame(faults, []);
});

t.test("a planted upward import is found", async (t) => {
  t.match(layerFault("src/http1/planted.ts", "#proxy/transaction.ts"), /src\/http1 may not import proxy/);
  t.match(layerFault("src/socket/planted.ts", "#upstream/exchange.ts"), /may not import upstream/);
  t.match(layerFault("src/proxy/planted.ts", "#control/server.ts"), /may not import control/);
  t.match(layerFault("src/http/planted.ts", "node:net"), /only src\/socket, src\/control imports/);
  t.match(layerFault("src/http/planted.ts", "node:fs"), /the pure core/);
  t.match(layerFault("src/proxy/planted.ts", "undici"), /only src\/upstream/);
  t.match(layerFault("src/proxy/planted.ts", "#appliance/main/proxyd.ts"), /nothing may import/);
  t.match(layerFault("src/proxy/planted.ts", "../http/status.ts"), /use #folder/);
  t.match(layerFault("console/ui/planted.ts", "#settings/schema.ts"), /may not import settings/);
  t.match(
    layerFault("console/contract/planted.ts", "#console/server/server.ts"),
    /may not import console\/server/,
  );
  t.match(layerFault("console/server/planted.ts", "systeminformation"), /only src\/host/);
  t.match(layerFault("src/nowhere/planted.ts", "#base/assert.ts"), /no row/);
});

t.test("the pure core reads no clock, no chance and no process", async (t) => {
  const faults = [...PURE]
    .flatMap((folder) => under(folder))
    .filter(({ text }) => AMBIENT.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")))
    .map(({ path }) => path);
  t.strictSame(faults, []);
});

t.test("no source file is longer than 400 lines", async (t) => {
  const long = [...under("src"), ...under("appliance"), ...under("console"), ...under("test")]
    .filter(({ text }) => text.split("\n").length > SHORT_FILE_LINES_MAX)
    .map(({ path, text }) => `${path}: ${text.split("\n").length}`);
  t.strictSame(long, []);
});

/** What a browser loads: built as for the appliance, measured compressed, and free of other addresses. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import t from "tap";
import { bundleConsole, type ConsoleBundle } from "#appliance/firmware/bundle-console.ts";

const KB = 1_000;
const FIRST_LOAD_BYTES_MAX = 60 * KB;
const STYLE_BYTES_MAX = 15 * KB;
const FIRST_PAGE = "console/ui/pages/overview/overview-page.tsx";

const folder = mkdtempSync(join(tmpdir(), "futago-console-"));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
let bundle: ConsoleBundle;

t.before(async () => {
  bundle = await bundleConsole(folder);
});

const compressed = (names: readonly string[]): number =>
  names.reduce((sum, name) => sum + (bundle.files.find((file) => file.name === name)?.brotliBytes ?? 0), 0);

t.test("the first load, with the first page, is within its budget", async (t) => {
  const scripts = [...bundle.firstLoad, ...(bundle.pages.get(FIRST_PAGE) ?? [])];
  const bytes = compressed(scripts);
  t.comment(`first load: ${bytes} bytes compressed in ${scripts.length} scripts`);
  t.ok(bytes > 10 * KB, "it is all there");
  t.ok(bytes <= FIRST_LOAD_BYTES_MAX, `${bytes}`);
});

t.test("the style sheet is within its budget", async (t) => {
  const bytes = compressed([bundle.style]);
  t.ok(bytes > KB && bytes <= STYLE_BYTES_MAX, `${bytes}`);
});

t.test("pages are loaded when they are opened, not before", async (t) => {
  for (const [page, scripts] of bundle.pages) t.ok(scripts.length > 0, page);
});

t.test("every file lies beside its compressed forms", async (t) => {
  for (const { name } of bundle.files) {
    const bytes = readFileSync(join(folder, name));
    t.ok(brotliDecompressSync(readFileSync(join(folder, `${name}.br`))).equals(bytes), `${name}.br`);
    t.ok(gunzipSync(readFileSync(join(folder, `${name}.gz`))).equals(bytes), `${name}.gz`);
  }
});

t.test("nothing is fetched from elsewhere, and the page has no script or style of its own", async (t) => {
  const page = readFileSync(join(folder, "index.html"), "utf8");
  t.notMatch(page, /<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|https?:/);
  t.notMatch(page, /\{\w+\}/, "every place of the template is filled");
  for (const { name } of bundle.files.filter(({ name }) => /\.(js|css)$/.test(name))) {
    const text = readFileSync(join(folder, name), "utf8");
    t.notMatch(text, /@import|url\((?!data:)|importScripts|eval\(|new Function/, name);
  }
});

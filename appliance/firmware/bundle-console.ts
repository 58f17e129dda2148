/**
 * Builds the console's pages: a script that is loaded first, one for each page that is loaded when it is
 * opened, one style sheet; names carry a hash of the content, and each file lies beside its brotli and gzip
 * forms, so that the server compresses nothing.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build, type Metafile } from "esbuild";

const ENTRIES = { console: "console/ui/main.tsx", style: "console/ui/styles/style.css" } as const;
const TEMPLATE = "console/ui/index.html";
const ICON = "console/ui/icon.svg";

/** What was built: paths within the output folder. */
export interface ConsoleBundle {
  readonly files: readonly BuiltFile[];
  /** What a browser loads before the first page: the entry and what it imports at once. */
  readonly firstLoad: readonly string[];
  readonly style: string;
  /** Source file of each page → the scripts that opening it loads beside the first ones. */
  readonly pages: ReadonlyMap<string, readonly string[]>;
}

export interface BuiltFile {
  readonly name: string;
  readonly bytes: number;
  readonly brotliBytes: number;
}

/** Builds into `folder`, which is emptied; throws when something does not build (esbuild has said why). */
export async function bundleConsole(folder: string): Promise<ConsoleBundle> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { metafile, outputFiles } = await build({
    entryPoints: { ...ENTRIES, icon: ICON },
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    platform: "browser",
    format: "esm",
    target: ["chrome111", "firefox114", "safari16.4"],
    loader: { ".svg": "copy" },
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    metafile: true,
    write: false,
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
  const outputs = new Outputs(metafile, folder);
  const names = {
    script: outputs.ofEntry(ENTRIES.console),
    style: outputs.ofEntry(ENTRIES.style),
    icon: outputs.ofEntry(ICON),
  };
  const firstLoad = outputs.withImports(names.script);
  // The browser would find the parts of the first script one import after the other.
  const preload = firstLoad.map((name) => `<link rel="modulepreload" href="${name}" />`).join("");
  const page = fillTemplate(await readFile(TEMPLATE, "utf8"), { ...names, preload });
  const files = [
    ...outputFiles.map(({ path, contents }) => ({ name: relative(folder, outputPath(path)), contents })),
    { name: "index.html", contents: Buffer.from(page) },
  ];
  return {
    files: await Promise.all(files.map(({ name, contents }) => writeCompressed(folder, name, contents))),
    firstLoad,
    style: names.style,
    pages: outputs.pages(names.script),
  };
}

/** esbuild answers with absolute paths; those of the metafile are relative to the working folder. */
const outputPath = (path: string): string => relative(process.cwd(), path);

function fillTemplate(template: string, names: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, key: string) => names[key] ?? "");
}

/** Files too small to gain anything are compressed as well: one rule for the server. */
async function writeCompressed(folder: string, name: string, contents: Uint8Array): Promise<BuiltFile> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  const [brotli, zipped] = await Promise.all([
    promisify(brotliCompress)(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    promisify(gzip)(contents, { level: 9 }),
  ]);
  await Promise.all([
    writeFile(path, contents),
    writeFile(`${path}.br`, brotli),
    writeFile(`${path}.gz`, zipped),
  ]);
  return { name, bytes: contents.length, brotliBytes: brotli.length };
}

/** Who imports whom among what esbuild wrote. */
class Outputs {
  readonly #outputs: Metafile["outputs"];
  readonly #folder: string;

  constructor(metafile: Metafile, folder: string) {
    this.#outputs = metafile.outputs;
    this.#folder = relative(process.cwd(), folder);
  }

  ofEntry(source: string): string {
    const found = Object.entries(this.#outputs).find(
      // A copied file has no entry point of its own.
      ([, output]) =>
        output.entryPoint === source || (Object.keys(output.inputs)[0] === source && source === ICON),
    );
    if (found === undefined) throw new Error(`esbuild wrote nothing for ${source}`);
    return relative(this.#folder, found[0]);
  }

  /** A script and what it imports at once, directly or not. */
  withImports(name: string): readonly string[] {
    const seen = new Set<string>();
    const visit = (output: string): void => {
      if (seen.has(output)) return;
      seen.add(output);
      for (const { path, kind } of this.#outputs[output]?.imports ?? [])
        if (kind === "import-statement") visit(path);
    };
    visit(join(this.#folder, name));
    return [...seen].map((output) => relative(this.#folder, output));
  }

  pages(entry: string): ReadonlyMap<string, readonly string[]> {
    const first = new Set(this.withImports(entry));
    const pages = new Map<string, readonly string[]>();
    for (const [path, { entryPoint }] of Object.entries(this.#outputs)) {
      if (entryPoint === undefined || !entryPoint.startsWith("console/ui/pages/")) continue;
      const scripts = this.withImports(relative(this.#folder, path));
      pages.set(
        entryPoint,
        scripts.filter((name) => !first.has(name)),
      );
    }
    return pages;
  }
}

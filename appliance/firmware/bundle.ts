/**
 * Builds what is shipped: one file for the command line (the supervisor in it), one for the worker threads,
 * one for each other process, and the console's pages. Prints what was built with its size; exits 1 and says
 * why when something does not build.
 */
import { rm, stat } from "node:fs/promises";
import { build } from "esbuild";
import { readComponents } from "#appliance/service/components.ts";
import { bundleConsole } from "./bundle-console.ts";
import { readPackageVersion } from "./version.ts";

const ENTRIES = {
  futago: "appliance/cli/futago.ts",
  "proxy-worker": "appliance/main/proxy-worker.ts",
  heartbeatd: "appliance/main/heartbeatd.ts",
  consoled: "appliance/main/consoled.ts",
  wpadd: "appliance/main/wpadd.ts",
} as const;

const OUTPUT_FOLDER = "dist";
const CONSOLE_FOLDER = `${OUTPUT_FOLDER}/console`;

/** Their binaries lie beside their own code. */
const NATIVE_PACKAGES = ["lmdb", "quickjs-wasi"];

/** CommonJS packages (undici) call `require`, which an ES module does not have. */
const REQUIRE_BANNER =
  'import { createRequire as futagoCreateRequire } from "node:module"; const require = futagoCreateRequire(import.meta.url);';

async function bundle(): Promise<number> {
  await rm(OUTPUT_FOLDER, { recursive: true, force: true });
  try {
    await build({
      entryPoints: { ...ENTRIES },
      outdir: OUTPUT_FOLDER,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "esnext",
      external: NATIVE_PACKAGES,
      sourcemap: true,
      legalComments: "eof",
      banner: { js: REQUIRE_BANNER },
      define: {
        FUTAGO_VERSION: JSON.stringify(readPackageVersion()),
        FUTAGO_COMPONENTS: JSON.stringify(readComponents()),
      },
      logLevel: "warning",
    });
    const pages = await bundleConsole(CONSOLE_FOLDER);
    const bytes = pages.files.reduce((sum, file) => sum + file.brotliBytes, 0);
    process.stdout.write(
      `${CONSOLE_FOLDER}/  ${pages.files.length} files, ${(bytes / 1024).toFixed(0)} KiB compressed\n`,
    );
  } catch {
    // esbuild has printed each error with its place.
    process.stderr.write("The bundle was not built.\n");
    return 1;
  }
  for (const name of Object.keys(ENTRIES)) {
    const path = `${OUTPUT_FOLDER}/${name}.js`;
    const { size } = await stat(path);
    process.stdout.write(`${path}  ${(size / 1024).toFixed(0)} KiB\n`);
  }
  return 0;
}

process.exitCode = await bundle();

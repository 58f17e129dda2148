/** The packages that the product is made of: read where they lie, or put in by the bundler. */
import { readFileSync } from "node:fs";

export interface ComponentFacts {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

/** Defined by bundle.ts; not there when the sources run as they are. */
declare const FUTAGO_COMPONENTS: readonly ComponentFacts[] | undefined;

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly license?: string; readonly dev?: boolean }>
  >;
}

/** Every package of the lock file that is no tool of development. */
export function readComponents(): readonly ComponentFacts[] {
  const text = readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8");
  const { packages } = JSON.parse(text) as Lock;
  return Object.entries(packages)
    .filter(([path, { dev, version }]) => path !== "" && dev !== true && version !== undefined)
    .map(([path, { version = "", license = "unknown" }]) => ({
      name: path.replace(/^.*node_modules\//, ""),
      version,
      licence: license,
    }));
}

/** The components of this program. */
export const components = (): readonly ComponentFacts[] =>
  typeof FUTAGO_COMPONENTS === "object" ? FUTAGO_COMPONENTS : readComponents();

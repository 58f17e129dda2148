/** The version of the software: package.json's, put in by the bundler, read from the file otherwise. */
import { readFileSync } from "node:fs";

/** Defined by bundle.ts; not there when the sources run as they are. */
declare const FUTAGO_VERSION: string | undefined;

export const VERSION: string = typeof FUTAGO_VERSION === "string" ? FUTAGO_VERSION : readPackageVersion();

/** The version in package.json; only for programs that run from the source tree. */
export function readPackageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}

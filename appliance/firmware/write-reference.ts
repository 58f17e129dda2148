/** Makes the settings reference in README.md anew: `make docs`. */
import { readFileSync, writeFileSync } from "node:fs";
import { withReference } from "./settings-reference.ts";

const PAGE = "README.md";

const page = withReference(readFileSync(PAGE, "utf8"));
if (page === null) {
  process.stderr.write(`${PAGE}: the two marks of the settings reference are missing\n`);
  process.exitCode = 1;
} else {
  writeFileSync(PAGE, page);
}

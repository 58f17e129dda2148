/** The key that the two units of a pair share. */
import { readFile } from "node:fs/promises";
import { failure, type Outcome, success } from "#base/outcome.ts";

const KEY_BYTES_MIN = 16;

/** The key in the file, white space around it left out; null without a path. The error is for the operator. */
export async function readPairKey(path: string | undefined): Promise<Outcome<Buffer | null, string>> {
  if (path === undefined) return success(null);
  try {
    const text = (await readFile(path, "latin1")).trim();
    return text.length < KEY_BYTES_MIN
      ? failure(`the pair key in ${path} is shorter than ${KEY_BYTES_MIN} bytes`)
      : success(Buffer.from(text, "latin1"));
  } catch (error) {
    return failure(`cannot read the pair key: ${(error as Error).message}`);
  }
}

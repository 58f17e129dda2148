/** Settings from a file: what can be wrong before a word of it is read, told like any other fault. */
import { type FileHandle, open } from "node:fs/promises";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { parseSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";
import type { SettingsFault } from "#settings/settings-fault.ts";

/** Settings that people write are a few KiB; a longer file is not the settings file. */
const FILE_BYTES_MAX = 1024 * 1024;

const NOT_READABLE: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file: a part of its path is not a folder",
  EACCES: "a file that this user may not read",
  EPERM: "a file that this user may not read",
  EISDIR: "a folder",
  ELOOP: "a loop of symbolic links",
};

/** Reads and parses the file at `path`. Nothing is thrown: whatever is wrong is a fault. */
export async function readSettingsFile(path: string): Promise<Outcome<Settings, readonly SettingsFault[]>> {
  const bytes = await readBytes(path);
  if (!bytes.ok) return failure([wholeFault(bytes.error, "a settings file that can be read")]);
  if (bytes.value.length > FILE_BYTES_MAX)
    return failure([wholeFault("a file of more than 1 MiB", "at most 1 MiB")]);
  const text = decodeUtf8(bytes.value);
  if (text === null) return failure([wholeFault("bytes that are not UTF-8", "JSON in UTF-8")]);
  return parseSettings(text);
}

const wholeFault = (found: string, expected: string): SettingsFault => ({ path: "", found, expected });

async function readBytes(path: string): Promise<Outcome<Uint8Array, string>> {
  try {
    await using file = await open(path, "r");
    return success(await readUpTo(file, FILE_BYTES_MAX + 1));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return failure(NOT_READABLE[code] ?? `a file that cannot be read (${code || String(error)})`);
  }
}

/** A size from `stat` would not hold for pipes, nor for a file that grows meanwhile. */
async function readUpTo(file: FileHandle, bytesMax: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(bytesMax);
  let length = 0;
  while (length < bytesMax) {
    const { bytesRead } = await file.read(buffer, length, bytesMax - length, null);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

/** A byte order mark stays in the text, where the parser refuses it by name. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

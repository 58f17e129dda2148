/** A tar archive (POSIX ustar) of a few small files. */

export interface TarFile {
  readonly name: string;
  readonly body: Buffer;
}

const BLOCK = 512;

function header(name: string, size: number, wallMs: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  block.write(name.slice(0, 99), 0, "utf8");
  block.write(octal(0o600, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(Math.floor(wallMs / 1_000), 11), 136);
  block.write("        ", 148);
  block.write("0", 156);
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** Several archives as one: an archive ends with two empty blocks, and only the last one may. */
export const joinArchives = (archives: readonly Buffer[]): Buffer =>
  Buffer.concat(
    archives.map((archive, at) =>
      at < archives.length - 1 ? archive.subarray(0, archive.length - 2 * BLOCK) : archive,
    ),
  );

/** The whole archive in memory. */
export function tarArchive(files: readonly TarFile[], wallMs: number): Buffer {
  const parts = files.flatMap(({ name, body }) => [
    header(name, body.length, wallMs),
    body,
    Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

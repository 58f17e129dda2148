/** One log file in memory on a disk that fails as a test wants it to. */
import type { LogFs } from "#log/log-fs.ts";

export interface FaultyDisk {
  readonly fs: LogFs;
  /** The code that every append fails with, or null. */
  failWith: string | null;
  /** The bytes that the file may have; an append beyond is short, the next fails with ENOSPC. */
  room: number;
  canShorten: boolean;
  canRename: boolean;
  /** Appends wait from `hold` to `release`. */
  hold(): void;
  release(): void;
  text(): string;
}

const fault = (code: string): Error => Object.assign(new Error(code), { code });

export function faultyLogFs(): FaultyDisk {
  let content = Buffer.alloc(0);
  let gate = Promise.resolve();
  let release = (): void => {};

  const append = async (bytes: Uint8Array): Promise<number> => {
    await gate;
    if (disk.failWith !== null) throw fault(disk.failWith);
    const fits = Math.min(bytes.length, disk.room - content.length);
    if (fits <= 0) throw fault("ENOSPC");
    content = Buffer.concat([content, bytes.subarray(0, fits)]);
    return fits;
  };

  const disk: FaultyDisk = {
    failWith: null,
    room: Number.POSITIVE_INFINITY,
    canShorten: true,
    canRename: true,
    hold: () => {
      gate = new Promise((resolve) => {
        release = resolve;
      });
    },
    release: () => release(),
    text: () => content.toString("latin1"),
    fs: {
      open: async () => ({
        append,
        facts: async () => ({
          bytes: content.length,
          modifiedWallMs: 0,
          isRegular: true,
          endsLine: content.length === 0 || content.at(-1) === 0x0a,
        }),
        shorten: async (bytes) => {
          if (!disk.canShorten) throw fault("EIO");
          content = content.subarray(0, content.length - bytes);
        },
        close: async () => {},
      }),
      rename: async () => {
        if (!disk.canRename) throw fault("EROFS");
        content = Buffer.alloc(0);
      },
      remove: async () => {},
      list: async () => [],
      makeFolder: async () => {},
    },
  };
  return disk;
}

/** What a rotating file needs of a file system; tests put failing ones in its place. */
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";

interface LogFileFacts {
  readonly bytes: number;
  readonly modifiedWallMs: number;
  /** False for a pipe or a device: nothing to rotate. */
  readonly isRegular: boolean;
  /** False when a writer was interrupted within its last line. */
  readonly endsLine: boolean;
}

export interface LogFile {
  /** Appends what it can of `bytes`; how many that were. */
  append(bytes: Uint8Array): Promise<number>;
  facts(): Promise<LogFileFacts>;
  /** Takes back the last `bytes`. */
  shorten(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** Failures are Node's errors with their `code`. */
export interface LogFs {
  open(path: string): Promise<LogFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  list(folder: string): Promise<readonly string[]>;
  makeFolder(path: string): Promise<void>;
}

const LINE_FEED = 0x0a;
const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;

async function openLogFile(path: string): Promise<LogFile> {
  const handle = await open(path, "a+", FILE_MODE);
  return {
    append: async (bytes) => (await handle.write(bytes)).bytesWritten,
    facts: async () => {
      const stat = await handle.stat();
      const isRegular = stat.isFile();
      let endsLine = true;
      if (isRegular && stat.size > 0) {
        const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, stat.size - 1);
        endsLine = buffer[0] === LINE_FEED;
      }
      return { bytes: isRegular ? stat.size : 0, modifiedWallMs: stat.mtimeMs, isRegular, endsLine };
    },
    shorten: async (bytes) => {
      // By the size now: somebody else may have cut the file since (logrotate's copytruncate).
      const stat = await handle.stat();
      await handle.truncate(Math.max(0, stat.size - bytes));
    },
    close: () => handle.close(),
  };
}

export const nodeLogFs: LogFs = {
  open: openLogFile,
  rename,
  remove: (path) => rm(path, { force: true }),
  list: (folder) => readdir(folder),
  makeFolder: async (path) => void (await mkdir(path, { recursive: true, mode: FOLDER_MODE })),
};

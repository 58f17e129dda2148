/** The C library's heap: mallopt(3). */
const M_ARENA_MAX = -8;

/**
 * From now on all threads of this process allocate from one heap. glibc gives each thread its own and keeps what is
 * freed there: a unit of two workers took 406 to 420 MiB beyond its budget where it takes 235 so. Another C library
 * has nothing like it, and goes on as it is.
 */
export function useOneHeap(): void {
  const { emitWarning } = process;
  // That node:ffi is experimental is nothing for whoever starts a unit.
  process.emitWarning = () => {};
  try {
    const { dlopen } = process.getBuiltinModule("node:ffi");
    const { functions } = dlopen(null, { mallopt: { arguments: ["i32", "i32"], return: "i32" } });
    functions.mallopt(M_ARENA_MAX, 1);
  } catch {
    // No mallopt there.
  } finally {
    process.emitWarning = emitWarning;
  }
}

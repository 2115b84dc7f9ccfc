/** The end of a process in which XLA's threads work. */

/**
 * Makes the process end without running destructors, with the exit code that it ends with anyway.
 *
 * @returns a function to be called whenever XLA may have made global objects: it takes first place again
 *
 * `exit` of the C library calls what was registered to be called at the end, the last one first: the destructors of XLA's
 * global objects among them, which its threads are using. So the first to be called has to be `_exit`, which leaves at
 * once. Deno has written out what was printed by then; files are written with calls of the system, not of the C library.
 *
 * `on_exit` registers `_exit` to be called with the exit code. But XLA makes global objects until its first program has
 * run, and their destructors are registered after that. So `on_exit` itself is registered as the destructor of a
 * thread-local object: `exit` calls those of its own thread before anything else. In a worker that is of no use, because
 * the main thread may call `exit`: there `_exit` is registered again after each program's first run.
 *
 * Both are functions of glibc, for which plugins for Linux are built. The C library of macOS tells nobody the exit code:
 * there a process that ends while XLA works may crash at its end.
 */
export function leaveWithoutDestructors(path: string): () => void {
  const { symbols: functions } = Deno.dlopen(path, {
    on_exit: { parameters: ["pointer", "pointer"], result: "i32", optional: true },
    __cxa_thread_atexit_impl: { parameters: ["pointer", "pointer", "pointer"], result: "i32", optional: true },
  });
  const { symbols: addresses } = Deno.dlopen(path, {
    on_exit: { type: "pointer", optional: true },
    _exit: { type: "pointer", optional: true },
  });
  const { on_exit: onExit, _exit: exit } = addresses;
  if (onExit === null || exit === null) return () => {};
  const takeFirstPlace = () => void functions.on_exit?.(exit, null);
  takeFirstPlace(); // for the end by another thread than this one, as of `deno test`
  functions.__cxa_thread_atexit_impl?.(onExit, exit, null);
  return takeFirstPlace;
}

/**
 * One writer at a time per database file within this process. SQLite makes processes wait for each
 * other, but that wait blocks the event loop: two stores of one process on one file would each stop
 * the other from finishing, until the busy timeout.
 */
const tails = new Map<string, Promise<void>>();

/** Resolves when it is the caller's turn, to the function that ends it. */
export async function enterGate(path: string): Promise<() => void> {
  const before = tails.get(path);
  let leave = () => {};
  const mine = new Promise<void>((resolve) => {
    leave = resolve;
  });
  tails.set(path, mine);
  await before;
  return () => {
    if (tails.get(path) === mine) tails.delete(path);
    leave();
  };
}

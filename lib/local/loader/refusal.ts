/** The assembly holds something outside the closed list that the local host understands; the message names it. */
export class LoaderError extends Error {
  override readonly name = 'LoaderError';
}

/** Refuses what stands at `path` (`<stack>.Resources.<id>.…`). */
export function refuse(path: string, problem: string): never {
  throw new LoaderError(`${path}: ${problem}`);
}

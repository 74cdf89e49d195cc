/** Things that will happen, earliest first. */
export interface Queue<T> {
  add(at: number, what: T): void;
  /** Takes the earliest out; null when there is none. */
  take(): { readonly at: number; readonly what: T } | null;
}

interface Entry<T> {
  readonly at: number;
  /** Tells apart what happens at the same time: first added, first out. */
  readonly order: number;
  readonly what: T;
}

/** An empty queue: a binary heap. */
export function createQueue<T>(): Queue<T> {
  const heap: Entry<T>[] = [];
  let added = 0;
  const isBefore = (one: Entry<T>, other: Entry<T>) =>
    one.at < other.at || (one.at === other.at && one.order < other.order);

  function sink(entry: Entry<T>): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const right = heap[child + 1];
      if (right && isBefore(right, heap[child] as Entry<T>)) child += 1;
      const below = heap[child];
      if (!below || isBefore(entry, below)) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = entry;
  }

  return {
    add(at, what) {
      const entry = { at, order: added++, what };
      let place = heap.length;
      while (place > 0) {
        const parent = (place - 1) >> 1;
        const above = heap[parent] as Entry<T>;
        if (isBefore(above, entry)) break;
        heap[place] = above;
        place = parent;
      }
      heap[place] = entry;
    },
    take() {
      const [first] = heap;
      const last = heap.pop();
      if (!first || !last) return null;
      if (heap.length > 0) sink(last);
      return first;
    },
  };
}

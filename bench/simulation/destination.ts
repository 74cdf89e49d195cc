import { seededRandom } from '../../lib/local/faults/random.ts';
import { createQueue } from './queue.ts';

/** A destination and a copy to it, simulated. */
export interface Setting {
  readonly partitions: number;
  readonly segments: number;
  readonly workers: number;
  readonly items: number;
  /** Varies the sizes of the segments by up to a tenth, and the pace of the workers by up to a twentieth. */
  readonly seed: number;
}

/** Write units a second of one partition (developer guide, burst capacity and partitions). */
export const unitsPerPartition = 1_000;
/** Items a second that one worker would write if nothing held it back. */
const itemsPerWorker = 2_000;
/** Items of one step of the simulation: two batches. */
const step = 50;
/** Unused units that a partition keeps. The service may keep minutes of them, and promises none: a step's worth here. */
const bucket = step;

/** What a lane of a worker is about to do. */
interface Lane {
  readonly worker: Worker;
  readonly partition: number;
  left: number;
  /** True while its items are on their way, false while they wait to be sent. */
  sent: boolean;
}

interface Worker {
  readonly secondsPerItem: number;
  /** When it will have sent what it was asked to send. */
  busyUntil: number;
  open: number;
}

/**
 * Simulates a copy event by event and answers its items a second, from the first to the last one. The list of groups is
 * handed out in its order; a worker copies the segments of its group side by side, as fast as it can or as their
 * partitions let it. A scan runs in the order of the keys' hashes, and the destination's partitions divide the same
 * order evenly, so that a segment goes to one of them. A partition serves whoever comes first, at its own pace.
 */
export function simulate(setting: Setting, groups: readonly (readonly number[])[]): number {
  const { partitions, segments, items } = setting;
  const random = seededRandom(setting.seed);
  const weights = Array.from({ length: segments }, () => 0.9 + random() * 0.2);
  const perWeight = items / weights.reduce((sum, weight) => sum + weight, 0);
  /** When each partition has the units for what it has agreed to; that of a full bucket lies behind by its content. */
  const spentUntil = new Float64Array(partitions);
  const queue = createQueue<Lane>();
  let [now, next, written] = [0, 0, 0];

  const takeGroup = (worker: Worker) => {
    const group = groups[next++] ?? [];
    worker.open = group.length;
    for (const segment of group) {
      const partition = Math.min(partitions - 1, Math.floor(((segment + 0.5) * partitions) / segments));
      const left = (weights[segment] ?? 0) * perWeight;
      queue.add(now, { worker, partition, left, sent: true });
    }
  };
  for (let count = 0; count < setting.workers; count++) {
    takeGroup({ secondsPerItem: 1 / (itemsPerWorker * (0.95 + random() * 0.1)), busyUntil: 0, open: 0 });
  }

  for (let event = queue.take(); event; event = queue.take()) {
    const { what: lane } = event;
    const { worker } = lane;
    now = event.at;
    if (lane.sent) {
      // Acknowledged, or not begun: the worker sends the next ones when it is their turn.
      if (lane.left <= 0) {
        worker.open -= 1;
        if (worker.open === 0) takeGroup(worker);
        continue;
      }
      lane.sent = false;
      const at = Math.max(now, worker.busyUntil);
      worker.busyUntil = at + Math.min(step, lane.left) * worker.secondsPerItem;
      queue.add(worker.busyUntil, lane);
    } else {
      const count = Math.min(step, lane.left);
      const from = Math.max(spentUntil[lane.partition] ?? 0, now - bucket / unitsPerPartition);
      const until = from + count / unitsPerPartition;
      spentUntil[lane.partition] = until;
      lane.left -= count;
      lane.sent = true;
      written += count;
      queue.add(Math.max(now, until), lane);
    }
  }
  return written / now;
}

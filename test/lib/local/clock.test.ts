import { describe, expect, it } from 'vitest';
import { realClock, virtualClock } from '../../../lib/local/clock.ts';

const hour = 3_600_000;
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('realClock', () => {
  it('makes waits shorter, not the present moment', async () => {
    const clock = realClock(100);
    const began = Date.now();
    await clock.wait(3_000);
    expect(Date.now() - began).toBeLessThan(1_000);
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(100);
  });
});

describe('virtualClock', () => {
  it('ends waits at once, in the order of their modelled time', async () => {
    const clock = virtualClock();
    const ended: string[] = [];
    const wait = (name: string, milliseconds: number) => clock.wait(milliseconds).then(() => ended.push(name));
    const began = Date.now();
    await Promise.all([
      wait('three', 3 * hour),
      wait('one', hour).then(() => wait('one and a half', hour / 2)),
      wait('two', 2 * hour),
    ]);
    expect(ended).toEqual(['one', 'one and a half', 'two', 'three']);
    expect(Date.now() - began).toBeLessThan(1_000);
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(100);
  });

  it('stands still while anything holds it', async () => {
    const clock = virtualClock();
    const releases = [clock.hold(), clock.hold()];
    let ended = false;
    const waiting = clock.wait(1).then(() => {
      ended = true;
    });
    releases[0]?.();
    releases[0]?.();
    await settled();
    expect(ended).toBe(false);
    releases[1]?.();
    await waiting;
    expect(ended).toBe(true);
  });

  it('lets what a wait sets off begin its own work before the next wait ends', async () => {
    const clock = virtualClock();
    const ended: string[] = [];
    const first = clock.wait(1).then(async () => {
      const release = clock.hold();
      await settled();
      ended.push('work');
      release();
    });
    const second = clock.wait(2).then(() => ended.push('second'));
    await Promise.all([first, second]);
    expect(ended).toEqual(['work', 'second']);
  });

  it('rejects with the reason of the signal, and forgets the wait', async () => {
    const clock = virtualClock();
    const release = clock.hold();
    const stop = new AbortController();
    const waiting = clock.wait(hour, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await expect(clock.wait(hour, stop.signal)).rejects.toThrow('stopped');
    release();
    await clock.wait(1);
  });
});

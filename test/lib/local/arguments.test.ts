import { describe, expect, it } from 'vitest';
import { parseUp, UsageError } from '../../../lib/local/arguments.ts';

describe('parseUp', () => {
  it('has defaults', () => {
    expect(parseUp([])).toEqual({ port: 4566, speed: 1 });
  });

  it('reads port and speed', () => {
    expect(parseUp(['--port', '0', '--speed=2.5'])).toEqual({ port: 0, speed: 2.5 });
  });

  it.each([
    [['--port', '65536'], '--port 65536: give a number from 0 to 65535'],
    [['--port', 'http'], '--port http'],
    [['--speed', '0'], '--speed 0: give a positive number'],
    [['--speed=-1'], '--speed -1: give a positive number'],
    [['--speed', '1e9'], '--speed 1e9'],
    [['--faults', 'f.json'], '--faults f.json: injecting faults is not built yet'],
    [['--prot', '1'], '--prot'],
    [['extra'], 'extra'],
    [['--port'], '--port'],
  ])('refuses %j and says why', (argv, message) => {
    expect(() => parseUp(argv)).toThrow(UsageError);
    expect(() => parseUp(argv)).toThrow(message);
  });
});

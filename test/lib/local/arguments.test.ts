import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDemo, parseUp, UsageError } from '../../../lib/local/arguments.ts';

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'promoter-arguments-')), 'faults.json');
  writeFileSync(path, text);
  return path;
}

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
    [['--faults', 'absent.json'], '--faults absent.json: ENOENT'],
    [['--faults', file('[{"action":"reset"}]')], 'faults.json: /0: give exactly one of nth, every and probability'],
    [['--faults', file('reset')], 'faults.json: not JSON'],
    [['--prot', '1'], '--prot'],
    [['extra'], 'extra'],
    [['--port'], '--port'],
  ])('refuses %j and says why', (argv, message) => {
    expect(() => parseUp(argv)).toThrow(UsageError);
    expect(() => parseUp(argv)).toThrow(message);
  });
});

describe('fault rules', () => {
  const rules = [{ service: 's3', operation: 'GetObject', nth: 3, action: 'reset' }];
  it('are read from their file for both commands', () => {
    const argv = ['--faults', file(JSON.stringify(rules))];
    expect(parseUp(argv)).toEqual({ port: 4566, speed: 1, faults: rules });
    expect(parseDemo(argv)).toEqual({ faults: rules });
  });
});

describe('parseDemo', () => {
  it('needs no arguments', () => {
    expect(parseDemo([])).toEqual({});
  });

  it.each([[['--port', '1']], [['extra']], [['--faults']]])('refuses %j', (argv) => {
    expect(() => parseDemo(argv)).toThrow(UsageError);
  });
});

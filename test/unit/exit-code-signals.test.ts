import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-code.ts';
import { Problem } from '../../src/core/problem.ts';
import { quietBrokenPipes, watchSignals } from '../../src/runtime/signals.ts';

function aWatch() {
  const source = new EventEmitter();
  const exits: number[] = [];
  const told: string[] = [];
  const watch = watchSignals({
    source,
    exit: (code) => exits.push(code),
    onFirst: (name) => told.push(name),
  });
  return { source, exits, told, watch };
}

describe('a stop signal', () => {
  it('first asks to finish, and ends the program only the second time', () => {
    const { source, exits, told, watch } = aWatch();

    source.emit('SIGINT');
    const afterFirst = { aborted: watch.signal.aborted, exits: [...exits] };
    source.emit('SIGTERM');

    expect(afterFirst).toEqual({ aborted: true, exits: [] });
    expect(exits).toEqual([143]);
    expect(told).toEqual(['SIGINT']);
    expect(watch.exitCode()).toBe(130);
  });

  it('is the reason that waiting work is given, with its exit code', () => {
    const { source, watch } = aWatch();

    source.emit('SIGTERM');

    const reason: unknown = watch.signal.reason;
    expect(reason).toBeInstanceOf(Problem);
    expect(reason instanceof Problem && exitCodeOf(reason)).toBe(143);
  });

  it('is not listened to any more once disposed', () => {
    const { source, watch } = aWatch();

    watch.dispose();

    expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0);
    expect(watch.exitCode()).toBeNull();
  });
});

describe('a broken pipe', () => {
  it('is quiet, and any other failure is not', () => {
    const stream = new EventEmitter();
    quietBrokenPipes([stream]);
    const failing = (code: string) => () => {
      stream.emit('error', Object.assign(new Error(code), { code }));
    };

    expect(failing('EPIPE')).not.toThrow();
    expect(failing('ENOSPC')).toThrow('ENOSPC');
  });
});

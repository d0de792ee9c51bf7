/** No point may be forgotten: what the program names, the matrix or a test of its own kills at. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { postingOrder } from '../../src/app/posting-work.ts';
import { documentPoints, killedElsewhere, wholeRunPoints } from '../../src/cli/drill/matrix.ts';
import { crashPointNames, readSteps, writeSteps } from '../../src/core/crash-point.ts';
import { projectRoot, sourceFiles } from '../support/source-tree.ts';

const elsewhere = Object.entries(killedElsewhere);

describe('the crash points', () => {
  it('are each killed at by the matrix, or by a test that names them', () => {
    const inMatrix = new Set<string>([
      ...wholeRunPoints,
      ...postingOrder.flatMap((kind) => documentPoints[kind]),
    ]);
    const forgotten = crashPointNames().filter(
      (point) => !inMatrix.has(point) && killedElsewhere[point] === undefined,
    );

    expect(forgotten).toEqual([]);
    expect(elsewhere.filter(([point]) => inMatrix.has(point))).toEqual([]);
  });

  it.each(elsewhere)('include %s, which %s kills at', (point, file) => {
    expect(readFileSync(join(projectRoot, file), 'utf8')).toContain(`'${point}`);
  });

  it('are each passed somewhere in the program', () => {
    const passed = sourceFiles('src')
      .filter(({ path }) => !path.startsWith('src/cli/drill/') && !path.includes('crash-point'))
      .map(({ text }) => text)
      .join('\n');
    const steps = [...writeSteps, ...readSteps];
    const missing = crashPointNames().filter((point) => {
      const [name = '', step] = point.split(':');
      // Those of calls are made from the step; `sent` is a point of the process, not of the code.
      if (steps.some((known) => known === step)) {
        return name !== 'sent' && !passed.includes(`\`${name}:\${`);
      }
      return !new RegExp(`crash\\??\\.?\\('${point}'\\)`).test(passed);
    });

    expect(missing).toEqual([]);
  });
});

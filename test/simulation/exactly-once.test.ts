import { describeLives } from '../support/story-suite.ts';

/**
 * The real engine and both simulated systems, the poorest tenant, faults on every call, processes
 * that die, stand still and lose what they wrote last. The other half of the seeds is in
 * exactly-once-even.test.ts.
 */
describeLives('odd');

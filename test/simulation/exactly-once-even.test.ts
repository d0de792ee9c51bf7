import { describeLives } from '../support/story-suite.ts';

/** The other half of the seeds of exactly-once.test.ts. */
describeLives('even');

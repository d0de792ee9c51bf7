import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Prints what the crash tests did at the end, when some ran.
    globalSetup: ['test/support/crash-report-setup.ts'],
    // Real processes, sockets and fsyncs on two cores: slow is not broken.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});

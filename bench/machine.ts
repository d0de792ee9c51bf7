/** What the figures were measured on. */
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { median, quantile } from './report.ts';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  system: string;
  node: string;
  /** Of the folder that the databases of the bench lie in. */
  fileSystem: string;
  fsyncMs: { median: number; p99: number };
  /** Of the last 1, 5 and 15 minutes, before the bench began. */
  loadAverage: number[];
}

/** `folder` is where the databases will lie: its disk is the one that counts. */
export function describeMachine(folder: string): Machine {
  mkdirSync(folder, { recursive: true });
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown processor',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    fileSystem: fileSystemName(folder),
    fsyncMs: measureFsync(folder),
    loadAverage: loadavg().map((load) => Math.round(load * 100) / 100),
  };
}

const fsyncs = 200;

/** Of a page of a file, one after another; other programs on the same disk show in it. */
export function measureFsync(folder: string): Machine['fsyncMs'] {
  const path = join(folder, 'fsync.probe');
  const file = openSync(path, 'w');
  const page = Buffer.alloc(4096, 1);
  const durationsMs: number[] = [];
  for (let count = 0; count < fsyncs; count += 1) {
    const began = performance.now();
    writeSync(file, page, 0, page.length, count * page.length);
    fsyncSync(file);
    durationsMs.push(performance.now() - began);
  }
  closeSync(file);
  rmSync(path);
  const rounded = (value: number) => Math.round(value * 100) / 100;
  return { median: rounded(median(durationsMs)), p99: rounded(quantile(durationsMs, 0.99)) };
}

/** Numbers of statfs(2). In memory a commit costs nothing, so it is named. */
const fileSystems = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x794c7630, 'overlay'],
  [0x01021994, 'tmpfs (in memory: commits cost nothing here)'],
]);

function fileSystemName(folder: string): string {
  const { type } = statfsSync(folder);
  return fileSystems.get(type) ?? `file system 0x${type.toString(16)}`;
}

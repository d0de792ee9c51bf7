/** The settings of before people changed mappings: documents keep what they were planned by. */
import { effectiveSettings } from './effective-settings.ts';
import type { Mapping } from './mapping.ts';
import type { Settings } from './settings.ts';

export type SettingsHistory = (span: { fromMs: number; toMs: number }) => Settings[];

/** Versions kept at once: documents that were planned in one span ask for the same few. */
const versionsMax = 16;

/**
 * `mappings` are all that ever were in force. Of the configuration itself only the present is
 * known. Answers the versions of the span but the one of `nowMs`, the newest first.
 */
export function settingsHistory(
  settings: Settings,
  mappings: readonly Mapping[],
  nowMs: number,
): SettingsHistory {
  const instants = mappings.flatMap(({ validFromMs, validToMs }) =>
    validToMs === null ? [validFromMs] : [validFromMs, validToMs],
  );
  const starts = [...new Set([Number.NEGATIVE_INFINITY, ...instants])].sort((a, b) => b - a);
  const startOf = (atMs: number) => starts.find((start) => start <= atMs);
  const present = startOf(nowMs);
  const versions = new Map<number, Settings>();
  const versionOf = (start: number): Settings => {
    const known = versions.get(start);
    if (known !== undefined) return known;
    const inForce = mappings.filter(
      ({ validFromMs, validToMs }) =>
        validFromMs <= start && (validToMs === null || validToMs > start),
    );
    const version = effectiveSettings(settings, inForce);
    const [oldest] = versions.keys();
    if (versions.size >= versionsMax && oldest !== undefined) versions.delete(oldest);
    versions.set(start, version);
    return version;
  };
  return ({ fromMs, toMs }) => {
    const first = startOf(fromMs) ?? Number.NEGATIVE_INFINITY;
    return starts
      .filter((start) => start >= first && start <= toMs && start !== present)
      .map(versionOf);
  };
}

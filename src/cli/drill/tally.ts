import type { Kill } from './matrix.ts';

/**
 * Kills by point and kind: `2` died there with progress, `1/2` one of two did, `·` none was aimed.
 */
export interface KillGrid {
  kinds: string[];
  rows: { point: string; cells: string[] }[];
}

interface Told extends Pick<Kill, 'aimedAt' | 'hit'> {
  point: string;
}

export function killGrid(kills: readonly Told[]): KillGrid {
  const kinds = [...new Set(kills.map(({ aimedAt }) => aimedAt))];
  const points = [...new Set(kills.map(({ point }) => point))];
  return {
    kinds,
    rows: points.map((point) => ({
      point,
      cells: kinds.map((kind) => {
        const aimed = kills.filter((kill) => kill.point === point && kill.aimedAt === kind);
        const made = aimed.filter(isHit).length;
        if (aimed.length === 0) return '·';
        return made === aimed.length ? String(made) : `${made}/${aimed.length}`;
      }),
    })),
  };
}

/** It died where it was aimed at, with such a document in hand. */
export function isHit({ aimedAt, hit }: Pick<Kill, 'aimedAt' | 'hit'>): boolean {
  return hit === aimedAt;
}

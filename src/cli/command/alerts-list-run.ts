import type { AlertState } from '../../app/ports.ts';
import { isSolved, wasTold } from '../../core/alert-message.ts';
import type { JsonObject } from '../../core/glossary.ts';
import type { CommandContext } from '../command-spec.ts';
import { openWorkspace } from '../compose-workspace.ts';
import { ageText, counted } from '../words.ts';

export async function run(context: CommandContext): Promise<number> {
  const { output } = context;
  const workspace = await openWorkspace(context);
  try {
    const states = await workspace.store.alertStates();
    const open = states
      .filter((state) => !isSolved(state))
      .sort((left, right) => left.firstAtMs - right.firstAtMs);
    if (output.format === 'json') {
      output.json({ alerts: open.map(alertJson) });
      return 0;
    }
    if (open.length === 0) {
      output.line('Nothing is open.');
      return 0;
    }
    const nowMs = context.clock.now();
    output.table(
      [
        { title: 'severity' },
        { title: 'since' },
        { title: 'told' },
        { title: 'what', cut: 'under' },
      ],
      open.map((state) => [
        state.message.severity,
        ageText(state.firstAtMs, nowMs),
        toldAtMs(state) === null ? 'not yet' : ageText(state.sentAtMs ?? 0, nowMs),
        state.message.title,
      ]),
    );
    output.line();
    output.line(`${counted(open.length, 'matter')}, as of the last run that told of it.`);
    return 0;
  } finally {
    await workspace.close();
  }
}

/** Null when people do not know of it this time. */
function toldAtMs(state: AlertState): number | null {
  return wasTold(state) ? state.sentAtMs : null;
}

function alertJson(state: AlertState): JsonObject {
  const { cause, severity, title, lines } = state.message;
  return {
    cause,
    severity,
    title,
    lines: [...lines],
    firstAtMs: state.firstAtMs,
    lastSeenAtMs: state.lastSeenAtMs,
    toldAtMs: toldAtMs(state),
  };
}

import type { CommandContext } from '../command-spec.ts';
import { type LoginDates, loginDates } from '../compose-login.ts';
import { openWorkspace, secretNames, type Workspace } from '../compose-workspace.ts';
import { ageText, momentText } from '../words.ts';
import { credentialWhat } from './credential-name.ts';

interface Listed {
  name: string;
  what: string;
  from: 'vault' | 'environment';
  updatedAtMs: number | null;
  /** Of a login only. */
  login: LoginDates | null;
  state: 'stored' | 'unreadable';
}

export async function run(context: CommandContext): Promise<number> {
  const workspace = await openWorkspace(context);
  try {
    const listed = await listedIn(workspace);
    const { output } = context;
    if (output.format === 'json') {
      output.json({
        credentials: listed.map(({ login, ...rest }) => ({
          ...rest,
          login: login ? { ...login } : null,
        })),
      });
    } else if (listed.length === 0) {
      output.line('Nothing is stored. See mlc credentials --help.');
    } else {
      const nowMs = context.clock.now();
      output.table(
        ['name', 'what', 'from', 'stored', 'age', 'token'].map((title) => ({ title })),
        listed.map(({ name, what, from, updatedAtMs, login, state }) => [
          name,
          what,
          from,
          momentText(updatedAtMs),
          updatedAtMs === null ? '–' : ageText(updatedAtMs, nowMs),
          state === 'unreadable' ? 'cannot be opened: log in again' : loginText(login, nowMs),
        ]),
      );
    }
    return 0;
  } finally {
    await workspace.close();
  }
}

async function listedIn(workspace: Workspace): Promise<Listed[]> {
  const entries = await workspace.vault.list();
  const listed: Listed[] = [];
  for (const entry of entries) {
    const isLogin = entry.name === secretNames.shipbobLogin && entry.from === 'vault';
    const login = isLogin ? await loginDates(workspace) : null;
    listed.push({
      ...entry,
      what: credentialWhat(entry.name),
      login: login === 'unreadable' ? null : login,
      state: login === 'unreadable' ? 'unreadable' : 'stored',
    });
  }
  return listed;
}

function loginText(login: LoginDates | null, nowMs: number): string {
  if (login === null) return '–';
  const ends = login.expiresAtMs > nowMs ? 'ends' : 'ended';
  const renewal = login.renewAtMs > nowMs ? ageText(login.renewAtMs, nowMs) : 'by the next run';
  return `${ends} ${ageText(login.expiresAtMs, nowMs)}, renewed ${renewal}`;
}

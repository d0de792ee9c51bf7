/** The hand-made workflow in bench/n8n/workflow.json, imported and run by an installed n8n. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../src/runtime/package.ts';
import { credentials } from '../src/sandbox/infor/oauth.ts';
import {
  type ProgramEnd,
  type ProgramSettings,
  runProgram,
  type Simulators,
} from './n8n-process.ts';

const workflowFile = join(packageRoot(), 'bench', 'n8n', 'workflow.json');
const named = z.object({ id: z.string() });
const executed = z.object({ startedAt: z.string(), stoppedAt: z.string(), status: z.string() });

export interface WorkflowRun extends ProgramEnd {
  /** As n8n itself counts it, without its start-up; null when it told no times. */
  workMs: number | null;
  status: string;
}

export interface Installed {
  version: string;
  /** Runs the workflow once, as `n8n execute` does. */
  run(simulators: Simulators, more?: Pick<ProgramSettings, 'diesWhen'>): Promise<WorkflowRun>;
}

/** Answers a sentence when there is no n8n to measure; bench/n8n/README.md says how to install it. */
export async function openN8n(folder: string): Promise<Installed | string> {
  const home = process.env.N8N_INSTALLED;
  const missing = 'see bench/n8n/README.md';
  if (home === undefined) return `N8N_INSTALLED is not set: ${missing}`;
  const binary = join(home, 'node_modules', 'n8n', 'bin', 'n8n');
  if (!existsSync(binary)) return `there is no n8n in ${home}: ${missing}`;
  if (process.env.DB_TYPE !== 'postgresdb') return `DB_TYPE is not postgresdb: ${missing}`;
  const settings = { folder, environment: { ...databaseSettings(), ...programSettings(folder) } };
  mkdirSync(join(folder, 'n8n'), { recursive: true });
  const version = (await runProgram([binary, '--version'], settings)).stdout.trim();
  const imported = await runProgram(
    [binary, 'import:workflow', `--input=${workflowFile}`],
    settings,
  );
  if (imported.code !== 0)
    return `n8n could not import the workflow: ${imported.stderr.slice(-500)}`;
  const { id } = named.parse(JSON.parse(readFileSync(workflowFile, 'utf8')));
  return {
    version,
    async run(simulators, more = {}) {
      const environment = { ...settings.environment, ...addressesOf(simulators) };
      const end = await runProgram([binary, 'execute', `--id=${id}`, '--rawOutput'], {
        folder,
        environment,
        ...more,
      });
      return { ...end, ...timesOf(end.stdout) };
    },
  };
}

function databaseSettings(): Record<string, string> {
  const mine = Object.entries(process.env).filter(([name]) => name.startsWith('DB_'));
  return Object.fromEntries(mine.map(([name, value]) => [name, value ?? '']));
}

function programSettings(folder: string): Record<string, string> {
  return {
    N8N_USER_FOLDER: join(folder, 'n8n'),
    N8N_EXPRESSION_ENGINE: 'legacy',
    N8N_ENCRYPTION_KEY: 'of-a-bench',
    N8N_DIAGNOSTICS_ENABLED: 'false',
    N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
    N8N_TEMPLATES_ENABLED: 'false',
    N8N_RUNNERS_ENABLED: 'false',
  };
}

function addressesOf(simulators: Simulators): Record<string, string> {
  return {
    PEER_SHIPBOB: simulators.shipbobUrl,
    PEER_TOKEN: simulators.token,
    PEER_INFOR: simulators.inforUrl,
    PEER_USER: credentials.accessKey,
    PEER_PASSWORD: credentials.secretKey,
    PEER_CLIENT: credentials.clientId,
    PEER_SECRET: credentials.clientSecret,
    PEER_MAPPING: JSON.stringify(mapping),
  };
}

/** Channels and e-mail addresses of the simulated merchant whose orders become sales orders. */
const mapping = {
  orderType: 'C01',
  customers: {
    432951: 'WEB001',
    'orders@cornercafe.example': 'B2B001',
    'buy@northshore.example': 'B2B002',
    'supply@juniper.example': 'B2B003',
    'cafe@fieldstone.example': 'B2B004',
  },
  items: {},
};

/** The result of the execution stands after the log lines, as one JSON text. */
function timesOf(stdout: string): Pick<WorkflowRun, 'workMs' | 'status'> {
  const at = stdout.search(/^\{/m);
  const parsed = at < 0 ? null : executed.safeParse(tolerant(stdout.slice(at)));
  if (!parsed?.success) return { workMs: null, status: 'ended with an error' };
  const { startedAt, stoppedAt, status } = parsed.data;
  return { workMs: Date.parse(stoppedAt) - Date.parse(startedAt), status };
}

function tolerant(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

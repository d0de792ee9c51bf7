/** The OAuth login as a person makes it, against the simulated ShipBob. */
import { collected, ended, saying, startCli } from './cli-process.ts';
import type { CliWorld } from './cli-world.ts';

/** Enters the application into the configuration; answers its secret. */
export function configureApplication(world: CliWorld): string {
  const [client] = world.sandbox.week.shipbob.clients;
  world.configure((config) => {
    config.shipbob = {
      ...Object(config.shipbob),
      login: {
        authUrl: world.sandbox.shipbob.url,
        clientId: client?.clientId ?? '',
        callbackPort: freePort(),
      },
    };
  });
  return client?.clientSecret ?? '';
}

/** Test files run side by side, each in a process of its own. */
function freePort(): number {
  return 20_000 + (process.pid % 20_000);
}

export function startLogin(world: CliWorld, args: string) {
  const child = startCli(`credentials login shipbob ${args}`.split(' ').filter(Boolean), {
    cwd: world.folder,
    environment: world.environment(),
  });
  const address = saying(child.stderr, /\/connect\/authorize\S+\n/);
  return {
    child,
    stdout: collected(child.stdout),
    stderr: collected(child.stderr),
    /** The address that a person is asked to open. */
    url: address.then((text) => /http:\S+\/connect\/authorize\S+/.exec(text)?.[0] ?? ''),
  };
}

/** Where the browser is sent to; the simulated ShipBob agrees at once. */
export async function consent(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'manual' });
  return response.headers.get('location') ?? '';
}

/** Answers all that was printed, and what was pasted. */
export async function logInByPaste(world: CliWorld, args = '') {
  const { child, stdout, stderr, url } = startLogin(world, `--paste ${args}`);
  const address = await consent(await url);
  child.stdin?.end(`${address}\n`);
  const code = await ended(child);
  if (code !== 0) throw new Error(stderr());
  return { printed: `${stdout()}\n${stderr()}`, address };
}

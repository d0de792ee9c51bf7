import type { CommandGroup } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

const help = exitCodeHelp(['done', 'failed', 'usage']);

export const credentialsCommand: CommandGroup = {
  name: 'credentials',
  summary: 'the encrypted vault: set, import, log in, list, remove, rotate the key',
  describe(command) {
    command.addHelpText(
      'after',
      `
Secrets are read from standard input, a file or the environment, never from arguments: those
stand in the process list. MLC_SECRET_SHIPBOB_TOKEN and MLC_SECRET_INFOR_IONAPI win over the vault.`,
    );
  },
  commands: [
    {
      name: 'set',
      summary: 'store a secret read from standard input',
      describe(command) {
        command
          .argument('<name>', 'one of the names below, or any such as webhook.secret')
          .option('--file <file>', 'read it from this file instead')
          .addHelpText(
            'after',
            `
Names:
  shipbob         personal access token of ShipBob
  shipbob-client  secret of your application at ShipBob, for mlc credentials login shipbob
  alerts          address that alerts are posted to
  webhooks-token  token in the path, for ShipBob's unsigned webhooks

Examples:
  mlc credentials set shipbob < token.txt
  pass show shipbob/pat | mlc credentials set shipbob

${help}`,
          );
      },
      load: () => import('./credentials-set-run.ts'),
    },
    {
      name: 'import',
      summary: 'store the .ionapi file of the Infor backend service',
      describe(command) {
        command
          .argument('<file>', 'downloaded from OS → API Gateway → Authorized Apps')
          .addHelpText(
            'after',
            `
The file is checked first and can be deleted afterwards.

Examples:
  mlc credentials import mlc.ionapi && rm mlc.ionapi

${help}`,
          );
      },
      load: () => import('./credentials-import-run.ts'),
    },
    {
      name: 'login',
      summary: 'log in to ShipBob in a browser, as an application (OAuth)',
      describe(command) {
        command
          .argument('<system>', 'shipbob')
          .option('--paste', 'no browser on this machine: paste the address it ended at elsewhere')
          .addHelpText(
            'after',
            `
Needs shipbob.login.clientId in the configuration and the application's secret in the vault. The
address http://127.0.0.1:8788/callback (shipbob.login.callbackPort) must be registered for the
application at ShipBob. From then on the login renews itself, in every run that needs it.

Examples:
  mlc credentials set shipbob-client < secret.txt
  mlc credentials login shipbob
  mlc credentials login shipbob --paste      on a server

${exitCodeHelp(['done', 'failed', 'usage', 'unavailable', 'credentials'])}`,
          );
      },
      load: () => import('./credentials-login-run.ts'),
    },
    {
      name: 'remove',
      summary: 'forget a credential',
      describe(command) {
        command.argument('<name>', 'as for set, or as mlc credentials list shows it').addHelpText(
          'after',
          `
It stays valid until it is revoked at ShipBob or Infor; the audit trail keeps its name.

Examples:
  mlc credentials remove shipbob

${help}`,
        );
      },
      load: () => import('./credentials-remove-run.ts'),
    },
    {
      name: 'rotate-key',
      summary: 'seal everything with a new key; the old one is kept for older backups',
      describe(command) {
        command
          .option('--to <file>', 'where to write the new key, when a variable gives the key')
          .addHelpText(
            'after',
            `
All or nothing, also when the machine dies meanwhile: the next start finds the key that fits.
Refused while another run is on.

Examples:
  mlc credentials rotate-key
  MLC_KEY_FILE=/etc/mlc/key mlc credentials rotate-key --to /etc/mlc/key-2

${exitCodeHelp(['done', 'failed', 'usage', 'busy'])}`,
          );
      },
      load: () => import('./credentials-rotate-key-run.ts'),
    },
    {
      name: 'list',
      summary: 'names and dates of what is stored; never a value',
      describe(command) {
        command.addHelpText(
          'after',
          `
Examples:
  mlc credentials list
  mlc credentials list --json

${help}`,
        );
      },
      load: () => import('./credentials-list-run.ts'),
    },
  ],
};

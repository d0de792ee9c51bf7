import type { CommandGroup } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

const help = exitCodeHelp(['done', 'failed', 'usage']);

export const credentialsCommand: CommandGroup = {
  name: 'credentials',
  summary: 'the encrypted vault: set, import, list',
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
          .argument('<name>', 'shipbob, or any name such as webhook.secret')
          .option('--file <file>', 'read it from this file instead')
          .addHelpText(
            'after',
            `
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

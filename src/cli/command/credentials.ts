import type { CommandGroup } from '../command-spec.ts';

export const credentialsCommand: CommandGroup = {
  name: 'credentials',
  summary: 'the encrypted vault: set, import, list',
  describe(command) {
    command.addHelpText(
      'after',
      `
Secrets are read from standard input, a file or the environment, never from arguments: those stand in
the process list. MLC_SECRET_SHIPBOB_TOKEN and MLC_SECRET_INFOR_IONAPI win over the vault.`,
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
  pass show shipbob/pat | mlc credentials set shipbob`,
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
          .addHelpText('after', '\nThe file is checked first and can be deleted afterwards.');
      },
      load: () => import('./credentials-import-run.ts'),
    },
    {
      name: 'list',
      summary: 'names and dates of what is stored; never a value',
      describe() {},
      load: () => import('./credentials-list-run.ts'),
    },
  ],
};

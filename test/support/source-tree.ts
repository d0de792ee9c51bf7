import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

export interface SourceFile {
  /** Relative to the project, with forward slashes. */
  path: string;
  text: string;
}

/** Every TypeScript file below `folder`. */
export function sourceFiles(folder: string): SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (directory: string) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.name.endsWith('.ts')) {
        files.push({ path: relative(projectRoot, path), text: readFileSync(path, 'utf8') });
      }
    }
  };
  walk(join(projectRoot, folder));
  return files;
}

/** The text without comments and string contents, so that words in prose do not count as code. */
export function codeOnly(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|\$\{[^}]*\}|[^`\\])*`/g,
    (found) => (found.startsWith('/') ? '' : found.startsWith('`') ? templateCode(found) : "''"),
  );
}

function templateCode(template: string): string {
  return [...template.matchAll(/\$\{([^}]*)\}/g)].map((match) => match[1] ?? '').join(' ');
}

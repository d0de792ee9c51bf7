import { type ConfigSchemaNode, configJsonSchema } from './config-schema.ts';

const heading = [
  '# Every setting of mlc with its default and what it is for. Written from the schema by',
  '# scripts/schema.mjs; the program does not read it. Only what differs belongs into your own',
  '# sync.config.yaml.',
  '# A setting without a value has no default: it must be given.',
  '# Any setting may come from the environment: shipbob.baseUrl is MLC_SHIPBOB__BASE_URL.',
];

/** The text of `config/default.yaml`. */
export function defaultsYaml(): string {
  return `${[...heading, ...lines(configJsonSchema(), 0)].join('\n')}\n`;
}

function lines(node: ConfigSchemaNode, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const required = new Set(node.required ?? []);
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    if (typeof child === 'boolean') return [];
    const reason = child.description === undefined ? [] : [`${indent}# ${child.description}`];
    const gap = depth === 0 ? [''] : [];
    if (child.properties) {
      return [...gap, ...reason, `${indent}${name}:`, ...lines(child, depth + 1)];
    }
    const note = required.has(name) && child.default === undefined ? '  # required' : '';
    return [...gap, ...reason, `${indent}${name}:${valueText(child)}${note}`];
  });
}

function valueText(node: ConfigSchemaNode): string {
  if (node.default === undefined) return '';
  // JSON is YAML; text that YAML reads as itself needs no quotes.
  const text = JSON.stringify(node.default);
  const plain = /^"([A-Za-z][\w./:-]*|\d+(ms|s|m|h|d))"$/.test(text) && !/^"(yes|no)"$/.test(text);
  return ` ${plain ? text.slice(1, -1) : text}`;
}

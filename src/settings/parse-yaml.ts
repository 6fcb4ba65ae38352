import { plainYaml } from './plain-yaml.ts'

export type ParsedYaml =
  | { readonly kind: 'parsed'; readonly value: unknown }
  | { readonly kind: 'broken'; readonly line: number; readonly problem: string }

/** YAML 1.2, so `on` and `off` are texts. The parser is loaded only when there is something for it to parse. */
export async function parseYaml(text: string): Promise<ParsedYaml> {
  const plain = plainYaml(text)
  if (plain !== undefined) return { kind: 'parsed', value: plain }
  const { parseDocument } = await import('yaml')
  // logLevel: warnings would otherwise go to stderr, which belongs to the function.
  const document = parseDocument(text, { logLevel: 'error' })
  const [error] = document.errors
  if (!error) return { kind: 'parsed', value: document.toJS() }
  const [problem = error.message] = error.message.split('\n')
  return {
    kind: 'broken',
    line: error.linePos?.[0].line ?? 1,
    problem: problem.replace(/ at line \d+, column \d+:?$/, ''),
  }
}

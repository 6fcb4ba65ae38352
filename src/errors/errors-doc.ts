import { type CatalogueEntry, ERRORS, type ErrorCode } from './catalogue.ts'
import { errorName } from './run-error.ts'

/** docs/errors.md. */
export function renderErrorsDoc(): string {
  return `${[
    '# Errors',
    '',
    'Every way krmpod itself can fail. Generated from `src/errors/catalogue.ts` by `npm run docs`.',
    '',
    "A function's own failure is a result and not in here: its output and its exit status are passed on.",
    '',
    'The first line on stderr is the reason, as docker writes it; a hint follows, then the events of the Pod where',
    'there are any. The last line names the code:',
    '',
    '```',
    'docker: <reason>.',
    '<hint>',
    '(KRMPOD_<CODE>; docs/errors.md)',
    '```',
    '',
    ...codes().flatMap(section),
  ].join('\n')}\n`
}

function codes(): readonly ErrorCode[] {
  return Object.keys(ERRORS) as ErrorCode[]
}

function section(code: ErrorCode, index: number): readonly string[] {
  const { exit, when, text, hint }: CatalogueEntry = ERRORS[code]
  return [
    ...(index > 0 ? [''] : []),
    `## \`${errorName(code)}\``,
    '',
    `Exit status ${exit}. ${when}`,
    '',
    '```',
    `docker: ${text(PLACEHOLDERS as never)}.`,
    ...(hint === undefined ? [] : [hint]),
    '```',
  ]
}

/** In place of an error's details: each stands for itself, by name. */
const PLACEHOLDERS: unknown = new Proxy({}, { get: (_, name) => `<${String(name)}>` })

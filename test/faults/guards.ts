/**
 * The guards that stand between a fault and a wrong result, and what the source is without them. `npm run faults --
 * --break NAME` runs the laboratory on that: it must find wrong runs then, or it finds nothing at all.
 */
export interface Guard {
  readonly name: string
  /** What is believed without it. */
  readonly without: string
  readonly edits: readonly Edit[]
}

/** `find` is in the file exactly once; a guard that has moved is looked for here anew. */
export interface Edit {
  readonly file: string
  readonly find: string
  readonly replace: string
}

export const GUARDS: readonly Guard[] = [
  {
    name: 'status',
    without: 'a stream that closes without its status frame has ended',
    edits: [
      {
        file: 'src/session/attach-stream.ts',
        find: "if (end.status?.kind !== 'success') throw await whyCut(end, observer)",
        replace: '',
      },
    ],
  },
  {
    name: 'exit',
    without: 'a function whose stream has ended has exited with 0',
    edits: [
      {
        file: 'src/session/exit-code.ts',
        find: "return observer.until((verdict) => (verdict.kind === 'exited' ? verdict : undefined))",
        replace: "return { code: 0, reason: 'Completed' }",
      },
    ],
  },
  {
    name: 'proof',
    without: 'what arrived is all that there was',
    edits: [
      {
        file: 'src/session/arrived.ts',
        find: 'if (!this.#target.plan.proof) return',
        replace: 'return',
      },
    ],
  },
  {
    name: 'answer',
    without: 'a function that has said anything was given all of its stdin, whoever took it',
    edits: [
      {
        file: 'src/streams/channels.ts',
        find: 'return since !== undefined && this.#stdoutBytes > since',
        replace: 'return since !== undefined && this.#stdoutBytes > 0',
      },
    ],
  },
  {
    name: 'mount',
    without: 'what was unpacked is what was sent',
    edits: [
      {
        file: 'src/plan/receiver-script.ts',
        find: 'cmp -s ../${MANIFEST} ../found || exit 13',
        replace: '',
      },
    ],
  },
  {
    name: 'spool',
    without: 'stdout is handed over as it arrives',
    edits: [
      {
        file: 'src/run/new-session.ts',
        find: '        ...world.stop,',
        replace: '        ...world.stop, leak: (data) => host.stdout.write(data),',
      },
      {
        file: 'src/session/kept-output.ts',
        find: 'stdout: (data) => this.#keep(this.stdout, data),',
        replace: 'stdout: (data) => { target.leak(data); this.#keep(this.stdout, data) },',
      },
      {
        file: 'src/run/release.ts',
        find: 'await writeTo(host.stdout, stdout.read(), interrupted)',
        replace: '',
      },
    ],
  },
]

/** The file without the guard. */
export function withoutGuard(source: string, { file, find, replace }: Edit): string {
  const parts = source.split(find)
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times, expected once: ${find}`)
  return parts.join(replace)
}

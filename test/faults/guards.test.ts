import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { GUARDS, withoutGuard } from './guards.ts'
import { planRun, type RunPlan } from './plan.ts'

const root = join(import.meta.dirname, '../..')
const SEED = 1
const RUNS = 6

test.each(GUARDS.flatMap(({ name, edits }) => edits.map((edit) => ({ name, edit }))))(
  'the guard $name is where it is looked for: $edit.file',
  ({ edit }) => {
    expect(() => withoutGuard(readFileSync(join(root, edit.file), 'utf8'), edit)).not.toThrow()
  },
)

interface Decisive {
  readonly fault: string
  /** Runs in which the guard is the one that matters. */
  readonly isIt: (plan: RunPlan) => boolean
}

const DECISIVE: Readonly<Record<string, Decisive>> = {
  // What cat was given so far has come back when the connection is dropped: only the status would have told of the rest.
  status: {
    fault: 'idle drop',
    isIt: (plan) => catPauses(plan) && dropsLate(plan),
  },
  exit: { fault: 'delay', isIt: ({ lane, shape }) => lane === 'attach' && shape.exit !== 0 },
  proof: { fault: 'Success too early', isIt: ({ lane, shape }) => lane === 'attach' && shape.exit === 0 },
  // cat has said the first half when its node is lost, and somebody else takes the second.
  answer: {
    fault: 'node lost at input',
    isIt: (plan) => catPauses(plan) && losesNodeInPause(plan),
  },
  // gzip has a sum of its own.
  mount: { fault: 'byte changed', isIt: ({ index, packed }) => index % 12 !== 11 && !packed },
  spool: { fault: 'no status', isIt: ({ shape }) => shape.stdout.length > 0 && !shape.tree },
}

/** What it was given so far has come back when its caller makes a pause, and it is not run again. */
function catPauses({ lane, shape, pauseMs, startsLate, rerun }: RunPlan): boolean {
  return lane === 'attach' && shape.image === 'cat' && pauseMs > 0 && startsLate && !rerun
}

/** In the pause of stdin, and not before its first half has been sent. */
function dropsLate({ faults, pauseMs }: RunPlan): boolean {
  return faults.some(({ fault }) => {
    if (fault.by !== 'proxy' || fault.strike.on !== 'stream') return false
    const { deed } = fault.strike
    return deed.kind === 'dropIdle' && deed.quietMs > 250 && deed.quietMs < pauseMs
  })
}

/** All that is wrong with the function's output then is that it is of half of its input. */
function losesNodeInPause({ faults, shape: { input } }: RunPlan): boolean {
  const half = Math.floor(input.length / 2)
  return faults.some(
    ({ fault }) => fault.by === 'server' && fault.attach?.upstreamCutAfterStdinBytes === half,
  )
}

/** The laboratory as a process: the first runs in which this guard decides. */
async function laboratory(guard: string, options: readonly string[]) {
  const { fault, isIt } = DECISIVE[guard] ?? { fault: '', isIt: () => false }
  const plan = (index: number) => planRun(index, { against: 'fake', seed: SEED, only: [fault] })
  const runs = Array.from({ length: 2_000 }, (_, index) => index).filter((index) => isIt(plan(index)))
  const words = [
    '--seed',
    String(SEED),
    '--faults',
    fault,
    '--jobs',
    '3',
    '--run',
    runs.slice(0, RUNS).join(','),
    ...options,
  ]
  return execa(process.execPath, ['scripts/faults.mjs', '--verbose', ...words], { cwd: root, reject: false })
}

describe.each(GUARDS)('without the guard $name', ({ name }) => {
  test('there are wrong runs, and with it there are none', async () => {
    const without = await laboratory(name, ['--break', name])
    expect(without.stdout.split('\n').at(-1), without.stdout).toMatch(/ [1-9]\d* wrong/)
    expect(without.exitCode).toBe(1)
    const whole = await laboratory(name, [])
    expect(whole.stdout.split('\n').at(-1), whole.stdout).toContain(' 0 leaked, 0 wrong')
    expect(whole.exitCode).toBe(0)
  }, 120_000)
})

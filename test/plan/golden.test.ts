import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { parseDocker } from '../../src/argv/commands.ts'
import { planPod } from '../../src/plan/plan-pod.ts'
import type { Identity } from '../../src/plan/pod-plan.ts'
import { resolve } from '../../src/request/resolve.ts'
import type { RunRequest } from '../../src/request/run-request.ts'
import { LITERAL_ARGV } from '../argv/literal-argv.ts'
import { refusalOf } from '../argv/refusal-of.ts'
import { SETTINGS } from '../request/resolving.ts'
import { NOW } from './planned.ts'

const FOLDER = join(import.meta.dirname, 'golden')
/** What the caller has when it says `-e HOME -e PATH`. */
const ENV = { HOME: '/home/me', PATH: '/usr/bin:/bin' }
const UPDATE = process.env['UPDATE_GOLDEN'] === '1'

/** Everything that a command line which a real caller says would make. */
function plan(argv: readonly string[]): string {
  const command = parseDocker(argv)
  if (command.kind !== 'run') throw new Error(`docker ${argv.join(' ')} is not a run`)
  const readFile = (path: string): never => {
    throw new Error(`no file ${path}`)
  }
  const request = resolve({
    parsed: command.argv,
    settings: SETTINGS,
    env: ENV,
    readFile,
    cwd: () => '/repo',
  })
  const { isolation, pod, secret } = planPod(request, { ...NOW, ...uploadsOf(request) })
  return stringify(
    { ...(isolation && { policy: isolation.policy }), pod, ...(secret && { secret }) },
    { lineWidth: 0 },
  )
}

/** As if each source held one small file. */
function uploadsOf({ mounts }: RunRequest): Pick<Identity, 'uploads'> {
  const sources = mounts.flatMap((mount) => (mount.kind === 'bind' ? [mount.source] : []))
  if (sources.length === 0) return {}
  return {
    uploads: {
      treeOf: new Map(sources.map((source, index) => [source, index])),
      diskBytes: 4096,
      packed: true,
    },
  }
}

function fileOf(name: string): string {
  return `${name.replaceAll(/[^\w.]+/g, '-').replaceAll(/^-|-$/g, '')}.yaml`
}

const accepted = LITERAL_ARGV.filter(({ outcome }) => outcome === 'runs')

describe('what callers of docker are known to say is planned as in golden/ (UPDATE_GOLDEN=1 writes it)', () => {
  test.each(accepted)('$name', ({ name, argv }) => {
    const path = join(FOLDER, fileOf(name))
    const yaml = plan(argv)
    if (UPDATE) {
      mkdirSync(FOLDER, { recursive: true })
      writeFileSync(path, yaml)
    }
    expect(yaml).toBe(readFileSync(path, 'utf8'))
  })

  test.each(LITERAL_ARGV.filter((literal) => literal.outcome === 'refused'))(
    '$name is refused',
    ({ argv, refusal }) => {
      expect(refusalOf(() => plan(argv))).toMatchObject({ exit: 125, message: refusal })
    },
  )

  test('there is no other file', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(accepted.map(({ name }) => fileOf(name)).toSorted())
  })
})

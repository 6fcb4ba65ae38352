import type { FakeFunction } from '../doubles/fake-cluster/container.ts'
import { digestOf, lines, noise, probe } from '../doubles/fake-cluster/probe.ts'
import { cat } from '../doubles/fake-cluster/programs.ts'
import { LARGE_TREE, type MountedTree, SMALL_TREE, TARGET } from './mounted-tree.ts'

/** A function with its input, and all that it says to it. */
export interface Shape {
  readonly name: string
  readonly image: 'cat' | 'generate' | 'probe'
  readonly words: readonly string[]
  readonly input: Buffer
  readonly exit: number
  readonly stdout: Buffer
  readonly stderr: string
  /** What it has mounted. */
  readonly tree?: MountedTree
  /** The same function where there are no images. */
  readonly program: FakeFunction
}

const KIB = 1024

/** A ResourceList of so many items: cut behind any of them, it still is one. */
function list(items: number): Buffer {
  const item = (_: unknown, index: number): string => `- {kind: ConfigMap, metadata: {name: n${index}}}\n`
  const head = 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n'
  return Buffer.from(head + Array.from({ length: items }, item).join(''))
}

const GREETING = `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: greeting
  data:
    GREETING: Hello from a function.
`

function copies(name: string, input: Buffer): Shape {
  return { name, image: 'cat', words: [], input, exit: 0, stdout: input, stderr: '', program: cat }
}

type Said = Partial<Pick<Shape, 'input' | 'exit' | 'stdout' | 'stderr'>>

function probes(name: string, words: readonly string[], said: Said = {}): Shape {
  const nothing = { input: list(20), exit: 0, stdout: Buffer.alloc(0), stderr: '' }
  return { name, image: 'probe', words, ...nothing, ...said, program: probe(words) }
}

/** It says what it sees in its mounted folder. */
function looks(name: string, tree: MountedTree): Shape {
  return { ...probes(name, ['read', `tree=${TARGET}`], { stdout: Buffer.from(tree.digest) }), tree }
}

const SMALL = list(20)
const LARGE = list(4_000)

/** All of what functions do, as far as it matters to those who carry their streams. */
export const SHAPES: readonly Shape[] = [
  copies('cat, small', SMALL),
  copies('cat, large', LARGE),
  copies('cat, 1 MiB of noise', noise(1024 * KIB)),
  probes('transformer, small', ['read', 'echo'], { input: SMALL, stdout: SMALL }),
  probes('transformer, large', ['read', 'echo'], { input: LARGE, stdout: LARGE }),
  probes('transformer, slow', ['read', 'stderr=thinking\\n', 'sleep=0.3', 'echo'], {
    input: SMALL,
    stdout: SMALL,
    stderr: 'thinking\n',
  }),
  probes('transformer with a banner', ['stderr=starting\\n', 'read', 'echo'], {
    input: SMALL,
    stdout: SMALL,
    stderr: 'starting\n',
  }),
  probes('digest', ['digest'], { input: LARGE, stdout: Buffer.from(digestOf(LARGE)) }),
  {
    ...probes('generator, before its input', []),
    image: 'generate',
    stdout: Buffer.from(GREETING),
    program: ({ stdout }) => stdout(GREETING).then(() => 0),
  },
  looks('files, a few', SMALL_TREE),
  looks('files, 3 MiB', LARGE_TREE),
  probes('noise, 5 MiB', ['read', 'random=5MiB'], { stdout: noise(5120 * KIB) }),
  probes('lines, 3 MiB', ['read', 'text=3MiB'], { stdout: lines(3072 * KIB) }),
  probes('both streams', ['read', 'text=300KiB:both'], {
    stdout: lines(300 * KIB),
    stderr: lines(300 * KIB).toString(),
  }),
  probes('validator, stderr only', ['read', 'stderr=all is well\\n'], { stderr: 'all is well\n' }),
  probes('validator that objects', ['read', 'echo', 'stderr=no\\n', 'exit=3'], {
    input: SMALL,
    exit: 3,
    stdout: SMALL,
    stderr: 'no\n',
  }),
  probes('failure, exit 1', ['read', 'stderr=out of luck\\n', 'exit=1'], {
    exit: 1,
    stderr: 'out of luck\n',
  }),
]

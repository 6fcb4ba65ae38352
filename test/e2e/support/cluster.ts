import { randomBytes } from 'node:crypto'
import { execa } from 'execa'
import { administrator, isRestricted, RESTRICTED, restrictCaller } from './restricted.ts'

/** kubectl against the test cluster, as its administrator; rejects when it fails. */
export async function kubectl(args: readonly string[], input = ''): Promise<string> {
  const { stdout } = await execa('kubectl', [...args], { input, env: { KUBECONFIG: administrator() } })
  return stdout
}

interface TestNamespace extends AsyncDisposable {
  readonly name: string
  /** Names of the Pods in it. */
  readonly pods: () => Promise<readonly string[]>
  /** Of those that nobody has told to end within 2 s; how long the node then takes is the node's. */
  readonly staying: () => Promise<readonly string[]>
  readonly apply: (manifest: object) => Promise<void>
}

/**
 * A namespace of its own for a test, gone with it. `bare`: whatever else is restricted, there is nothing in it, and nobody
 * but the administrator has rights in it.
 */
export async function testNamespace(
  labels: Readonly<Record<string, string>> = {},
  { bare = false }: { readonly bare?: boolean } = {},
): Promise<TestNamespace> {
  const name = `e2e-${randomBytes(4).toString('hex')}`
  const metadata = { name, labels: { ...(isRestricted() && !bare && RESTRICTED), ...labels } }
  await kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }))
  if (isRestricted() && !bare) await restrictCaller(name, kubectl)
  return {
    name,
    pods: () => namesOf('pods', name),
    staying: () => stayingPods(name),
    apply: async (manifest) => {
      await kubectl(['apply', '-n', name, '-f', '-'], JSON.stringify(manifest))
    },
    [Symbol.asyncDispose]: async () => {
      await kubectl(['delete', 'namespace', name, '--wait=false'])
    },
  }
}

async function stayingPods(namespace: string): Promise<readonly string[]> {
  const { items } = JSON.parse(await kubectl(['get', 'pods', '-n', namespace, '-o', 'json'])) as {
    items: { metadata: { name: string; deletionGracePeriodSeconds?: number } }[]
  }
  return items
    .map(({ metadata }) => metadata)
    .filter(({ deletionGracePeriodSeconds }) => (deletionGracePeriodSeconds ?? Infinity) > 2)
    .map(({ name }) => name)
}

export async function namesOf(kind: string, namespace: string): Promise<readonly string[]> {
  const names = await kubectl(['get', kind, '-n', namespace, '-o', 'name'])
  return names.split('\n').filter(Boolean)
}

/** How Pods pull a test image: `krmpod/fixtures/cat:v1`. */
export function image(name: string): string {
  return `${process.env['KRMPOD_TEST_IMAGE_PREFIX'] ?? ''}${name}`
}

export function fixture(name: string): string {
  return image(`krmpod/fixtures/${name}:v1`)
}

/** Repeats until `check` holds; fails with its last result after `ms`. */
export async function eventually<T>(
  ask: () => Promise<T>,
  check: (value: T) => boolean,
  ms = 5_000,
): Promise<T> {
  const end = performance.now() + ms
  for (;;) {
    const value = await ask()
    if (check(value) || performance.now() > end) return value
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

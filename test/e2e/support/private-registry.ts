import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { eventually, image, kubectl, testNamespace } from './cluster.ts'
import { administrator } from './restricted.ts'

// The password that fixtures/functions/private-registry has the hash of.
const USERNAME = 'caller'
const PASSWORD = 'open sesame'

/** As the node calls it, whose loopback it is on: containerd needs no certificate there. scripts/cluster knows it. */
const HOST = '127.0.0.1:5001'

export interface PrivateRegistry extends AsyncDisposable {
  readonly host: string
  /** The settings that make krmpod find it from here, and Pods run beside it. */
  readonly env: Readonly<Record<string, string>>
  /** Copies a test image there; resolves to the name that Pods pull it by. */
  readonly push: (fixture: string, as: string) => Promise<string>
}

/** What docker writes into its config.json for this login. */
export function dockerConfig(host: string, password: string = PASSWORD): string {
  const auth = Buffer.from(`${USERNAME}:${password}`).toString('base64')
  return JSON.stringify({ auths: { [host]: { auth } } })
}

/** Debian's docker-registry, which wants a password, as a Pod on a node's own network; gone with its namespace. */
export async function privateRegistry(): Promise<PrivateRegistry> {
  const space = await testNamespace({ 'pod-security.kubernetes.io/enforce': 'privileged' })
  const folder = await mkdtemp(join(tmpdir(), 'krmpod-registry-'))
  await space.apply(POD)
  await kubectl(['wait', '-n', space.name, 'pod/registry', '--for=condition=Ready', '--timeout=90s'])
  const node = await kubectl(['get', 'pod', 'registry', '-n', space.name, '-o', 'jsonpath={.spec.nodeName}'])
  const forward = execa('kubectl', ['port-forward', '-n', space.name, 'pod/registry', ':5001'], {
    reject: false,
    buffer: false,
    env: { KUBECONFIG: administrator() },
  })
  const here = `127.0.0.1:${await portOf(forward.stdout)}`
  await writeFile(join(folder, 'config.json'), dockerConfig(here))
  return {
    host: HOST,
    env: { KRMPOD_REGISTRY_MIRRORS: mirrors(here), KRMPOD_NODE_SELECTOR: `kubernetes.io/hostname=${node}` },
    push: async (fixture, as) => {
      const from = `${process.env['KRMPOD_TEST_REGISTRY'] ?? ''}/krmpod/fixtures/${fixture}:v1`
      await execa('crane', ['copy', from, `${here}/${as}`], { env: { DOCKER_CONFIG: folder } })
      return `${HOST}/${as}`
    },
    [Symbol.asyncDispose]: async () => {
      forward.kill()
      await space[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

function mirrors(here: string): string {
  return [`${HOST}=http://${here}`, process.env['KRMPOD_REGISTRY_MIRRORS']].filter(Boolean).join(',')
}

/** `Forwarding from 127.0.0.1:40123 -> 5001` */
async function portOf(said: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  said.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  const words = await eventually(
    () => Promise.resolve(text),
    (all) => all.includes('127.0.0.1:'),
    30_000,
  )
  return /127\.0\.0\.1:(\d+)/.exec(words)?.[1] ?? ''
}

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'registry' },
  spec: {
    hostNetwork: true,
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'registry',
        image: image('krmpod/private-registry:v1'),
        env: [{ name: 'REGISTRY_HTTP_ADDR', value: HOST }],
        // Another one on this node is waited for.
        ports: [{ containerPort: 5001, hostPort: 5001 }],
        readinessProbe: { tcpSocket: { host: '127.0.0.1', port: 5001 }, periodSeconds: 1 },
      },
    ],
  },
}

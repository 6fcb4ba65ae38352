import { tmpdir } from 'node:os'
import { parse } from '../../argv/parse.ts'
import { examine } from '../../doctor/examine.ts'
import type { Finding } from '../../doctor/finding.ts'
import type { Patient, Wish } from '../../doctor/patient.ts'
import type { Destination } from '../../doctor/probe/script.ts'
import { doctorReport, isHealthy } from '../../doctor/report.ts'
import { badValue } from '../../request/bad-value.ts'
import { resolve } from '../../request/resolve.ts'
import type { RunRequest } from '../../request/run-request.ts'
import { explainFor } from '../../run/explain-for.ts'
import { planRun } from '../../run/plan-run.ts'
import type { Settings } from '../../settings/settings.ts'
import { openCluster } from '../cluster.ts'
import { homeDirectory } from '../home-directory.ts'
import { watchCaller } from '../interruptions.ts'
import { loadSettings } from '../load-settings.ts'
import { newRunId } from '../prepare.ts'
import { print } from '../print.ts'

interface DoctorFlags {
  readonly namespace?: string | undefined
  readonly context?: string | undefined
  readonly probe?: boolean | undefined
  readonly target?: readonly string[] | undefined
  readonly output?: string | undefined
}

/** `krmpod doctor`: 0 when nothing failed, 1 when something did; rejects when the cluster cannot be asked. */
export async function doctor({
  namespace,
  context,
  probe,
  target = [],
  output,
}: DoctorFlags): Promise<number> {
  const beyond = target.map(destinationOf)
  const flags = { ...(namespace !== undefined && { namespace }), ...(context !== undefined && { context }) }
  const settings = await loadSettings({ flags, env: process.env, home: homeDirectory() })
  const cluster = await openCluster(settings)
  const interruptions = watchCaller()
  const patient = { ...patientOf(cluster, settings), interrupted: interruptions.signal }
  try {
    const entries = await examine(patient, probe ? (it) => probed(it, beyond) : undefined)
    await print(output === 'json' ? `${JSON.stringify(entries, undefined, 2)}\n` : doctorReport(entries))
    return isHealthy(entries) ? 0 : 1
  } catch (error) {
    throw explainFor(cluster)(error)
  } finally {
    interruptions.close()
    cluster.api.close()
  }
}

async function probed(patient: Patient, beyond: readonly Destination[]): Promise<readonly Finding[]> {
  const { probe } = await import('../../doctor/probe/probe.ts')
  return probe(patient, beyond)
}

function patientOf(
  cluster: Awaited<ReturnType<typeof openCluster>>,
  settings: Settings,
): Omit<Patient, 'interrupted'> {
  const now = (): Date => new Date()
  const host = {
    ...cluster,
    stderr: process.stderr,
    temporaryDirectory: tmpdir(),
    now,
    newRunId,
    keep: false,
    rerun: false,
  }
  return {
    api: cluster.api,
    namespace: cluster.namespace,
    settings,
    now,
    host,
    request: (wish) => requestOf(wish, settings),
    plan: (request) => planRun(request, host),
  }
}

function requestOf({ network, command }: Wish, settings: Settings): RunRequest {
  const { image } = settings.helper
  const parsed = parse(['--network', network, '--entrypoint', '/bin/busybox', image, ...command])
  if (parsed.kind !== 'run') throw new Error('that asks for help')
  // The rules are about functions of a repository, not about what we ourselves bring along.
  const { pullSecrets, pullPolicy, rewrite } = settings.images
  const images = { pullSecrets, pullPolicy, pullSecretFrom: 'off', recordDigest: 'off', rewrite } as const
  return resolve({
    parsed: parsed.argv,
    settings: { ...settings, images },
    env: {},
    readFile: () => Buffer.alloc(0),
    cwd: () => '/',
  })
}

/** HOST:PORT, where the host is an address: without a network there are no names. */
function destinationOf(text: string): Destination {
  const [, bracketed, plainHost, port] = /^(?:\[([0-9a-f:]+)\]|([0-9.]+)):(\d{1,5})$/i.exec(text) ?? []
  const host = bracketed ?? plainHost
  if (host === undefined || port === undefined)
    throw badValue('--target', text, 'ADDRESS:PORT, such as 192.0.2.1:443 or [2001:db8::1]:443')
  return { name: text, host, port: Number(port) }
}

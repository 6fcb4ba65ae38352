import { type ExecFileException, execFile } from 'node:child_process'
import type { Environment } from '../../settings/user-dirs.ts'
import { type ExecCredential, parseExecCredential } from './exec-credential.ts'
import { kubeconfigError } from './kubeconfig-error.ts'
import type { ExecConfig } from './schema.ts'

/** One call of a client-go credential plugin, ready to be made. */
export interface PluginCall {
  /** Whose plugin it is, for messages. */
  readonly user: string
  readonly exec: ExecConfig
  /** What the plugin is told about the cluster, when it wants to know (`provideClusterInfo`). */
  readonly cluster: Readonly<Record<string, unknown>>
  readonly env: Environment
  readonly timeoutMs: number
}

export interface PluginAnswer {
  readonly credential: ExecCredential
  readonly stdout: string
}

// https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
const API_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024

/** Refuses what kubectl would refuse before it runs a plugin. */
export function checkPlugin({ user, exec }: PluginCall): void {
  const { command, apiVersion, interactiveMode } = exec
  const of = `the credential plugin of user "${user}"`
  if (command === '') throw kubeconfigError(`${of} has no command`)
  if (!API_VERSIONS.includes(apiVersion)) {
    throw kubeconfigError(
      `${of} has the apiVersion "${apiVersion}"; krmpod knows ${API_VERSIONS.join(' and ')}`,
    )
  }
  // Our stdin is the function's.
  if (interactiveMode === 'Always') throw kubeconfigError(`${of} wants a terminal (interactiveMode: Always)`)
}

export async function callPlugin(call: PluginCall): Promise<PluginAnswer> {
  const stdout = await run(call)
  try {
    return { credential: parseExecCredential(stdout, call.exec.apiVersion), stdout }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    const plugin = `the credential plugin ${call.exec.command}`
    throw kubeconfigError(`${plugin} gave no usable ExecCredential: ${problem}`, { cause: error })
  }
}

function run(call: PluginCall): Promise<string> {
  const { exec, env, timeoutMs } = call
  const own = Object.fromEntries(exec.env.map(({ name, value }) => [name, value]))
  const options = {
    env: { ...env, ...own, KUBERNETES_EXEC_INFO: execInfo(call) },
    timeout: timeoutMs,
    maxBuffer: MAX_OUTPUT_BYTES,
  }
  return new Promise((resolve, reject) => {
    const child = execFile(exec.command, exec.args, options, (error, stdout, stderr) => {
      if (error) reject(failure(call, { error, stderr }))
      else resolve(stdout)
    })
    child.stdin?.on('error', () => undefined).end()
  })
}

function execInfo({ exec, cluster }: PluginCall): string {
  const spec = { ...(exec.provideClusterInfo && { cluster }), interactive: false }
  return JSON.stringify({ kind: 'ExecCredential', apiVersion: exec.apiVersion, spec })
}

interface Failed {
  readonly error: ExecFileException
  readonly stderr: string
}

function failure({ exec, timeoutMs }: PluginCall, { error, stderr }: Failed): Error {
  const plugin = `the credential plugin ${exec.command}`
  if (error.code === 'ENOENT') {
    return kubeconfigError(`${plugin} was not found`, { cause: error, notes: lines(exec.installHint) })
  }
  const said = lines(stderr).at(-1)
  return kubeconfigError(`${plugin} ${ending(error, timeoutMs)}${said ? `: ${said}` : ''}`, { cause: error })
}

function ending({ code, killed, signal, message }: ExecFileException, timeoutMs: number): string {
  if (typeof code === 'number') return `failed with exit code ${code}`
  if (killed && code === null) return `gave no credential within ${timeoutMs / 1000} s`
  return signal ? `was ended by ${signal}` : `cannot be run (${code ?? message})`
}

/** Without colours and other control characters, and without empty lines. */
function lines(text: string): string[] {
  return text
    .replaceAll(/\u001b\[[\d;]*[A-Za-z]/g, '')
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll(/\p{Cc}/gu, '').trim())
    .filter((line) => line !== '')
}

import { RunError } from '../../errors/run-error.ts'
import { DOCKER_VERSION, VERSION } from '../version.ts'

const CLIENT = {
  Version: DOCKER_VERSION,
  ApiVersion: '1.52',
  Os: process.platform,
  Arch: archOf(process.arch),
  Context: 'default',
}
/** kpt asks for the client's version only; others look for a server, and the shim stands for both. */
const SERVER = { ...CLIENT, Platform: { Name: `krmpod ${VERSION}` } }
const ANSWER = { Client: { ...CLIENT, Platform: { Name: `krmpod ${VERSION}` } }, Server: SERVER }

/** `docker version`, or what a Go template of plain fields makes of it: `{{.Client.Version}}`, `{{json .}}`. */
export function dockerVersion(format: string | undefined): string {
  if (format === undefined) {
    return `Client: krmpod ${VERSION}\n Version:    ${DOCKER_VERSION} (the docker command line that krmpod answers)\n`
  }
  if (format === 'json') return `${JSON.stringify(ANSWER)}\n`
  return `${format.replaceAll(
    /\{\{\s*(json\s+)?(\.[\w.]*)\s*\}\}/g,
    (_all, json: string | undefined, path: string) => {
      const value = lookUp(path)
      return json || typeof value !== 'string' ? JSON.stringify(value) : value
    },
  )}\n`
}

function lookUp(path: string): unknown {
  let value: unknown = ANSWER
  for (const key of path.split('.').filter(Boolean)) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  }
  if (value !== undefined) return value
  const problem = `template parsing error: can't evaluate field ${path}`
  throw new RunError('USAGE', { problem }, { exit: 1 })
}

function archOf(arch: string): string {
  return arch === 'x64' ? 'amd64' : arch
}

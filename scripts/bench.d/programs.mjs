import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { watchPeak } from '../peak-memory.mjs'

export const ROOT = join(import.meta.dirname, '../..')
export const DOCKER = join(ROOT, 'bin/docker')
export const KRMPOD = join(ROOT, 'bin/krmpod')

/** As kustomize calls a function. */
export const AS_KUSTOMIZE = ['run', '--rm', '-i', '--network', 'none', '--user', 'nobody']

/**
 * A whole process, from its start to its end. Rejects when it fails, or says something else than expected: a wrong run
 * has no time.
 */
export async function timed([program, ...words], { env = {}, input = '', expect = input } = {}) {
  const start = performance.now()
  const child = spawn(program, words, { env: { ...process.env, ...env }, stdio: 'pipe' })
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const code = await ended(child)
  const ms = performance.now() - start
  const right = typeof expect === 'function' ? expect(stdout()) : stdout().equals(Buffer.from(expect))
  if (code !== 0 || !right) throw new Error(wrong([program, ...words], { code, stdout, stderr }))
  return { ms, stdout: stdout().toString(), stderr: stderr().toString() }
}

/** The same from file to file, for what is large; with the peak of its memory. */
export async function timedFiles([program, ...words], { env = {}, from, to }) {
  const [input, output] = [openSync(from, 'r'), openSync(to, 'w')]
  const start = performance.now()
  const stdio = [input, output, 'pipe']
  const child = spawn(program, words, { env: { ...process.env, ...env }, stdio })
  const peak = watchPeak(child.pid)
  const stderr = collect(child.stderr)
  const code = await ended(child)
  const ms = performance.now() - start
  for (const file of stdio.slice(0, 2)) closeSync(file)
  const right = readFileSync(from).equals(readFileSync(to))
  if (code !== 0 || !right) throw new Error(wrong([program, ...words], { code, stderr }))
  return { ms, stderr: stderr().toString(), peakBytes: peak.stop() }
}

/** What `krmpod run --timings` wrote. */
export function phasesOf(stderr) {
  const rows = [...stderr.matchAll(/^(\w.*?) +(\d+) ms$/gm)]
  return Object.fromEntries(rows.map(([, phase, ms]) => [phase, Number(ms)]))
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? signal))
  })
}

function collect(stream) {
  const chunks = []
  stream.on('data', (chunk) => chunks.push(chunk))
  return () => Buffer.concat(chunks)
}

function wrong(command, { code, stdout = () => '', stderr }) {
  return `${command.join(' ')}: exit ${code}\n${String(stderr()).slice(-2000)}\n${String(stdout()).slice(0, 200)}`
}

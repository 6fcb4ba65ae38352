import { fixture } from '../../e2e/support/cluster.ts'
import { AS_KUSTOMIZE } from '../../e2e/support/docker.ts'
import { HERE } from '../case.ts'

/** A fixture, called as kustomize calls it. */
export function asKustomize(name: string, ...args: readonly string[]): readonly string[] {
  return [...AS_KUSTOMIZE, fixture(name), ...args]
}

/** A shell that reads all of stdin, as functions should, and then does what the script says. */
export function shell(script: string, flags: readonly string[] = []): readonly string[] {
  return [...AS_KUSTOMIZE, ...flags, '--entrypoint', 'sh', fixture('cat'), '-c', `cat >/dev/null; ${script}`]
}

/** The same with nothing but these flags: no user, no network, not even --rm. */
export function plainShell(script: string, flags: readonly string[] = []): readonly string[] {
  return ['run', '-i', ...flags, '--entrypoint', 'sh', fixture('cat'), '-c', `cat >/dev/null; ${script}`]
}

/** Something of the call's folder, for the function to read. */
export function readOnly(source: string, target: string): readonly string[] {
  return ['--mount', `type=bind,source=${HERE}/${source},target=${target},readonly`]
}

/** The same, for it to write to, too. */
export function writable(source: string, target: string): readonly string[] {
  return ['--mount', `type=bind,source=${HERE}/${source},target=${target}`]
}

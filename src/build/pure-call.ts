import { parseDocker } from '../argv/commands.ts'
import { allValues, lastValue } from '../argv/flag-values.ts'

/** A function without a network that cannot write outside its Pod: it may run twice, or in vain. Written as kustomize does; anything else may not. */
export function isPureCall(words: readonly string[]): boolean {
  const command = parseDocker(words)
  if (command.kind !== 'run' || lastValue(command.argv, 'network') !== 'none') return false
  const mounts = allValues(command.argv, 'mount')
  return (
    allValues(command.argv, 'volume').length === 0 && mounts.every((mount) => mount.endsWith(',readonly'))
  )
}

import { describe, expect, test } from 'vitest'
import { RUN_FLAGS } from '../../src/argv/flags.ts'
import { dockerHelp, dockerRunHelp, krmpodRunHelp } from '../../src/argv/help.ts'
import { OWN_FLAGS } from '../../src/argv/own-flags.ts'
import { SUBCOMMANDS } from '../../src/argv/subcommands.ts'

describe('help', () => {
  test.each(RUN_FLAGS)('of docker run names --$name', ({ name }) => {
    expect(dockerRunHelp()).toMatch(new RegExp(`--${name}(?![a-z0-9-])`))
  })

  test('of docker run tells what a flag does', () => {
    expect(dockerRunHelp()).toMatch(/^ {2}-u, --user value +nobody \(default\), root, UID or UID:GID$/m)
    expect(dockerRunHelp()).toMatch(/^ {6}--rm +Remove the Pod/m)
    expect(dockerRunHelp()).not.toMatch(/--(dry-run|namespace)/)
  })

  test.each(OWN_FLAGS)('of krmpod run names --$name', ({ name }) => {
    expect(krmpodRunHelp()).toContain(`--${name}`)
    expect(krmpodRunHelp()).toContain('--network value')
  })

  test('of docker names every command', () => {
    for (const name of SUBCOMMANDS.flatMap(({ names }) => names.filter((each) => each !== 'image list'))) {
      expect(dockerHelp()).toContain(name)
    }
    expect(dockerHelp()).toMatch(/^Usage: {2}docker \[OPTIONS\] COMMAND$/m)
  })

  test.each([
    ['docker', dockerHelp()],
    ['docker run', dockerRunHelp()],
    ['krmpod run', krmpodRunHelp()],
  ])('of %s has no line too long for a screen, and ends with one line end', (_, help) => {
    expect(help.split('\n').filter((line) => line.length > 120)).toEqual([])
    expect(help).toMatch(/[^\n]\n$/)
  })
})

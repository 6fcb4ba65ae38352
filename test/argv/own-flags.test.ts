import { describe, expect, test } from 'vitest'
import { KRMPOD_RUN_FLAGS, type OwnFlags, ownFlags } from '../../src/argv/own-flags.ts'
import { parse } from '../../src/argv/parse.ts'

function own(line: string): OwnFlags {
  const command = parse(line.split(' '), KRMPOD_RUN_FLAGS)
  if (command.kind !== 'run') throw new Error('it asks for help')
  return ownFlags(command.argv)
}

describe('krmpod run', () => {
  test('has flags of its own beside those of docker run', () => {
    expect(
      own('-n fns --context=dev --deadline 90s --cache-max-bytes 1Gi --dry-run --keep --timings -i --rm img'),
    ).toEqual({
      namespace: 'fns',
      context: 'dev',
      deadline: '90s',
      cacheMaxBytes: '1Gi',
      dryRun: true,
      keep: true,
      timings: true,
    })
  })

  test('leaves to the settings what is not said', () => {
    expect(own('--keep --keep=false img --dry-run')).toEqual({ dryRun: false, keep: false, timings: false })
  })
})

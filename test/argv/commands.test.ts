import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DockerCommand, parseDocker } from '../../src/argv/commands.ts'
import { isSafe, refusalOf } from './refusal-of.ts'

function docker(line: string): DockerCommand {
  return parseDocker(line.split(' ').filter(Boolean))
}

describe('the words of docker', () => {
  test.each<[line: string, command: DockerCommand]>([
    ['', { kind: 'help' }],
    ['--help', { kind: 'help' }],
    ['-h', { kind: 'help' }],
    ['--context x --help', { kind: 'help' }],
    ['help', { kind: 'help' }],
    ['help image ls', { kind: 'help' }],
    ['help run', { kind: 'runHelp' }],
    ['help container run', { kind: 'runHelp' }],
    ['run --help', { kind: 'runHelp' }],
    ['container', { kind: 'help' }],
    ['image', { kind: 'help' }],
    ['image --help', { kind: 'help' }],
    ['pull -h', { kind: 'help' }],
    ['--version', { kind: 'versionLine' }],
    ['-v run img', { kind: 'versionLine' }],
    ['version', { kind: 'version' }],
    ['version --format {{.Client.Version}}', { kind: 'version', format: '{{.Client.Version}}' }],
    ['-D -l debug --config /x version -f json', { kind: 'version', format: 'json' }],
    ['--tls=false --log-level=info version', { kind: 'version' }],
    ['image ls', { kind: 'imageList', quiet: false, filters: [] }],
    ['image list -q -a --no-trunc', { kind: 'imageList', quiet: true, filters: [] }],
    [
      'images busybox -f dangling=true --format x',
      { kind: 'imageList', quiet: false, filters: ['dangling=true', 'reference=busybox'], format: 'x' },
    ],
    ['image inspect a b -f {{.Id}}', { kind: 'imageInspect', images: ['a', 'b'], format: '{{.Id}}' }],
    ['image inspect a', { kind: 'imageInspect', images: ['a'] }],
    ['pull a', { kind: 'imagePull', image: 'a', quiet: false }],
    [
      'image pull a -q --platform linux/arm64',
      { kind: 'imagePull', image: 'a', quiet: true, platform: 'linux/arm64' },
    ],
  ])('%s', (line, command) => {
    expect(docker(line)).toEqual(command)
  })

  test('as kpt says them for the tags of an image', () => {
    const words = ['image', 'ls', '--filter', 'reference=gcr.io/x/y', '--format', '{{ .Tag }}']
    const command = {
      kind: 'imageList',
      quiet: false,
      filters: ['reference=gcr.io/x/y'],
      format: '{{ .Tag }}',
    }
    expect(parseDocker(words)).toEqual(command)
  })

  test.each([['run --rm img -x'], ['container run --rm img -x'], ['-D run --rm img -x']])(
    '%s runs',
    (line) => {
      expect(docker(line)).toMatchObject({ kind: 'run', argv: { image: 'img', command: ['-x'] } })
    },
  )

  test.each([
    ['build .', 'build'],
    ['ps -a', 'ps'],
    ['container ls', 'container ls'],
    ['image build .', 'image build'],
    ['compose up', 'compose'],
    ['constructor', 'constructor'],
  ])('%s is not answered', (line, command) => {
    expect(refusalOf(() => docker(line))).toMatchObject({
      code: 'COMMAND_REFUSED',
      exit: 1,
      details: {
        command,
        supported:
          'run, container run, version, image ls, image list, images, image inspect, image pull, pull',
      },
    })
  })

  test.each([
    ['--context kind run img', '--context', 'KRMPOD_CONTEXT or the kubeconfig choose the cluster'],
    ['-c kind run img', '-c', 'KRMPOD_CONTEXT or the kubeconfig choose the cluster'],
    ['-H tcp://x version', '-H', 'KRMPOD_CONTEXT or the kubeconfig choose the cluster'],
    ['--tlsverify version', '--tlsverify', 'the kubeconfig says how to reach the cluster'],
    ['pull -a x', '-a', 'a node pulls what a Pod names'],
  ])('%s is refused', (line, flag, why) => {
    expect(refusalOf(() => docker(line))).toMatchObject({
      code: 'FLAG_REFUSED',
      exit: 125,
      details: { flag, why },
    })
  })

  test.each([
    ['version x', 1, "'docker version' accepts no arguments"],
    ['image ls a b', 1, "'docker image ls' requires at most 1 argument"],
    ['image inspect', 1, "'docker image inspect' requires at least 1 argument"],
    ['pull', 1, "'docker pull' requires 1 argument"],
    ['image pull a b', 1, "'docker image pull' requires 1 argument"],
    ['--foo', 125, 'unknown flag: --foo'],
    ['version --foo', 125, 'unknown flag: --foo'],
    ['run --foo', 125, 'unknown flag: --foo'],
    ['run -D img', 125, "unknown shorthand flag: 'D' in -D"],
    ['run --dry-run img', 125, 'unknown flag: --dry-run'],
  ])('%s ends with %i', (line, exit, message) => {
    expect(refusalOf(() => docker(line))).toMatchObject({ code: 'USAGE', exit, message })
  })

  test('whatever they are, they end with a command or a RunError', () => {
    const word = fc.oneof(
      fc.constantFrom(
        'run',
        'image',
        'container',
        'ls',
        'pull',
        'inspect',
        'version',
        'help',
        '--help',
        '-D',
        '-q',
        '--',
      ),
      fc.string({ maxLength: 4 }),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (words) => isSafe(() => parseDocker(words))),
      { numRuns: 2000 },
    )
  })
})

import { describe, expect, test } from 'vitest'
import { parse } from '../../src/argv/parse.ts'
import type { ParsedArgv } from '../../src/argv/parsed-argv.ts'
import { refusalOf } from './refusal-of.ts'

function parsed(line: string): ParsedArgv {
  const command = parse(line.split(' '))
  if (command.kind !== 'run') throw new Error('it asks for help')
  return command.argv
}

describe('the words of docker run', () => {
  test('are an image, its command, and flags with their values in order', () => {
    expect(parsed('-e A=1 --network none --env B img sh -c -e')).toEqual({
      image: 'img',
      command: ['sh', '-c', '-e'],
      flags: new Map([
        ['env', ['A=1', 'B']],
        ['network', ['none']],
      ]),
      ignored: [],
    })
  })

  test.each([
    ['--rm img', ['rm']],
    ['--rm=false img', []],
    ['--rm --rm=false img', []],
    ['--rm=false --rm img', ['rm']],
    ['-t=false --privileged=false --detach=0 img', []],
    ['--tty -t=false img', []],
    ['--security-opt=no-new-privileges img', ['security-opt']],
    ['--security-opt no-new-privileges:true img', ['security-opt']],
    ['--security-opt no-new-privileges=true img', ['security-opt']],
    ['--net host img', ['network']],
    ['--network bridge img', ['network']],
    ['--network default img', ['network']],
    ['--add-host a:1.2.3.4 img', ['add-host']],
  ])('%s sets %j', (line, names) => {
    expect([...parsed(line).flags.keys()]).toEqual(names)
  })

  test.each([
    [
      '-q --init --log-driver none --log-opt a=b --log-opt c=d img',
      ['-q', '--init', '--log-driver', '--log-opt'],
    ],
    ['--restart no --restart= img', ['--restart']],
    ['--sig-proxy=false --kernel-memory 3 img', ['--kernel-memory']],
    [
      '--disable-content-trust --health-cmd x --stop-signal INT img',
      ['--disable-content-trust', '--health-cmd', '--stop-signal'],
    ],
  ])('%s is accepted, and has no effect', (line, ignored) => {
    expect(parsed(line)).toMatchObject({ flags: new Map(), ignored })
  })

  test.each([
    ['-d img', '-d', 'a function runs in the foreground'],
    ['-it img', '-t', 'a terminal changes the bytes of the output'],
    ['--tty=false --tty img', '--tty', 'a terminal changes the bytes of the output'],
    ['--privileged img', '--privileged', 'functions run under Pod Security "restricted"'],
    ['--gpus all img', '--gpus', 'a Pod gets no device of its node'],
    ['--volumes-from other img', '--volumes-from', 'a Pod has no docker volumes or storage drivers'],
    ['-p 80:80 img', '-p', 'a function is not a server'],
    ['--net-alias a img', '--net-alias', "a Pod's addresses and names are the cluster's choice"],
    ['--pid host img', '--pid', 'a Pod never joins a namespace of its node'],
    ['--use-api-socket img', '--use-api-socket', 'there is no docker API'],
    ['--restart always img', '--restart always', 'a function runs once'],
    ['--restart no --restart on-failure:3 img', '--restart on-failure:3', 'a function runs once'],
    [
      '--security-opt seccomp=unconfined img',
      '--security-opt seccomp=unconfined',
      'functions run under Pod Security "restricted"',
    ],
    [
      '--security-opt no-new-privileges=false img',
      '--security-opt no-new-privileges=false',
      'functions run under Pod Security "restricted"',
    ],
    ['--network container:x img', '--network container:x', 'a Pod has no docker networks: use none or host'],
    ['--net= img', '--net ""', 'a Pod has no docker networks: use none or host'],
    [
      '--network none --network name=a,ip=1.2.3.4 img',
      '--network "name=a,ip=1.2.3.4"',
      'a Pod has no docker networks: use none or host',
    ],
    [
      '--add-host h:host-gateway img',
      '--add-host h:host-gateway',
      'there is no docker host that it could mean',
    ],
    [
      '--add-host h=host-gateway img',
      '--add-host h=host-gateway',
      'there is no docker host that it could mean',
    ],
  ])('%s is refused', (line, flag, why) => {
    expect(refusalOf(() => parsed(line))).toMatchObject({
      code: 'FLAG_REFUSED',
      exit: 125,
      details: { flag, why },
    })
  })

  test.each([['--rm'], ['--rm --'], ['--name a']])('%s has no image', (line) => {
    expect(refusalOf(() => parsed(line))).toMatchObject({ code: 'NO_IMAGE', exit: 1 })
  })

  test.each([['--help'], ['--help --privileged'], ['-i --help img'], ['--help=false --help']])(
    '%s asks for help',
    (line) => {
      expect(parse(line.split(' '))).toEqual({ kind: 'runHelp' })
    },
  )

  test('help is for the function when it comes after the image', () => {
    expect(parsed('--help=false img --help')).toMatchObject({ command: ['--help'] })
  })
})

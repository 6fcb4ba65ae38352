import { fixture } from '../../e2e/support/cluster.ts'
import { AS_KUSTOMIZE } from '../../e2e/support/docker.ts'
import type { Case } from '../case.ts'
import { shell } from './argv.ts'

const FILE =
  '# comment\n\n  INDENTED=1\nSPACES= two  words \nQUOTED="no quotes are removed"\nBARE\nABSENT\nEMPTY=\nA=file\n'

function printing(names: string, ...flags: readonly string[]): readonly string[] {
  const each = `eval "printf '%s\\n' \\"\\\${$name-not set}\\""`
  return shell(`for name in ${names}; do ${each}; done`, flags)
}

/** An image with a variable CODE, and a program that prints the value of a variable or fails. */
function probing(variable: string, ...flags: readonly string[]): readonly string[] {
  return [...AS_KUSTOMIZE, ...flags, '--entrypoint', '/probe', fixture('fail'), 'read', `stdout=${variable}`]
}

/** `-e`, `--env-file`, and what the image and the runtime say. */
export const ENVIRONMENT: readonly Case[] = [
  { name: '-e NAME=VALUE', argv: printing('A', '-e', 'A=1') },
  { name: '-e NAME= is set and empty', argv: printing('A', '-e', 'A=') },
  { name: '-e NAME takes the caller’s', argv: printing('A', '-e', 'A'), env: { A: 'of the caller' } },
  { name: '-e NAME takes an empty one of the caller', argv: printing('A', '-e', 'A'), env: { A: '' } },
  { name: '-e NAME that nobody has', argv: printing('ABSENT_HERE', '-e', 'ABSENT_HERE') },
  { name: '-eNAME=VALUE with more =', argv: printing('A', '-eA=b=c=d') },
  { name: '--env=NAME=VALUE', argv: printing('A', '--env=A=1') },
  { name: 'the last one wins', argv: printing('A B', '-e', 'A=1', '-e', 'B=1', '-e', 'A=2') },
  {
    name: 'the caller’s after a value',
    argv: printing('A', '-e', 'A=1', '-e', 'A'),
    env: { A: 'of the caller' },
  },
  {
    name: 'what Kubernetes would expand',
    argv: printing('A B C D', '-e', 'A=1', '-e', 'B=$(A)', '-e', 'C=$$(A) $$ $', '-e', 'D=${A} $A'),
  },
  {
    name: 'what Kubernetes would expand, of the caller',
    argv: printing('A B', '-e', 'A', '-e', 'B'),
    env: { A: '$(B) $$', B: '$$(A)' },
  },
  { name: 'newlines, tabs, quotes', argv: printing('A', '-e', 'A=one\ntwo\t"three" \'four\' \\n \\') },
  { name: 'blanks at both ends', argv: printing('A', '-e', 'A=  x  ') },
  { name: 'more than ASCII', argv: printing('A', '-e', 'A=ünïcödé 日本 🙂') },
  { name: 'a name with . and -', argv: probing('$a.b-c', '-e', 'a.b-c=1'), stdin: 'x' },
  { name: 'a value of 100 KiB', argv: shell('printf %s "$A" | wc -c', ['-e', `A=${'x'.repeat(100 << 10)}`]) },
  {
    name: '--env-file',
    argv: printing('INDENTED SPACES QUOTED BARE ABSENT EMPTY A', '--env-file', 'list'),
    files: { list: FILE },
    env: { BARE: 'of the caller' },
  },
  {
    name: '--env-file with a BOM',
    argv: printing('A', '--env-file', 'list'),
    files: { list: '\uFEFFA=1\n' },
  },
  {
    name: '-e wins over --env-file, wherever it stands',
    argv: printing('A', '-e', 'A=flag', '--env-file', 'list'),
    files: { list: FILE },
  },
  {
    name: 'two files, the second wins',
    argv: printing('A', '--env-file', 'one', '--env-file', 'two'),
    files: { one: 'A=1\n', two: 'A=2\n' },
  },
  { name: 'HOME of nobody', argv: printing('HOME') },
  { name: 'HOME of root', argv: printing('HOME', '--user', '0:0') },
  { name: 'HOME of a number that the image does not know', argv: printing('HOME', '--user', '4321:4321') },
  { name: 'HOME of the caller’s choice', argv: printing('HOME', '-e', 'HOME=/elsewhere') },
  { name: 'PATH of the image, TERM of nobody', argv: printing('PATH TERM') },
  { name: 'another PATH', argv: printing('PATH', '-e', 'PATH=/bin:/nowhere') },
  {
    name: 'HOSTNAME with --hostname',
    argv: shell('echo $HOSTNAME; hostname', ['--hostname', 'chosen']),
  },
  {
    name: 'all of it',
    argv: shell('env | cut -d= -f1 | sort', ['--hostname', 'chosen']),
    differs: { key: 'kubernetes-variables', in: ['stdout'] },
  },
  {
    name: 'an image’s own variable',
    argv: probing('$CODE'),
    stdin: 'x',
  },
  {
    name: 'an image’s own variable, replaced',
    argv: probing('$CODE', '-e', 'CODE=new'),
    stdin: 'x',
  },
  {
    name: 'an image’s own variable by a bare -e that the caller lacks',
    argv: probing('$CODE', '-e', 'CODE'),
    stdin: 'x',
    differs: { key: 'unset-variable', in: ['exitCode', 'stdout', 'stderr'] },
  },
]

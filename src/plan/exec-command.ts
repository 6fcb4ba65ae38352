import type { EnvVar } from '../request/run-request.ts'
import { BUSYBOX } from './helper.ts'

/** What the request says of the function's command; the rest is the image's. */
export interface FunctionCommand {
  readonly entrypoint?: readonly string[]
  readonly args: readonly string[]
  readonly env: readonly EnvVar[]
}

/** The part of an OCI image's configuration that kubelet reads by itself, and exec does not. */
export interface ImageConfig {
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  /** `NAME=value` */
  readonly env: readonly string[]
}

interface Launch {
  readonly image: ImageConfig
  /** Marks the ends of the streams; nothing else in them can look like it. */
  readonly nonce: string
}

// The words of a marker, other than exit codes: three characters.
/** The function got a KILL, and the kernel says that it was for its memory. */
export const KILLED_FOR_MEMORY = 'OOM'
/** Stands before stdout: the shell runs, with all of its streams. */
export const BEGUN = 'BEG'
export const START_FAILURES = { notFound: 'NFD', notExecutable: 'NEX' } as const

/**
 * The shell stays that long, so that it is krmpod who ends the connection, once both markers are there. An API server that
 * cannot pass on a word of stdin, because the node has closed already, throws away what it has not yet passed back.
 */
const STAY_SECONDS = 30

// Its own stderr is closed to it: a shell would tell of a function that was killed. Its variables have names that are nobody
// else's: a shell passes on its own value of what was in its environment.
const RUN = `set -f; exec 3>&2 2>/dev/null
krmpod_nonce=$1; krmpod_name=$2; shift 2
printf '\\036%s:${BEGUN}\\n' "$krmpod_nonce"
end() { printf '\\036%s:%s\\n' "$krmpod_nonce" "$1"; printf '\\036%s:%s\\n' "$krmpod_nonce" "$1" >&3
  ${BUSYBOX} sleep ${STAY_SECONDS}; exit "$2"; }
case $krmpod_name in
*/*) krmpod_program=$krmpod_name; [ -e "$krmpod_name" ] || end ${START_FAILURES.notFound} 127;;
*) krmpod_program=; IFS=:; for krmpod_folder in $PATH; do
  krmpod_program=\${krmpod_folder:-.}/$krmpod_name
  [ -f "$krmpod_program" ] && [ -x "$krmpod_program" ] && break || krmpod_program=
  done; unset IFS
  [ "$krmpod_program" ] || end ${START_FAILURES.notFound} 127;;
esac
[ -f "$krmpod_program" ] && [ -x "$krmpod_program" ] || end ${START_FAILURES.notExecutable} 126
(unset PWD OLDPWD SHLVL; exec -a "$krmpod_name" "$krmpod_program" "$@") 2>&3 3>&-; code=$?
[ $code = 137 ] && for file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
  while read -r key count; do [ "$key" = oom_kill ] && [ "$count" != 0 ] && end ${KILLED_FOR_MEMORY} 137; done <$file
done
end "$(printf %03d $code)" $code`

/** A shell sets these itself, and so has to be told of values that were there before. */
const SHELL_SETS: ReadonlySet<string> = new Set(['PWD', 'OLDPWD', 'SHLVL', 'IFS', 'OPTIND', 'PPID'])
/** A shell passes on no variable of another name. */
const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** docker's rule: an entrypoint of the caller's takes the image's CMD away with its ENTRYPOINT. */
export function programOf({ entrypoint, args }: FunctionCommand, image: ImageConfig): readonly string[] {
  if (entrypoint) return [...entrypoint, ...args]
  return [...image.entrypoint, ...(args.length > 0 ? args : image.cmd)]
}

/**
 * The words to exec: a shell that says on stdout that it runs, runs the function with the same streams and environment
 * as if it were the main process, and after it writes the end marker, a record separator, the nonce and the exit code,
 * to both streams.
 */
export function execCommand(command: FunctionCommand, { image, nonce }: Launch): readonly string[] {
  const program = programOf(command, image)
  const lost = lostInShell(command.env, image.env)
  const words = lost.length > 0 ? [BUSYBOX, 'env', '--', ...lost, ...program] : program
  return [BUSYBOX, 'sh', '-c', RUN, 'krmpod', nonce, ...words]
}

/** Variables that a shell would not pass on, as `NAME=value`. */
function lostInShell(own: readonly EnvVar[], imageEnv: readonly string[]): readonly string[] {
  const values = new Map(imageEnv.map((entry) => split(entry)))
  for (const { name, value } of own) values.set(name, value)
  return [...values].filter(([name]) => isLost(name)).map(([name, value]) => `${name}=${value}`)
}

/** True when a value of the caller's own environment would have to be written into a URL: it must not be. */
export function wouldLeak({ env }: FunctionCommand): boolean {
  return env.some(({ name, secret }) => secret && isLost(name))
}

/** True when the program would be taken for one more of the variables that go by `env`. */
export function looksLikeVariable(command: FunctionCommand, image: ImageConfig): boolean {
  const [name = ''] = programOf(command, image)
  return name.includes('=') && lostInShell(command.env, image.env).length > 0
}

function isLost(name: string): boolean {
  return SHELL_SETS.has(name) || !SHELL_NAME.test(name)
}

function split(entry: string): [name: string, value: string] {
  const at = entry.indexOf('=')
  return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)]
}

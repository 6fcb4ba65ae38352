import { allValues, isOn, lastValue } from '../argv/flag-values.ts'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import { resolveAnnotations } from './annotations.ts'
import { badValue } from './bad-value.ts'
import { deadlineOf } from './deadline.ts'
import { resolveDns } from './dns.ts'
import { resolveEnv } from './env.ts'
import { resolveHosts } from './hosts.ts'
import { permittedImage, rewrittenImage } from './images/image-rules.ts'
import { resolvePull } from './images/pull.ts'
import type { Inputs } from './inputs.ts'
import { resolveMounts } from './mounts/resolve-mounts.ts'
import { resolveNames } from './names.ts'
import { resolveNetwork } from './network.ts'
import { resolvePlatform } from './platform.ts'
import { resolvePodSettings } from './pod-settings.ts'
import { resolveProgram } from './program.ts'
import { resolveResources } from './resources.ts'
import type { RunRequest } from './run-request.ts'
import { resolveStreams } from './streams.ts'
import { resolveGroups, resolveUser } from './user.ts'
import { wholeNumber } from './whole-number.ts'

// It counts only when a run is interrupted: a function has nothing to save then.
const STOP_TIMEOUT_SECONDS = '1'

/** Everything one run asks for: flags, settings and environment made one. */
export function resolve(inputs: Inputs): RunRequest {
  const { parsed, settings, env, ancestors = [] } = inputs
  const image = permittedImage(parsed.image, settings.images)
  checkCapabilities(parsed)
  const environment = resolveEnv(inputs)
  const mounts = resolveMounts(inputs)
  return {
    image,
    givenImage: parsed.image,
    ...resolveProgram(parsed),
    user: resolveUser(parsed, settings),
    groups: resolveGroups(parsed),
    network: resolveNetwork(parsed),
    enforcement: settings.network.enforcement,
    proofMaxAgeMs: settings.network.proofMaxAgeMs,
    env: environment.env,
    streams: resolveStreams(parsed),
    readOnlyRoot: settings.readOnlyRoot || isOn(parsed, 'read-only'),
    mounts: mounts.mounts,
    mountRules: mounts.mountRules,
    notices: environment.notices,
    warnings: [...environment.warnings, ...mounts.warnings],
    resources: resolveResources(parsed, settings),
    pullPolicy: resolvePull(parsed, settings),
    pullSecretFrom: settings.images.pullSecretFrom,
    recordDigest: settings.images.recordDigest === 'on',
    ...resolvePlatform(parsed, env),
    ...resolveNames(parsed),
    ...resolvePodSettings(settings),
    annotations: resolveAnnotations(inputs),
    hosts: resolveHosts(parsed),
    dns: resolveDns(parsed),
    stopTimeoutSeconds: wholeNumber(
      '--stop-timeout',
      lastValue(parsed, 'stop-timeout') ?? STOP_TIMEOUT_SECONDS,
    ),
    ...cidfile(parsed),
    ...deadlineOf(settings, { env, ancestors }),
    nudge: settings.nudge === 'auto',
    standby: { ...settings.standby, longestRunMs: settings.deadlineMs },
    // What goes through exec is in no container's log.
    lane: settings.logs === 'none' ? 'exec' : settings.lane,
    helperImage: rewrittenImage(settings.helper.image, settings.images.rewrite),
    mirrors: new Map(settings.registry.mirrors),
    proof: settings.proof === 'on',
    maxOutputBytes: settings.output.maxBytes,
    maxStderrBytes: settings.stderr.maxBytes,
  }
}

/** Every Pod drops them all; a name that docker would refuse is refused. */
function checkCapabilities(parsed: ParsedArgv): void {
  const names = allValues(parsed, 'cap-drop').map((text) => text.trim().toUpperCase().replace(/^CAP_/, ''))
  const bad = names.find((name) => !/^[A-Z][A-Z_]*$/.test(name))
  if (bad !== undefined) throw badValue('--cap-drop', bad, 'a capability such as NET_RAW, or ALL')
}

function cidfile(parsed: ParsedArgv): Pick<RunRequest, 'cidfile'> {
  const cidfile = lastValue(parsed, 'cidfile')
  return cidfile ? { cidfile } : {}
}

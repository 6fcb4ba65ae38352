import { GRACE_MS } from '../kube/expiry.ts'
import { ANNOTATIONS, LABELS, MANAGED_BY } from '../kube/labels.ts'
import type { MountRules } from '../request/mounts/mount.ts'
import type { RunRequest } from '../request/run-request.ts'
import { planNudge } from './container.ts'
import { envSecret, planEnv } from './environment.ts'
import type { FunctionCommand } from './exec-command.ts'
import { helperParts } from './helper.ts'
import { ATTACH_LANE, type Lane } from './lane.ts'
import { LEAVE_US_ALONE } from './leave-us-alone.ts'
import { podName } from './names.ts'
import { denyAllPolicy, needsPolicy } from './network-policy.ts'
import type { Identity, PlannedUploads, PodPlan } from './pod-plan.ts'
import { podSpec } from './pod-spec.ts'
import { receiverParts, withRoomFor, writableTrees } from './receiver.ts'
import { withHome } from './volumes.ts'

const GIVE_BACK_BYTES_PER_SECOND = 10 * 1024 * 1024

const NO_UPLOADS: PlannedUploads = { treeOf: new Map(), diskBytes: 0, packed: false }

/** The whole plan of a run: pure, so the same request and identity always give the same objects. */
export function planPod(request: RunRequest, identity: Identity, lane: Lane = ATTACH_LANE): PodPlan {
  const { namespace, runId } = identity
  const name = podName(request.name ?? request.image, runId)
  const { env, secretValues } = planEnv(withHome(request), name)
  const nudge = request.nudge ? planNudge(request.resources) : undefined
  const receiverNudge = request.nudge && identity.uploads ? planNudge(request.resources, 2) : undefined
  const helper = lane.kind === 'exec' ? helperParts(request, lane.helper) : undefined
  const { uploads = NO_UPLOADS } = identity
  const receiver = receiverParts(request, uploads)
  const writable = writableTrees(request, uploads)
  const resources = withRoomFor(uploads, request)
  return {
    namespace,
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace,
        labels: {
          ...request.labels,
          [LABELS.managedBy]: MANAGED_BY,
          [LABELS.network]: request.network,
          [LABELS.lane]: lane.kind,
        },
        annotations: annotations(request, identity),
        ...(identity.owner && {
          ownerReferences: [
            { apiVersion: 'v1', kind: 'Pod', name: identity.owner.name, uid: identity.owner.uid },
          ],
        }),
      },
      spec: podSpec(
        { ...request, resources },
        {
          env,
          helper,
          receiver,
          giveBackSeconds: writable.length > 0 ? giveBackSeconds(uploads) : undefined,
        },
      ),
    },
    ...(secretValues.size > 0 && {
      secret: envSecret(secretValues, {
        name,
        namespace,
        annotations: { [ANNOTATIONS.runId]: runId, ...lifetime(request, identity) },
      }),
    }),
    ...plannedIsolation(request, namespace),
    ...(nudge && { nudge }),
    ...(receiverNudge && { receiverNudge }),
    packed: uploads.packed,
    writable,
    maxReturnBytes: packedBytes(request.mountRules),
    ...(lane.kind === 'exec' && { exec: { command: commandOf(request), helper: lane.helper } }),
    recordDigest: request.recordDigest,
    proof: request.proof,
    maxOutputBytes: request.maxOutputBytes,
    maxStderrBytes: request.maxStderrBytes,
  }
}

function plannedIsolation(request: RunRequest, namespace: string): Pick<PodPlan, 'isolation'> {
  if (!needsPolicy(request)) return {}
  const { enforcement, proofMaxAgeMs, helperImage: gateImage } = request
  return { isolation: { policy: denyAllPolicy(namespace), enforcement, proofMaxAgeMs, gateImage } }
}

/** To pack the files twice and to fetch them: a slow node takes 10 s for 100 MiB. */
function giveBackSeconds({ diskBytes }: PlannedUploads): number {
  return GRACE_MS.run / 1000 + Math.ceil(diskBytes / GIVE_BACK_BYTES_PER_SECOND)
}

/** Each file has a header of its own in an archive, one more if its name is long, and fills whole blocks. */
function packedBytes({ maxBytes, maxFiles }: MountRules): number {
  return maxBytes + 4 * 512 * maxFiles
}

function commandOf({ entrypoint, args, ...request }: RunRequest): FunctionCommand {
  return { ...(entrypoint && { entrypoint }), args, env: withHome(request) }
}

function annotations(request: RunRequest, identity: Identity): Record<string, string> {
  return {
    ...request.annotations,
    ...LEAVE_US_ALONE,
    [ANNOTATIONS.runId]: identity.runId,
    [ANNOTATIONS.image]: request.givenImage,
    ...lifetime(request, identity),
    ...(request.name && { [ANNOTATIONS.dockerName]: request.name }),
  }
}

function lifetime({ deadlineMs }: RunRequest, { now, kept }: Identity): Record<string, string> {
  const expires = new Date(now.getTime() + deadlineMs + (kept ? GRACE_MS.kept : GRACE_MS.run))
  return {
    [ANNOTATIONS.expires]: expires.toISOString(),
    ...(kept && { [ANNOTATIONS.kept]: 'true' }),
  }
}

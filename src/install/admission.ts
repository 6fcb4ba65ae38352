import { FUNCTIONS_LABEL, LABELS, MANAGED_BY } from '../kube/labels.ts'
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../kube/types.ts'
import { FUNCTION_ACCOUNT } from './namespace.ts'

const NAME = 'krmpod-functions'
/** Of all names that names.ts makes. */
const POD_PREFIX = 'krmpod-'
const ADMISSION = 'admissionregistration.k8s.io/v1'

interface Rule {
  readonly message: string
  /** In CEL; what holds for every Pod that krmpod makes. */
  readonly expression: string
}

/**
 * The shape of krmpod's Pods, beyond what Pod Security "restricted" says: who may create Pods here can create such Pods
 * alone, and so reaches no Secret, ServiceAccount or node that is not meant for functions.
 */
export const SHAPE: readonly Rule[] = [
  {
    // Of the Secrets of the namespace, one with the name of the Pod can be read in it: so none but a run's has such a name.
    message: "a Pod here has krmpod's name and labels",
    expression: `object.metadata.?name.orValue('').startsWith('${POD_PREFIX}') && has(object.metadata.labels) && ${label(LABELS.managedBy)} == '${MANAGED_BY}' && ${label(LABELS.network)} in ['none', 'open'] && ${label(LABELS.lane)} in ['attach', 'exec']`,
  },
  {
    message: "the labels of krmpod's stay as they are",
    expression: `oldObject == null || [${[LABELS.managedBy, LABELS.network, LABELS.lane].map((key) => `'${key}'`).join(', ')}].all(key, oldObject.metadata.?labels[?key] == object.metadata.?labels[?key])`,
  },
  {
    message: `the service account is ${FUNCTION_ACCOUNT} or default, and its token is not mounted`,
    expression: `object.spec.?serviceAccountName.orValue('default') in ['${FUNCTION_ACCOUNT}', 'default'] && object.spec.?automountServiceAccountToken.orValue(true) == false`,
  },
  {
    message: 'volumes are emptyDir, image or persistentVolumeClaim',
    expression:
      'object.spec.?volumes.orValue([]).all(volume, has(volume.emptyDir) || has(volume.image) || has(volume.persistentVolumeClaim))',
  },
  {
    message: 'variables come from nowhere but the Secret of the same name as the Pod',
    expression: inEveryContainer(
      `container.?envFrom.orValue([]).size() == 0 && container.?env.orValue([]).all(variable, !has(variable.valueFrom) || (has(variable.valueFrom.secretKeyRef) && variable.valueFrom.secretKeyRef.?name.orValue('') == object.metadata.?name.orValue('')))`,
    ),
  },
  {
    message: 'the scheduler alone chooses the node',
    expression: `oldObject != null || object.spec.?nodeName.orValue('') == ''`,
  },
  {
    message: 'every container has limits of memory and ephemeral storage',
    // 1.36's type checker knows nothing of the limits of a container.
    expression: inEveryContainer(
      `has(container.resources) && has(dyn(container.resources).limits) && ['memory', 'ephemeral-storage'].all(name, name in dyn(container.resources).limits)`,
    ),
  },
  {
    message: 'the Pod ends by itself, after a week at most',
    expression: `object.spec.?restartPolicy.orValue('') == 'Never' && object.spec.?activeDeadlineSeconds.orValue(0) > 0 && object.spec.activeDeadlineSeconds <= 604800 && object.spec.?terminationGracePeriodSeconds.orValue(30) <= 3600`,
  },
  {
    message: 'nothing is asked of the node: no probes or hooks, and no priority of the system',
    expression: `!object.spec.?priorityClassName.orValue('').startsWith('system-') && ${inEveryContainer(
      ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle']
        .map((field) => `!has(container.${field})`)
        .join(' && '),
    )}`,
  },
  {
    message: 'no ephemeral containers, host namespaces or shared processes',
    expression: `!has(object.spec.ephemeralContainers) && object.spec.?hostNetwork.orValue(false) == false && object.spec.?hostPID.orValue(false) == false && object.spec.?hostIPC.orValue(false) == false && object.spec.?shareProcessNamespace.orValue(false) == false`,
  },
]

/** Whoever may create Secrets could have the token of any service account written into one. */
export const SECRETS: readonly Rule[] = [
  {
    message: 'no Secret here asks for the token of a service account',
    expression: "object.?type.orValue('Opaque') != 'kubernetes.io/service-account-token'",
  },
]

/** In every namespace that says of itself that it is for functions. */
export function admissionManifests(): readonly (
  | ValidatingAdmissionPolicy
  | ValidatingAdmissionPolicyBinding
)[] {
  return [
    admissionPolicy(`${NAME}-pods`, { resources: ['pods', 'pods/ephemeralcontainers'], rules: SHAPE }),
    admissionBinding(`${NAME}-pods`),
    admissionPolicy(`${NAME}-secrets`, { resources: ['secrets'], rules: SECRETS }),
    admissionBinding(`${NAME}-secrets`),
  ]
}

function admissionPolicy(
  name: string,
  { resources, rules }: { readonly resources: string[]; readonly rules: readonly Rule[] },
): ValidatingAdmissionPolicy {
  return {
    apiVersion: ADMISSION,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name, labels: { [LABELS.managedBy]: MANAGED_BY } },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources },
        ],
      },
      validations: rules.map(({ message, expression }) => ({ message: `krmpod: ${message}`, expression })),
    },
  }
}

function admissionBinding(name: string): ValidatingAdmissionPolicyBinding {
  return {
    apiVersion: ADMISSION,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name, labels: { [LABELS.managedBy]: MANAGED_BY } },
    spec: {
      policyName: name,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { [FUNCTIONS_LABEL]: 'true' } } },
    },
  }
}

function label(key: string): string {
  return `object.metadata.labels[?'${key}'].orValue('')`
}

/** The two lists are of different types, and cannot be joined. */
function inEveryContainer(expression: string): string {
  return ['object.spec.containers', 'object.spec.?initContainers.orValue([])']
    .map((list) => `${list}.all(container, ${expression})`)
    .join(' && ')
}

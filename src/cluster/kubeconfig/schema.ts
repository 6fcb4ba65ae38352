import * as v from 'valibot'

// As in kubectl, keys we do not know are ignored and a key without a value is as good as absent.
const text = v.nullish(v.string(), '')
const flag = v.nullish(v.boolean(), false)
const texts = v.nullish(v.array(v.string()), [])

const context = v.object({ cluster: text, user: text, namespace: text })

const cluster = v.object({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': flag,
  'tls-server-name': text,
  'proxy-url': text,
  'disable-compression': flag,
  extensions: v.nullish(v.array(v.object({ name: text, extension: v.unknown() })), []),
})

const exec = v.object({
  apiVersion: text,
  command: text,
  args: texts,
  env: v.nullish(v.array(v.object({ name: v.string(), value: text })), []),
  installHint: text,
  provideClusterInfo: flag,
  interactiveMode: text,
})

const authProvider = v.object({ name: v.string(), config: v.nullish(v.record(v.string(), v.string()), {}) })

const user = v.object({
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  as: text,
  'as-uid': text,
  'as-groups': texts,
  'as-user-extra': v.nullish(v.record(v.string(), v.array(v.string())), {}),
  exec: v.nullish(exec),
  'auth-provider': v.nullish(authProvider),
})

export const kubeconfigFile = v.nullish(
  v.object({
    'current-context': text,
    contexts: v.nullish(v.array(v.object({ name: v.string(), context: v.nullish(context, {}) })), []),
    clusters: v.nullish(v.array(v.object({ name: v.string(), cluster: v.nullish(cluster, {}) })), []),
    users: v.nullish(v.array(v.object({ name: v.string(), user: v.nullish(user, {}) })), []),
  }),
  {},
)

// An absent text is an empty one, as in Go.
export type Context = v.InferOutput<typeof context>
export type Cluster = v.InferOutput<typeof cluster>
export type User = v.InferOutput<typeof user>
export type ExecConfig = v.InferOutput<typeof exec>
export type AuthProvider = v.InferOutput<typeof authProvider>

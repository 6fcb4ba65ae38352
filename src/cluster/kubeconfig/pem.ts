import { readFileSync } from 'node:fs'
import { kubeconfigError, reason } from './kubeconfig-error.ts'

interface PemSource {
  /** What it is and whose, for messages: `certificate-authority of cluster "x"`. */
  readonly what: string
  /** Base64, as the `-data` keys hold it. */
  readonly data: string
  readonly path: string
}

/** A certificate or key, given inline or as a file; inline wins. Undefined when neither is given. */
export function readPem({ what, data, path }: PemSource): string | undefined {
  if (data === '' && path === '') return undefined
  const text = data === '' ? readPemFile(what, path) : Buffer.from(data, 'base64').toString('latin1')
  if (text.includes('-----BEGIN ')) return text
  throw kubeconfigError(data === '' ? `${path}, the ${what}, is not PEM` : `the ${what} is not PEM in base64`)
}

function readPemFile(what: string, path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    throw kubeconfigError(`${path}, the ${what}, cannot be read: ${reason(error)}`, { cause: error })
  }
}

import type { Environment } from '../settings/user-dirs.ts'
import { readIfThere } from './read-if-there.ts'

// Where Go looks (crypto/x509/root_linux.go), so where kubectl finds a company's own authority.
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/**
 * The authorities this machine trusts, for servers whose kubeconfig names none; where it does not say, those that come
 * with Node. Undefined leaves the choice to Node, which somebody has told about others.
 */
export async function systemRoots(env: Environment): Promise<string | undefined> {
  if (env['NODE_EXTRA_CA_CERTS']) return undefined
  for (const path of env['SSL_CERT_FILE'] ? [env['SSL_CERT_FILE']] : BUNDLES) {
    const bundle = readIfThere(path, 'latin1')
    if (bundle?.includes('-----BEGIN ')) return bundle
  }
  if (env['SSL_CERT_DIR'] || env['NODE_OPTIONS']) return undefined
  const { rootCertificates } = await import('node:tls')
  return rootCertificates.join('\n')
}

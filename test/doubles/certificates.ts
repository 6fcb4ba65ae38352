import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Issued {
  readonly certPath: string
  readonly keyPath: string
  readonly cert: string
  readonly key: string
}

export interface Authority extends Issued {
  /** A certificate for a server (its names in `hosts`, such as `DNS:a.test` or `IP:127.0.0.1`) or for a person. */
  issue(name: string, hosts?: readonly string[]): Issued
}

/** A certificate authority of its own in `dir`, made by openssl. */
export function makeAuthority(dir: string, name = 'test-ca'): Authority {
  const config = join(dir, 'openssl.cnf')
  writeFileSync(config, '[req]\ndistinguished_name = dn\n[dn]\n')
  const make = (subject: string, extra: readonly string[]): Issued => {
    const certPath = join(dir, `${subject}.crt`)
    const keyPath = join(dir, `${subject}.key`)
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyPath]
    const request = ['req', '-x509', '-config', config, '-days', '2', '-subj', `/CN=${subject}/O=test`]
    execFileSync('openssl', [...request, ...key, '-out', certPath, ...extra], { stdio: 'pipe' })
    return { certPath, keyPath, cert: readFileSync(certPath, 'utf8'), key: readFileSync(keyPath, 'utf8') }
  }
  const own = make(name, ['-addext', 'basicConstraints=critical,CA:TRUE'])
  const signed = ['-CA', own.certPath, '-CAkey', own.keyPath, '-addext', 'basicConstraints=critical,CA:FALSE']
  return {
    ...own,
    issue: (subject, hosts = []) =>
      make(
        subject,
        hosts.length === 0 ? signed : [...signed, '-addext', `subjectAltName=${hosts.join(',')}`],
      ),
  }
}

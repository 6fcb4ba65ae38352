import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Issued, makeAuthority } from '../../doubles/certificates.ts'

/** A server's certificate, and the authority that a client has to trust. */
export interface Identity extends Pick<Issued, 'cert' | 'key'> {
  readonly ca: string
}

export function newIdentity(): Identity {
  const folder = mkdtempSync(join(tmpdir(), 'krmpod-faults-'))
  try {
    const authority = makeAuthority(folder)
    const { cert, key } = authority.issue('api-server', ['IP:127.0.0.1'])
    return { cert, key, ca: authority.cert }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

// Adds what a registry that serves one platform only leaves out of package-lock.json: the optional packages of the
// other platforms, without which `npm ci` refuses the lock. To be run after a package was added on such a machine.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8'))
const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const CPUS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']
const LIBCS = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' }

let added = 0
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    if (lock.packages[key] || !/^\d/.test(version)) continue
    const words = name.split(/[-/]/)
    const os = words.filter((word) => SYSTEMS.includes(word))
    if (os.length === 0) continue
    const cpu = words.filter((word) => CPUS.includes(word))
    const libc = words.flatMap((word) => LIBCS[word] ?? []).filter(() => os.includes('linux'))
    lock.packages[key] = { version, cpu, dev: true, ...(libc.length > 0 && { libc }), optional: true, os }
    added += 1
  }
}
const [root, ...rest] = Object.entries(lock.packages)
lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => (a < b ? -1 : 1))])
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(`${added} packages of other platforms added\n`)

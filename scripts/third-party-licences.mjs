import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The licence texts of every package that the bundles contain. `inputs`: the bundler's input files. */
export function thirdPartyLicences(root, inputs) {
  const packages = new Set(
    inputs.flatMap(
      (file) => /^(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [],
    ),
  )
  return [...packages]
    .sort()
    .map((directory) => entry(join(root, directory)))
    .join(`\n${'-'.repeat(80)}\n\n`)
}

function entry(directory) {
  const manifest = join(directory, 'package.json')
  const { name, version, license } = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {}
  const file = readdirSync(directory).find((name) => /^(licen[cs]e|copying)/i.test(name))
  const text = file ? readFileSync(join(directory, file), 'utf8') : '(no licence file in the package)\n'
  return `${name} ${version} (${license})\n\n${text}`
}

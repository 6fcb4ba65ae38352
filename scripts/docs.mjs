// Writes the generated documents. Unit tests hold each of them equal to what is rendered here.
import { writeFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const DOCUMENTS = [
  { file: 'docs/errors.md', from: 'src/errors/errors-doc.ts', render: 'renderErrorsDoc' },
  { file: 'docs/flags.md', from: 'src/argv/flags-doc.ts', render: 'renderFlagsDoc' },
  { file: 'docs/settings.md', from: 'src/settings/render-settings-docs.ts', render: 'renderSettingsDocs' },
  {
    file: 'docs/settings.schema.json',
    from: 'src/settings/render-settings-schema.ts',
    render: 'renderSettingsSchema',
  },
  { file: 'docs/rights.md', from: 'src/install/rights-doc.ts', render: 'renderRightsDoc' },
  { file: 'deploy/functions.yaml', from: 'src/install/render.ts', render: 'renderDeployment' },
]

const root = new URL('../', import.meta.url)

for (const { file, from, render } of DOCUMENTS) {
  const module = await load(from)
  await writeFile(new URL(file, root), module[render]())
  console.log(file)
}

/** Node 20 does not read TypeScript: bundled beside the packages that it imports, and imported from there. */
async function load(path) {
  const outfile = fileURLToPath(new URL(`node_modules/.cache/krmpod/${path.replaceAll('/', '-')}.mjs`, root))
  await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: [path],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
  })
  return import(pathToFileURL(outfile))
}

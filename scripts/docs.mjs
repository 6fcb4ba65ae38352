// Writes the generated documents. Unit tests hold each of them equal to what is rendered here.
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
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
]

const root = new URL('../', import.meta.url)

for (const { file, from, render } of DOCUMENTS) {
  const module = await load(from)
  await writeFile(new URL(file, root), module[render]())
  console.log(file)
}

/** Node 20 does not read TypeScript: bundled in memory, imported from there. */
async function load(path) {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}

import { readFile } from 'node:fs/promises'
import { parseYaml } from '../settings/parse-yaml.ts'
import { type ReadTemplate, readPodTemplate } from '../settings/pod-template.ts'
import { settingError } from '../settings/setting-error.ts'

interface Written {
  readonly source: string
  /** A path, or the template itself. */
  readonly value: unknown
}

/** The setting podTemplate, read and checked. */
export async function loadPodTemplate({ source, value }: Written): Promise<ReadTemplate> {
  if (typeof value !== 'string') return readPodTemplate(value, { source, key: 'podTemplate' })
  const got = async (): Promise<string> => {
    try {
      return await readFile(value, 'utf8')
    } catch (error) {
      const { code = 'an error' } = error as NodeJS.ErrnoException
      const expected = `a file that can be read (${code})`
      throw settingError({ source, key: 'podTemplate', expected, got: value })
    }
  }
  const yaml = await parseYaml(await got())
  if (yaml.kind === 'parsed') return readPodTemplate(yaml.value, { source: value, key: 'podTemplate' })
  throw settingError({ source: value, key: `line ${yaml.line}`, expected: 'YAML', got: yaml.problem })
}

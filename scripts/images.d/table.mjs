import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

/** The folder that the table's paths are relative to. */
export const FUNCTIONS = fileURLToPath(new URL('../../fixtures/functions/', import.meta.url))

/** Reads fixtures/functions/images.yaml. */
export async function readTable() {
  return parse(await readFile(`${FUNCTIONS}images.yaml`, 'utf8'))
}

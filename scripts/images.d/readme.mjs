import { readFile, writeFile } from 'node:fs/promises'
import { FUNCTIONS, readTable } from './table.mjs'

const README = `${FUNCTIONS}../README.md`
const BEGIN = '<!-- images: written by `scripts/images docs` -->'
const END = '<!-- end of images -->'

/** Writes the table of images into fixtures/README.md. */
export async function writeReadme() {
  const { images } = await readTable()
  const rows = images.map((image) => `| \`${image.name}\` | ${image.does} | ${image.for} |`)
  const table = ['| image | what it does | for |', '| --- | --- | --- |', ...rows].join('\n')
  const text = await readFile(README, 'utf8')
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`${README} has no place for the table: ${BEGIN} … ${END}`)
  await writeFile(README, `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`)
}

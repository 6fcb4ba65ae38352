import { list, push } from './push.mjs'
import { writeReadme } from './readme.mjs'

const commands = { push, list, docs: writeReadme }
const [name = 'push', ...rest] = process.argv.slice(2)
const command = commands[name]

if (!command || rest.length > 0) {
  process.stderr.write('usage: scripts/images [list | docs]\n')
  process.exitCode = 64
} else {
  await command().catch((error) => {
    process.stderr.write(`scripts/images: ${error.message}\n`)
    process.exitCode = 1
  })
}

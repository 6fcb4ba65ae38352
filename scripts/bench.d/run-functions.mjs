// One process that runs a function many times at once, and prints how long that took: COUNT INPUT WORD…
import { runFunction } from '../../dist/index.js'

const [count, input, ...argv] = process.argv.slice(2)
const start = performance.now()
const results = await Promise.all(Array.from({ length: Number(count) }, () => runFunction({ argv, input })))
const ms = performance.now() - start
const wrong = results.find(({ exitCode, stdout }) => exitCode !== 0 || stdout.toString() !== input)
if (wrong) throw new Error(`exit ${wrong.exitCode}: ${wrong.stderr}`)
console.log(JSON.stringify({ ms }))

// `node proof.mjs GOOD.json… --refused BAD.json…` fails on the first that is judged otherwise.
import { readFileSync } from 'node:fs'

import { verifies } from './lib/proof.mjs'

let wanted = true
let checked = 0
for (const argument of process.argv.slice(2)) {
  if (argument === '--refused') {
    wanted = false
    continue
  }
  if (verifies(JSON.parse(readFileSync(argument, 'utf8'))) !== wanted) {
    console.error(`${argument}: ${wanted ? 'does not verify' : 'verifies'}`)
    process.exit(1)
  }
  checked++
}
if (checked === 0) {
  console.error('usage: node proof.mjs GOOD.json… [--refused BAD.json…]')
  process.exit(2)
}
console.log(`${checked} documents judged as they should be`)

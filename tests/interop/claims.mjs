// `node claims.mjs FILE.json…` recomputes each vector and fails on the first difference; `--write`
// fills in what each expects.
import { readFileSync, writeFileSync } from 'node:fs'

import { commitment } from './lib/claims.mjs'

const expected = ({ document, issuer, seed }) => {
  try {
    return commitment(JSON.parse(document), Buffer.from(issuer, 'hex'), Buffer.from(seed, 'hex'))
  } catch (error) {
    return { refused: error.message }
  }
}

const files = process.argv.slice(2).filter((argument) => argument !== '--write')
if (files.length === 0) {
  console.error('usage: node claims.mjs [--write] FILE.json…')
  process.exit(2)
}
let checked = 0
for (const file of files) {
  const vectors = JSON.parse(readFileSync(file, 'utf8'))
  for (const vector of vectors) {
    const now = expected(vector)
    if (process.argv.includes('--write')) vector.expected = now
    else if (JSON.stringify(vector.expected) !== JSON.stringify(now)) {
      console.error(`${file}: ${vector.name}: ${JSON.stringify(now)}`)
      process.exit(1)
    }
    checked++
  }
  if (process.argv.includes('--write'))
    writeFileSync(file, `${JSON.stringify(vectors, null, 2)}\n`)
}
console.log(`${checked} commitments agree`)

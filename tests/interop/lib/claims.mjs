// An independent reading of docs/protocol.md, "Commitment": Node's own JSON and crypto, nothing of
// Avow's.
import { createHash, createHmac } from 'node:crypto'

import { canonical } from './jcs.mjs'

const sha256 = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const isLeaf = (value) =>
  value === null || typeof value !== 'object' || Object.keys(value).length === 0

const check = (key, value, inArray) => {
  if (!inArray && /^(0|[1-9][0-9]*)$/.test(key)) throw new Error('key like an index')
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new Error('inexact integer')
}

function* leaves(value, pointer) {
  if (isLeaf(value)) {
    yield [Buffer.from(pointer), Buffer.from(canonical(value))]
    return
  }
  for (const [key, member] of Object.entries(value)) {
    check(key, member, Array.isArray(value))
    yield* leaves(member, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  }
}

// RFC 6962, section 2.1, over leaf hashes: split at the largest power of two below the count.
const root = (hashes) => {
  if (hashes.length === 1) return hashes[0]
  let split = 1
  while (split * 2 < hashes.length) split *= 2
  return sha256(Buffer.from([1]), root(hashes.slice(0, split)), root(hashes.slice(split)))
}

const u16 = (n) => Buffer.from([n >> 8, n & 255])
const u32 = (n) => Buffer.concat([u16(n >>> 16), u16(n & 65535)])

export const commitment = (document, issuer, seed) => {
  const { proof, credentialStatus, ...rest } = document
  const claims = [...leaves(rest, '')].sort(([a], [b]) => Buffer.compare(a, b))
  const head = sha256(Buffer.from([0]), 'avow claims 1', issuer, u32(claims.length))
  const hashes = claims.map(([pointer, value]) => {
    const salt = createHmac('sha256', seed).update(pointer).digest().subarray(0, 16)
    return sha256(Buffer.from([0]), salt, u16(pointer.length), pointer, value)
  })
  return { claims: claims.length, commitment: root([head, ...hashes]).toString('hex') }
}

// Bytes as docs/protocol.md, "Encoding" and "Identifiers", has them: MessagePack in its one form,
// bech32m (BIP 350), RFC 6962 hashes.
import { createHash, verify } from 'node:crypto'

import { publicKey } from './proof.mjs'

export const refuse = (why) => {
  throw new Error(why)
}

export const sha256 = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export const signedBy = (key, message, signature) => {
  try {
    return verify(null, message, publicKey(key), signature)
  } catch {
    return false
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

// Reads one value and nothing after it. Binary data comes as a Buffer, a map as a Map.
export const decode = (bytes) => {
  let at = 0
  const take = (n) => {
    if (at + n > bytes.length) refuse('ends too early')
    at += n
    return bytes.subarray(at - n, at)
  }
  const long = (n, least) => {
    const value = n === 8 ? Number(take(8).readBigUInt64BE()) : take(n).readUIntBE(0, n)
    if (value < least || !Number.isSafeInteger(value)) refuse('not in its shortest form')
    return value
  }
  const text = (n) => {
    const value = utf8.decode(take(n))
    // eslint-disable-next-line no-control-regex
    return /[\x00-\x1f\x7f]/.test(value) ? refuse('a control character') : value
  }
  const array = (n, depth) => Array.from({ length: n }, () => value(depth + 1))
  const map = (n, depth) => {
    const pairs = new Map()
    let last = null
    for (let i = 0; i < n; i++) {
      const key = value(depth + 1)
      if (typeof key !== 'string') refuse('a key that is not text')
      const raw = Buffer.from(key)
      if (last !== null && Buffer.compare(last, raw) >= 0) refuse('keys out of order')
      last = raw
      pairs.set(key, value(depth + 1))
    }
    return pairs
  }
  const value = (depth) => {
    if (depth > 20) refuse('nested too deeply')
    const head = take(1)[0]
    if (head < 0x80) return head
    if (head < 0x90) return map(head & 15, depth)
    if (head < 0xa0) return array(head & 15, depth)
    if (head < 0xc0) return text(head & 31)
    switch (head) {
      case 0xc0: return null
      case 0xc2: return false
      case 0xc3: return true
      case 0xc4: return take(long(1, 0))
      case 0xc5: return take(long(2, 256))
      case 0xc6: return take(long(4, 65536))
      case 0xcc: return long(1, 128)
      case 0xcd: return long(2, 256)
      case 0xce: return long(4, 65536)
      case 0xcf: return long(8, 2 ** 32)
      case 0xd9: return text(long(1, 32))
      case 0xda: return text(long(2, 256))
      case 0xdb: return text(long(4, 65536))
      case 0xdc: return array(long(2, 16), depth)
      case 0xdd: return array(long(4, 65536), depth)
      case 0xde: return map(long(2, 16), depth)
      case 0xdf: return map(long(4, 65536), depth)
      default: return refuse('a value of an unknown type')
    }
  }
  const whole = value(0)
  return at === bytes.length ? whole : refuse('bytes left over')
}

export const u64 = (n) => {
  const out = Buffer.alloc(8)
  out.writeBigUInt64BE(BigInt(n))
  return out
}

const charset = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

const polymod = (values) => {
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
  let check = 1
  for (const value of values) {
    const top = check >>> 25
    check = ((check & 0x1ffffff) << 5) ^ value
    generator.forEach((g, i) => {
      if ((top >>> i) & 1) check ^= g
    })
  }
  return check
}

const expand = (prefix) => [
  ...[...prefix].map((c) => c.charCodeAt(0) >> 5), 0,
  ...[...prefix].map((c) => c.charCodeAt(0) & 31),
]

export const bech32m = (prefix, bytes) => {
  const bits = [...bytes].map((b) => b.toString(2).padStart(8, '0')).join('')
  const data = bits.match(/.{1,5}/g).map((five) => parseInt(five.padEnd(5, '0'), 2))
  const sum = polymod([...expand(prefix), ...data, 0, 0, 0, 0, 0, 0]) ^ 0x2bc830a3
  for (let i = 0; i < 6; i++) data.push((sum >>> (5 * (5 - i))) & 31)
  return `${prefix}1${data.map((d) => charset[d]).join('')}`
}

// The 32 bytes of an issuer id: it is one if writing them gives the text again.
export const issuerId = (text) => {
  const bits = [...text.slice(5, -6)].map((c) => charset.indexOf(c).toString(2).padStart(5, '0'))
  const bytes = Buffer.from(bits.join('').match(/.{8}/g).map((b) => parseInt(b, 2)))
  return bech32m('avow', bytes) === text ? bytes : refuse('not an issuer id')
}

// ------------------------------------------------------------------ RFC 6962, section 2.1

export const leafHash = (bytes) => sha256(Buffer.from([0]), bytes)
export const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right)

const splitOf = (size) => {
  let split = 1
  while (split * 2 < size) split *= 2
  return split
}

export const treeRoot = (leaves, from = 0, to = leaves.length) => {
  if (to === from) return sha256()
  if (to - from === 1) return leaves[from]
  const split = from + splitOf(to - from)
  return nodeHash(treeRoot(leaves, from, split), treeRoot(leaves, split, to))
}

// The root that an inclusion path leads to, and the root of the leaves before it (null for none).
export const climb = (leaf, index, size, path) => {
  if (index >= size) refuse('an index beyond the tree')
  if (size === 1) return path.length === 0 ? { root: leaf, before: null } : refuse('a long path')
  if (path.length === 0) refuse('a short path')
  const split = splitOf(size)
  const sibling = path.at(-1)
  if (index < split) {
    const { root, before } = climb(leaf, index, split, path.slice(0, -1))
    return { root: nodeHash(root, sibling), before }
  }
  const { root, before } = climb(leaf, index - split, size - split, path.slice(0, -1))
  return { root: nodeHash(sibling, root), before: before ? nodeHash(sibling, before) : sibling }
}

export const pathOf = (bin) => {
  if (bin.length % 32 !== 0) refuse('a path that is not of hashes')
  return Array.from({ length: bin.length / 32 }, (_, i) => bin.subarray(32 * i, 32 * i + 32))
}

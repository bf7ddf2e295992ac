// An independent eddsa-jcs-2022 verifier (W3C vc-di-eddsa, section 3.3): Node's own crypto, nothing
// of Avow's. Every proof of a document by that cryptosuite must verify, and there must be one.
import { createHash, createPublicKey, verify } from 'node:crypto'

import { canonical } from './jcs.mjs'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

const base58 = (text) => {
  let number = 0n
  for (const character of text) {
    const digit = alphabet.indexOf(character)
    if (digit < 0) throw new Error(`not base58: ${character}`)
    number = number * 58n + BigInt(digit)
  }
  const hex = number === 0n ? '' : number.toString(16)
  const zeros = text.match(/^1*/)[0].length
  return Buffer.concat([Buffer.alloc(zeros), Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')])
}

const multibase = (text) => {
  if (text[0] !== 'z') throw new Error('not multibase z')
  return base58(text.slice(1))
}

// did:key:z6Mk…#z6Mk…: multicodec ed 01, then the 32 bytes, here behind RFC 8410's DER header.
export const keyBytes = (method) => {
  const [, text, fragment] = /^did:key:(z6Mk\w+)#(z6Mk\w+)$/.exec(method) ?? []
  const bytes = multibase(text ?? '')
  if (text !== fragment || bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 1)
    throw new Error('not an Ed25519 did:key')
  return bytes.subarray(2)
}

export const publicKey = (bytes) => {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes])
  return createPublicKey({ key: der, format: 'der', type: 'spki' })
}

const sha256 = (text) => createHash('sha256').update(text).digest()

export const verifies = ({ proof, ...document }) => {
  const ours = [proof].flat().filter(({ cryptosuite }) => cryptosuite === 'eddsa-jcs-2022')
  return (
    ours.length > 0 &&
    ours.every(({ proofValue, ...options }) => {
      const hashes = Buffer.concat([sha256(canonical(options)), sha256(canonical(document))])
      const key = publicKey(keyBytes(options.verificationMethod))
      return verify(null, hashes, key, multibase(proofValue))
    })
  )
}

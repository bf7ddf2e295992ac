// Root chains and checkpoints by docs/protocol.md: "Root entries and epochs", "Checkpoint",
// "Freshness".
import { bech32m, decode, leafHash, refuse, sha256, signedBy, u64 } from './bytes.mjs'

export const ROOT_KINDS = [0, 1, 2, 9, 10]
const LIFE = 34300800

// The newest kinds that this reader knows end at 10; from 128 up they are inert.
export const entryOf = (bytes) => {
  const fields = decode(bytes)
  if (!Array.isArray(fields) || fields.length < 2) refuse('not an entry')
  const [kind, t] = fields
  if (!Number.isInteger(kind) || !Number.isInteger(t)) refuse('not an entry')
  const counts = [10, 7, 8, 3, 6, 6, 7, 6, 10, 6, 8]
  if (kind < counts.length && fields.length !== counts[kind]) refuse('not the fields of its kind')
  return { kind, t, fields, bytes, leaf: leafHash(bytes), newer: kind > 10 && kind < 128 }
}

export class Chain {
  entries = [] // { index, leaf, t, kind, digest, revealed }: digests in force and made good
  keys = [] // { key, use, since, until, notAfter }
  closedAt = null

  #bring(index, use, key, notAfter) {
    if (!Buffer.isBuffer(key) || key.length !== 32) refuse('not a key')
    if (this.keys.some((known) => known.key.equals(key))) refuse('a key used before')
    this.keys.push({ key, use, since: index, until: Infinity, notAfter })
  }

  #bringAll(index, t, root, digest, sign, heartbeat, notAfter) {
    if (notAfter <= t || notAfter > t + LIFE) refuse('a lifetime out of bounds')
    this.#bring(index, 'root', root, Infinity)
    this.#bring(index, 'sign', sign, notAfter)
    if (heartbeat !== null) this.#bring(index, 'heartbeat', heartbeat, notAfter)
    this.digest = digest
  }

  #retireAll(index) {
    for (const key of this.keys) if (key.until === Infinity) key.until = index
  }

  get root() {
    return this.keys.find(({ use, until }) => use === 'root' && until === Infinity)?.key
  }

  // The root signature covers the entry before, the index, the tree before, and all other fields.
  #check(index, entry, before, key) {
    const body = Buffer.from(entry.bytes.subarray(0, -66))
    body[0] -= 1
    const previous = this.entries.at(-1).leaf
    const message = Buffer.concat([Buffer.from('avow root 1\n'), previous, u64(index), before, body])
    if (!key || !signedBy(key, message, entry.fields.at(-1))) refuse('a bad root signature')
  }

  apply(index, entry, before) {
    const { kind, t, fields } = entry
    const last = this.entries.at(-1)
    if (entry.bytes.length > 1024) refuse('a root entry that is too long')
    if ((kind === 0) !== (index === 0) || !last !== (index === 0)) refuse('inception elsewhere')
    if (last && (index <= last.index || t < last.t)) refuse('root entries out of order')
    if (this.closedAt !== null && (!this.custodian || kind > 2)) refuse('after closure')
    if (kind === 0) {
      const [, , name, jurisdiction, , ...keys] = fields
      Object.assign(this, { issuer: entry.leaf, name, jurisdiction })
      this.#bringAll(0, t, ...keys)
    } else {
      this.#check(index, entry, before, kind === 2 ? fields[2] : this.root)
      this.#change(index, entry)
    }
    const revealed = kind === 2 ? sha256(fields[2]) : null
    this.entries.push({ index, leaf: entry.leaf, t, kind, digest: this.digest, revealed })
  }

  #change(index, { kind, t, fields }) {
    if (kind === 1) {
      const [, , action, use, key, notAfter] = fields
      const name = ['sign', 'heartbeat'][use] ?? refuse('an unknown use')
      if (action === 0) {
        if (notAfter <= t || notAfter > t + LIFE) refuse('a lifetime out of bounds')
        this.#bring(index, name, key, notAfter)
      } else {
        const old = this.keys.find((k) => k.key.equals(key) && k.use === name)
        if (!old || old.until !== Infinity || old.notAfter !== notAfter) refuse('no such key')
        old.until = index
      }
    } else if (kind === 2) {
      const [, , root, digest, sign, heartbeat, notAfter] = fields
      if (!sha256(root).equals(this.digest)) refuse('not the root committed to')
      this.#retireAll(index)
      this.#bringAll(index, t, root, digest, sign, heartbeat, notAfter)
    } else if (kind === 9) {
      Object.assign(this, { name: fields[2], jurisdiction: fields[3] })
    } else if (kind === 10) {
      const [, , , custodian, key, digest, notAfter] = fields
      this.#retireAll(index)
      Object.assign(this, { closedAt: index, custodian: custodian !== null })
      if (custodian !== null) {
        this.#bring(index, 'sign', key, notAfter)
        this.digest = digest
      }
    } else refuse('not a root entry')
  }

  // The key in force for a log of `size` entries; the closing checkpoint is signed by a key that
  // the closure ended.
  keyAt(key, use, size) {
    return this.keys.find((known) => {
      if (known.use !== use || !known.key.equals(key)) return false
      if (this.closedAt !== null && size === this.closedAt + 1)
        return use === 'sign' && known.until === this.closedAt
      return known.since < size && size <= known.until
    })
  }
}

export const checkpointOf = (fields) => {
  if (!Array.isArray(fields) || fields.length !== 9) refuse('not a checkpoint')
  const [issuer, epoch, opening, size, root, time, status, key, signature] = fields
  for (const hash of [issuer, opening, root, status, key])
    if (!Buffer.isBuffer(hash) || hash.length !== 32) refuse('not a hash')
  if (size < 1 || epoch > 256) refuse('an impossible checkpoint')
  return { issuer, epoch, opening, size, root, time, status, key, signature }
}

export const originOf = ({ issuer, epoch, opening }) =>
  `avow/${bech32m('avow', issuer)}/${epoch}/${opening.subarray(0, 16).toString('hex')}`

export const noteText = (c) =>
  `${originOf(c)}\n${c.size}\n${c.root.toString('base64')}\n` +
  `time ${c.time}\nstatus ${c.status.toString('base64')}\n`

// Everything but whether the log is what it says: the origin, the times, the key, the signature.
export const checkCheckpoint = (c, chain, position = chain.entries.length - 1) => {
  const opening = chain.entries[position]
  const next = chain.entries[position + 1]
  if (!opening || !c.issuer.equals(chain.issuer) || c.epoch !== position) refuse('another origin')
  if (!c.opening.equals(opening.leaf)) refuse('another origin')
  if (c.size <= opening.index || (next && c.size > next.index)) refuse('a size of another epoch')
  if (c.time < opening.t) refuse('a checkpoint before its last entry')
  const key = chain.keyAt(c.key, 'sign', c.size) ?? refuse('a key that is not authorised')
  if (c.time > key.notAfter) refuse('a checkpoint by an expired key')
  if (!signedBy(c.key, Buffer.from(noteText(c)), c.signature)) refuse('a bad signature')
}

// Every signature must be good. What is left is who counts: a heartbeat in its time, or a witness,
// whose key the log has never had.
export const checkLines = (lines, checkpoint, chain) => {
  if (!Array.isArray(lines) || lines.length > 15) refuse('too many cosignatures')
  if (new Set(lines.map(([key]) => key.toString('hex'))).size !== lines.length)
    refuse('two lines by one key')
  return lines.flatMap(([key, time, signature]) => {
    const message = `cosignature/v1\ntime ${time}\n${noteText(checkpoint)}`
    if (!signedBy(key, Buffer.from(message), signature)) refuse('a bad cosignature')
    const heartbeat = chain.keyAt(key, 'heartbeat', checkpoint.size)
    const own = chain.keys.some((known) => known.key.equals(key))
    const late = time < checkpoint.time || (heartbeat && time > heartbeat.notAfter)
    return late || (own && !heartbeat) ? [] : [{ key, time, heartbeat: Boolean(heartbeat) }]
  })
}

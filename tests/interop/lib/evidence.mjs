// Evidence by docs/protocol.md, "Evidence": checked whole, or refused.
import { climb, decode, leafHash, pathOf, refuse, sha256 } from './bytes.mjs'
import { readForks } from './forks.mjs'
import { Chain, ROOT_KINDS, checkCheckpoint, checkLines, checkpointOf, entryOf } from './log.mjs'

const REVOKED = 1
const SUPERSEDED = 3

const increasing = (numbers) => {
  numbers.forEach((n, i) => i > 0 && n <= numbers[i - 1] && refuse('out of order'))
}

const prove = (leaf, index, size, path, root) => {
  const found = climb(leaf, index, size, pathOf(path))
  if (!found.root.equals(root)) refuse('a path that leads elsewhere')
  return found.before ?? sha256()
}

const readChain = (list, checkpoint) => {
  if (list.length !== checkpoint.epoch + 1) refuse('an incomplete chain')
  const chain = new Chain()
  for (const [bytes, index, path] of list) {
    const entry = entryOf(bytes)
    chain.apply(index, entry, prove(entry.leaf, index, checkpoint.size, path, checkpoint.root))
  }
  if (!chain.issuer.equals(checkpoint.issuer)) refuse('the chain of another issuer')
  return chain
}

const readEntries = (list, checkpoint, chain) => {
  const entries = new Map()
  let last = 0
  increasing(list.map(([, index]) => index))
  for (const [bytes, index, path] of list) {
    prove(leafHash(bytes), index, checkpoint.size, path, checkpoint.root)
    const entry = entryOf(bytes)
    if (!entry.newer) {
      if (entry.t < last || entry.t > checkpoint.time) refuse('times out of order')
      last = entry.t
      if (ROOT_KINDS.includes(entry.kind) && !chain.entries.some((e) => e.index === index))
        refuse('a root entry that the chain leaves out')
    }
    entries.set(index, entry)
  }
  return entries
}

const readChunks = (list, checkpoint) => {
  const count = Math.ceil(checkpoint.size / 1024)
  increasing(list.map(([number]) => number))
  return new Map(
    list.map(([number, chunk, path]) => {
      if (chunk.length !== 256) refuse('a chunk of another length')
      prove(leafHash(chunk), number, count, path, checkpoint.status)
      return [number, chunk]
    }),
  )
}

const readFirst = (first, log) => {
  if (first === null) return null
  const [fields, signed, index, path] = first
  const checkpoint = checkpointOf(fields)
  checkCheckpoint(checkpoint, log.chain, checkpoint.epoch)
  if (checkpoint.size > log.checkpoint.size) refuse('a first witness beyond the log')
  if (checkpoint.epoch === log.checkpoint.epoch && checkpoint.time > log.checkpoint.time)
    refuse('a first witness later than the log')
  const entry = log.entries.get(index) ?? refuse('a first witness of what is not shown')
  prove(entry.leaf, index, checkpoint.size, path, checkpoint.root)
  if (signed.length === 0) refuse('a first witness without lines')
  return { index, lines: checkLines(signed, checkpoint, log.chain) }
}

const readLog = (parts) => {
  if (!Array.isArray(parts) || parts.length !== 7) refuse('not a log proof')
  const [fields, signed, chainList, entryList, chunkList, first, forks] = parts
  const checkpoint = checkpointOf(fields)
  const chain = readChain(chainList, checkpoint)
  checkCheckpoint(checkpoint, chain)
  const lines = checkLines(signed, checkpoint, chain)
  const chunks = readChunks(chunkList, checkpoint)
  const entries = readEntries(entryList, checkpoint, chain)
  const log = { checkpoint, chain, lines, chunks, entries }
  for (const [bytes, index] of chainList) entries.set(index, entryOf(bytes))
  for (const { kind, fields: f } of entries.values()) {
    const status = kind === 6 ? statusOf(log, f[2]) : undefined
    const final = kind === 6 && (f[4] === REVOKED || f[4] === SUPERSEDED)
    if (final && status !== undefined && status !== f[4] && status !== REVOKED)
      refuse('a status map that contradicts the log')
  }
  log.first = readFirst(first, log)
  readForks(forks, log, readChain)
  const all = [...entries.values()]
  log.whole = all.length === checkpoint.size && all.every(({ newer }) => !newer)
  return log
}

// Two bits for each entry; undefined where the chunk is not shown.
export const statusOf = ({ chunks }, index) => {
  const chunk = chunks.get(Math.floor(index / 1024))
  return chunk && (chunk[(index % 1024) >> 2] >> (2 * (index % 4))) & 3
}

// A map from issuer id, in hex, to its log.
export const readEvidence = (bytes) => {
  if (bytes.length > 1048576) refuse('evidence over its bound')
  const [version, logs] = decode(bytes)
  if (version !== 1 || logs.length > 64) refuse('evidence of another version')
  const read = logs.map(readLog)
  read.forEach(({ checkpoint }, i) => {
    const before = i > 0 && read[i - 1].checkpoint.issuer
    if (before && Buffer.compare(before, checkpoint.issuer) >= 0) refuse('logs out of order')
  })
  return new Map(read.map((log) => [log.checkpoint.issuer.toString('hex'), log]))
}

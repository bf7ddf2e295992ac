// A log as static files (C2SP tlog-tiles and what stands beside them), recomputed from its entries:
// tree, tiles, root chain, status map, note.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { issuerId, nodeHash, refuse, sha256, signedBy, treeRoot, leafHash } from './bytes.mjs'
import { Chain, ROOT_KINDS, checkCheckpoint, entryOf, originOf } from './log.mjs'

const numbered = (index) => {
  const last = String(index % 1000).padStart(3, '0')
  return index < 1000 ? last : `${numbered(Math.floor(index / 1000)).replace(/\d+$/, 'x$&')}/${last}`
}

const tilePath = (level, index, width) =>
  `tile/${level}/${numbered(index)}${width < 256 ? `.p/${width}` : ''}`

// The first line of the note is the origin, whose opening is completed from the chain.
const readNote = (text, [vkey, ...more]) => {
  if (more.length > 0) refuse('several verifier keys')
  const [body, lines] = text.split(/(?<=\n)\n(?=— )/)
  const form =
    /^avow\/(avow1\w+)\/(\d+)\/([0-9a-f]{32})\n(\d+)\n(\S{44})\ntime (\d+)\nstatus (\S{44})\n$/
  const [, issuer, epoch, opening, size, root, time, status] = form.exec(body) ?? refuse('no note')
  const [, name, hash, typed] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? refuse('no vkey')
  const key = Buffer.from(typed, 'base64')
  const id = sha256(`${name}\n`, key).subarray(0, 4)
  if (key[0] !== 1 || id.toString('hex') !== hash) refuse('a wrong verifier key')
  const line = lines.split('\n').find((l) => l.startsWith(`— ${name} `)) ?? refuse('not signed')
  const payload = Buffer.from(line.split(' ')[2], 'base64')
  const signature = payload.subarray(4)
  if (!payload.subarray(0, 4).equals(id)) refuse('another key id')
  if (!signedBy(key.subarray(1), Buffer.from(body), signature)) refuse('a bad note signature')
  return {
    issuer: issuerId(issuer), epoch: Number(epoch), opening: Buffer.from(opening, 'hex'),
    size: Number(size), root: Buffer.from(root, 'base64'), time: Number(time),
    status: Buffer.from(status, 'base64'), key: key.subarray(1), signature, name,
  }
}

function* bundles(folder, size) {
  for (let start = 0; start < size; start += 256) {
    const width = Math.min(256, size - start)
    const bytes = readFileSync(join(folder, tilePath('entries', start / 256, width)))
    let at = 0
    for (let i = 0; i < width; i++) {
      const length = bytes.readUInt16BE(at)
      yield bytes.subarray(at + 2, at + 2 + length)
      at += 2 + length
    }
    if (at !== bytes.length) refuse('an entry bundle with bytes left over')
  }
}

const MOVES = { 0: [1, 2, 3], 1: [], 2: [0, 1], 3: [1] }

// What a status entry may do (docs/protocol.md, "Status").
const changeStatus = (entries, index, { fields }, states) => {
  const [, , target, previous, to, , successor] = fields
  const kind = target < index ? entries[target].kind : undefined
  if (![4, 5, 7, 8].includes(kind)) refuse(`entry ${index}: a wrong target`)
  const held = states.get(target) ?? { state: 0, last: 0 }
  if (previous !== held.last) refuse(`entry ${index}: a wrong previous`)
  if (!MOVES[held.state].includes(to)) refuse(`entry ${index}: a state it cannot move to`)
  if ((to === 3 && successor === null) || (successor !== null && (successor <= target ||
      successor >= index || entries[successor].kind !== kind)))
    refuse(`entry ${index}: a wrong successor`)
  states.set(target, { state: to, last: index })
}

const checkReference = (entries, index, target, states) => {
  if (target >= index || entries[target].kind !== 4) refuse(`entry ${index}: no achievement`)
  if (states.get(target)?.state === 1) refuse(`entry ${index}: a revoked achievement`)
}

// Applies every entry; the tree grows along the way, because root entries sign it. `seen` is told
// after each.
export const apply = (all, seen = () => {}) => {
  const chain = new Chain()
  const entries = []
  const leaves = []
  const states = new Map()
  for (const bytes of all) {
    const index = entries.length
    const entry = entryOf(bytes)
    if (entry.newer) refuse(`entry ${index}: of a kind that needs a newer version`)
    if (index > 0 && entry.t < entries[index - 1].t) refuse(`entry ${index}: time goes back`)
    if (chain.closedAt !== null && (!chain.custodian || ![1, 2, 3, 6].includes(entry.kind)))
      refuse(`entry ${index}: after closure`)
    if (ROOT_KINDS.includes(entry.kind)) chain.apply(index, entry, treeRoot(leaves))
    if (entry.kind === 5) checkReference(entries, index, entry.fields[2], states)
    if (entry.kind === 6) changeStatus(entries, index, entry, states)
    entries.push({ kind: entry.kind, t: entry.t })
    leaves.push(leafHash(bytes))
    seen({ chain, leaves, states })
  }
  return { chain, entries, leaves, states }
}

const checkTiles = (folder, leaves) => {
  let level = leaves
  let files = 0
  for (let height = 0; level.length > 0; height++) {
    for (let start = 0; start < level.length; start += 256) {
      const hashes = level.slice(start, start + 256)
      const held = readFileSync(join(folder, tilePath(height, start / 256, hashes.length)))
      if (!held.equals(Buffer.concat(hashes))) refuse(`a wrong tile ${height}/${start / 256}`)
      files++
    }
    for (let i = 0; i < 8; i++) {
      const above = []
      for (let j = 0; j + 1 < level.length; j += 2) above.push(nodeHash(level[j], level[j + 1]))
      level = above
    }
  }
  return files
}

export const statusChunks = (size, states) => {
  const chunks = Array.from({ length: Math.ceil(size / 1024) }, () => Buffer.alloc(256))
  for (const [index, { state }] of states)
    chunks[Math.floor(index / 1024)][(index % 1024) >> 2] |= state << (2 * (index % 4))
  return chunks
}

const checkStatus = (folder, size, states, root) => {
  const chunks = statusChunks(size, states)
  chunks.forEach((chunk, number) => {
    const path = join(folder, 'status', numbered(number))
    const held = existsSync(path) ? readFileSync(path) : Buffer.alloc(256)
    if (!held.equals(chunk)) refuse(`a wrong status chunk ${number}`)
  })
  if (!treeRoot(chunks.map(leafHash)).equals(root)) refuse('a wrong status root')
}

export const audit = (folder) => {
  const vkeys = readFileSync(join(folder, 'vkey'), 'utf8').trimEnd().split('\n')
  const note = readNote(readFileSync(join(folder, 'checkpoint'), 'utf8'), vkeys)
  const { chain, entries, leaves, states } = apply(bundles(folder, note.size))
  const opening = chain.entries.at(-1).leaf
  if (!opening.subarray(0, 16).equals(note.opening)) refuse('another opening entry')
  const checkpoint = { ...note, opening }
  if (originOf(checkpoint) !== note.name) refuse('a verifier key of another name')
  if (entries.at(-1).t > note.time) refuse('a checkpoint before its last entry')
  checkCheckpoint(checkpoint, chain)
  if (!treeRoot(leaves).equals(note.root)) refuse('a wrong tree root')
  checkStatus(folder, note.size, states, note.status)
  const tiles = checkTiles(folder, leaves)
  return { entries: note.size, epochs: chain.entries.length, changes: states.size, tiles }
}

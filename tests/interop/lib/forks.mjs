// What evidence shows of forks, by docs/protocol.md: "Forks", and the last part of "Evidence".
import { climb, leafHash, nodeHash, pathOf, refuse } from './bytes.mjs'
import { checkCheckpoint, checkpointOf, entryOf } from './log.mjs'

const ACTIVE = 0

// Both roots that a consistency path leads to (RFC 6962, 2.1.2). Where its proof leaves the first
// node out, since whoever knows the old root knows it, here it is not left out.
const rootsOf = (before, size, path) => {
  if (path.length === 0) refuse('a short path')
  if (before === size) return path.length === 1 ? { old: path[0], now: path[0] } : refuse('a long path')
  let split = 1
  while (split * 2 < size) split *= 2
  const rest = path.slice(0, -1)
  const sibling = path.at(-1)
  if (before <= split) {
    const { old, now } = rootsOf(before, split, rest)
    return { old, now: nodeHash(now, sibling) }
  }
  const { old, now } = rootsOf(before - split, size - split, rest)
  return { old: nodeHash(sibling, old), now: nodeHash(sibling, now) }
}

const inconsistent = (first, second, path) => {
  if (first.size > second.size) return false
  if (first.size === second.size)
    return path.length === 0 && !(first.root.equals(second.root) && first.status.equals(second.status))
  if (path.length === 0) return first.time > second.time
  const { old, now } = rootsOf(first.size, second.size, path)
  return now.equals(second.root) && !old.equals(first.root)
}

const readFork = ([, first, second, bin], log) => {
  const pair = [first, second].map(checkpointOf)
  for (const checkpoint of pair) checkCheckpoint(checkpoint, log.chain)
  if (!inconsistent(...pair, pathOf(bin))) refuse('two checkpoints that fit together')
  log.forked = true
  log.forkTime = Math.max(log.forkTime, ...pair.map(({ time }) => time))
}

const readForeign = ([, fields, list], log) => {
  const other = checkpointOf(fields)
  const opening = log.chain.entries.at(-1).index
  if (!log.forked) refuse('another branch without a fork')
  checkCheckpoint(other, log.chain)
  log.forkTime = Math.max(log.forkTime, other.time)
  list.forEach(([bytes, index, path], i) => {
    const { root } = climb(leafHash(bytes), index, other.size, pathOf(path))
    const entry = entryOf(bytes)
    const [kind, , target, , state] = entry.fields
    if (!root.equals(other.root)) refuse('a path that leads elsewhere')
    if (i > 0 && index <= list[i - 1][1]) refuse('out of order')
    if (kind !== 6 || state === ACTIVE || entry.t > other.time) refuse('not what a branch may say')
    if (index <= opening || target >= opening) refuse('not of the epoch')
    log.foreign.push(entry)
  })
}

// From inception along the only child, or the only one that reveals what was committed to, until
// there is none, or no choice. How far the way goes, and whether it ends at a root fork.
const chooseChain = (chains) => {
  const same = (a, b) => a.index === b.index && a.leaf.equals(b.leaf)
  let on = chains
  for (let agreed = 1; ; agreed++) {
    const going = on.filter(({ entries }) => entries.length > agreed)
    if (going.length === 0) return { agreed, on, rootFork: false }
    const children = []
    for (const { entries } of going)
      if (!children.some((child) => same(child, entries[agreed]))) children.push(entries[agreed])
    const { digest } = going[0].entries[agreed - 1]
    const revealing = children.filter((child) =>
      going.some(({ entries }) => same(entries[agreed], child) &&
        entries.slice(agreed).some(({ revealed }) => revealed?.equals(digest))))
    const way = children.length === 1 ? children : revealing
    if (way.length !== 1) return { agreed, on, rootFork: true }
    on = going.filter(({ entries }) => same(entries[agreed], way[0]))
  }
}

export const readForks = (list, log, readChain) => {
  if (!Array.isArray(list) || list.length > 8) refuse('too many forks')
  Object.assign(log, { forked: false, forkTime: 0, foreign: [], disputedFrom: Infinity })
  const chains = [log.chain]
  for (const item of list) {
    const [form] = item
    if (item.length !== (form === 0 ? 4 : 3)) refuse('not a fork')
    if (form === 0) readFork(item, log)
    else if (form === 1) readForeign(item, log)
    else if (form === 2) {
      const other = checkpointOf(item[1])
      const chain = readChain(item[2], other)
      checkCheckpoint(other, chain)
      if (!other.issuer.equals(log.checkpoint.issuer)) refuse('the chain of another issuer')
      chains.push(chain)
    } else refuse('an unknown form')
  }
  if (chains.length === 1) return
  const { agreed, on, rootFork } = chooseChain(chains)
  if (!rootFork || !on.includes(log.chain)) refuse('chains among which there is a choice')
  log.disputedFrom = log.chain.entries[agreed - 1].index + 1
}

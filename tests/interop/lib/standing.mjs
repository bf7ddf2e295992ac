// How one record stands in its log, by docs/protocol.md, "Verdict" and "Forks": its state as of a
// moment, what ended it, whether it is in dispute, how fresh its log is, who had seen it.
import { statusOf } from './evidence.mjs'

const STATES = ['active', 'revoked', 'suspended', 'superseded']
const GRAVITY = { active: 0, suspended: 1, superseded: 2, revoked: 3 }
const VOIDS = [1, 2, 3, 5]
const AHEAD = 300
const LATER = 8
const MOVES = 16

const stateOf = ({ fields }) => STATES[fields[4]]
const voids = (move) => stateOf(move) === 'revoked' && VOIDS.includes(move.fields[5])

const seenBy = (lines, { witnesses }, now) =>
  lines.filter(({ key, time, heartbeat }) =>
    !heartbeat && time <= now + AHEAD && witnesses.some((w) => w.equals(key)))
    .map(({ time }) => time).sort((a, b) => a - b)

// When enough of the policy's witnesses had signed one checkpoint that covers the record.
export const coveredAt = (log, policy, index, now) => {
  const enough = Math.max(1, policy.minWitnesses)
  const covering = [
    ...(index < log.checkpoint.size ? [log.lines] : []),
    ...(log.first?.index === index ? [log.first.lines] : []),
  ]
  return Math.min(...covering.map((lines) => seenBy(lines, policy, now)[enough - 1] ?? Infinity))
}

export const freshness = (log, policy, now) => {
  const { checkpoint, chain, lines, forked, forkTime } = log
  const seen = seenBy(lines, policy, now)
  const beats = lines.filter((line) => line.heartbeat && line.time <= now + AHEAD)
  const times = [checkpoint.time, ...beats.map(({ time }) => time)]
  if (forked && forkTime <= now + AHEAD) times.push(forkTime)
  const time = policy.minWitnesses > 0 ? seen.at(-policy.minWitnesses) : Math.max(...times)
  const final = chain.closedAt !== null && !chain.custodian &&
    checkpoint.size === chain.closedAt + 1
  const future = checkpoint.time > now + AHEAD
  const enough = seen.length >= policy.minWitnesses
  const fresh = !future && enough && (final || now - time <= policy.maxAge)
  return { future, enough, fresh }
}

// The gravest first; of equal ones the earlier, then the lower bytes.
const byGravity = (a, b) =>
  GRAVITY[stateOf(b)] - GRAVITY[stateOf(a)] || voids(b) - voids(a) || a.t - b.t ||
  Buffer.compare(a.bytes, b.bytes)

// The record's moves that are shown, the newest first, back along `previous`; `whole` if to the
// first of them.
const movesOf = (log, target, state) => {
  const shown = [...log.entries].filter(([, e]) => e.kind === 6 && e.fields[2] === target)
  const [newest] = shown.sort(([a], [b]) => b - a)
  if (!newest || stateOf(newest[1]) !== state) return { moves: [], whole: state === 'active' }
  const moves = [{ index: newest[0], move: newest[1] }]
  for (;;) {
    const { index, move } = moves.at(-1)
    const previous = move.fields[3]
    if (previous === 0) return { moves, whole: true }
    const before = log.entries.get(previous)
    if (previous >= index || before?.kind !== 6 || before.fields[2] !== target)
      return { moves, whole: false }
    moves.push({ index: previous, move: before })
  }
}

// The move that holds as of `at`: the newest, or before a revocation the one before it. None: the
// record was active.
const holding = ([newest, before], whole, counts) => {
  if (!newest || counts(newest.move)) return newest?.move
  if (stateOf(newest.move) !== 'revoked') return undefined
  if (!before) return whole ? undefined : newest.move
  return counts(before.move) ? before.move : undefined
}

const contested = (log, target, { moves, whole }, mapped, counts) => {
  const opening = log.chain.entries.at(-1).index
  const parted = Math.min(log.forked ? opening + 1 : Infinity, log.disputedFrom)
  const all = moves.filter(({ index }) => index >= parted)
  const many = all.length > MOVES
  const here = all.slice(0, MOVES).map(({ move }) => move)
  const old = many ? [] : moves.slice(all.length)
  const held = holding(old, whole, counts)
  const foreign = log.foreign.filter(({ fields }) => fields[2] === target).sort(byGravity)
  const candidates = [
    ...[...here, ...foreign.slice(0, 1)].filter(counts),
    ...(held ? [held] : []),
    ...(many ? here.filter((move) => stateOf(move) === 'suspended') : []),
  ]
  const [gravest] = candidates.sort(byGravity)
  const said = gravest ? stateOf(gravest) : 'active'
  if (whole || many || old.length > 0 || said === 'revoked') return said
  return mapped === 'revoked' ? 'revoked' : undefined
}

// When it was first revoked or superseded, whatever the moment that is asked about.
const ending = (log, target, { moves, whole }, mapped) => {
  const all = [...moves.map(({ move }) => move), ...log.foreign.filter((e) => e.fields[2] === target)]
  const ends = all.filter((move) => ['revoked', 'superseded'].includes(stateOf(move)))
  const over = mapped === 'revoked' || mapped === 'superseded'
  const unseen = over && (moves.length === 0 || (!whole && ends.length === moves.length))
  return {
    endedAt: unseen ? 0 : Math.min(Infinity, ...ends.map(({ t }) => t)),
    isVoid: all.some(voids) || (mapped === 'revoked' && moves.length === 0),
  }
}

export const standingOf = (log, policy, index, { now, at }) => {
  const opening = log.chain.entries.at(-1).index
  const rootForked = index >= log.disputedFrom
  const forked = log.forked && index > opening && coveredAt(log, policy, index, now) === Infinity
  const base = { inLog: index < log.checkpoint.size, rootForked, forked }
  const entry = base.inLog ? log.entries.get(index) : undefined
  const mapped = entry && !entry.newer ? STATES[statusOf(log, index)] : undefined
  if (mapped === undefined) return { ...base, entry, later: [], endedAt: Infinity }
  const counts = (move) => move.t <= at || voids(move)
  const walk = movesOf(log, index, mapped)
  const parts = log.forked || log.disputedFrom !== Infinity
  const held = holding(walk.moves, walk.whole, counts)
  const plain = walk.moves.length === 0 ? mapped : held ? stateOf(held) : 'active'
  const state = parts ? contested(log, index, walk, mapped, counts) : plain
  const wanted = parts || mapped !== 'active' || at < now
  const passed = walk.moves.findIndex(({ move }) => move.t <= at)
  const later = wanted ? walk.moves.slice(0, passed < 0 ? undefined : passed).slice(0, LATER) : []
  const [foreign] = log.foreign.filter(({ fields }) => fields[2] === index).sort(byGravity)
  return {
    ...base, entry, state,
    later: [...later.map((move) => move.index), ...(foreign && foreign.t > at ? [0] : [])].slice(0, LATER),
    ...ending(log, index, walk, mapped),
  }
}

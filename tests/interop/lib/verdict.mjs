// The verdict by docs/protocol.md, "Verdict": the first row that holds.
import { statusOf } from './evidence.mjs'

const STATES = ['active', 'revoked', 'suspended', 'superseded']
const VOIDS = [1, 2, 3, 5]
const AHEAD = 300

// The state as of `at`, from the events shown: back along `previous` while they are later.
const stateAt = (log, index, at) => {
  const now = STATES[statusOf(log, index)]
  const events = [...log.entries].filter(([, e]) => e.kind === 6 && e.fields[2] === index)
  let [place, event] = events.sort(([a], [b]) => b - a)[0] ?? []
  if (now === undefined || now === 'active' || !event || STATES[event.fields[4]] !== now) return now
  let state = now
  while (event.t > at) {
    const [, , , previous, to, reason] = event.fields
    if (STATES[to] === 'revoked' && VOIDS.includes(reason)) return 'revoked'
    if (previous === 0) return 'active'
    const before = log.entries.get(previous)
    if (!before || previous >= place) return state
    const lifted = STATES[to] === 'active'
    state = STATES[before.fields[4]]
    if (lifted && state === 'suspended') state = 'active'
    place = previous
    event = before
  }
  return state
}

const freshness = (log, { witnesses, minWitnesses }, now) => {
  const lines = log.lines.filter(({ time }) => time <= now + AHEAD)
  const seen = lines
    .filter(({ key }) => witnesses.some((witness) => witness.equals(key)))
    .map(({ time }) => time)
    .sort((a, b) => b - a)
  if (minWitnesses > 0) return { enough: seen.length >= minWitnesses, time: seen[minWitnesses - 1] }
  const beats = lines.filter(({ heartbeat }) => heartbeat).map(({ time }) => time)
  return { enough: true, time: Math.max(log.checkpoint.time, ...beats) }
}

const documentRows = (log, subject, entry) => {
  if (!subject.document) return null
  if (!subject.proofGood) return ['tampered', 'proof']
  if (!log || subject.index >= log.checkpoint.size) return null
  const signer = log.chain.keyAt(subject.signer, 'sign', subject.index)
  if (!signer || (entry?.kind === 5 && entry.t > signer.notAfter)) return ['tampered', 'signer']
  if (!entry || entry.newer) return null
  if (entry.kind !== 5) return ['disputed', 'not-issue']
  const [, , , commitment, from, until] = entry.fields
  if (!commitment.equals(subject.commitment)) return ['disputed', 'entry']
  if (from !== subject.validFrom || until !== subject.validUntil) return ['disputed', 'dates']
  return null
}

const unknownRows = (log, entry, state, policy, { now, at }) => {
  if (entry?.newer) return ['unknown', 'newer']
  if (entry && entry.kind !== 5) return ['unknown', 'not-issue']
  if (!entry || state === undefined) return ['unknown', 'missing']
  if (at < entry.t) return ['unknown', 'beyond']
  if (log.checkpoint.time > now + AHEAD) return ['unknown', 'future']
  const { enough, time } = freshness(log, policy, now)
  const { closedAt, custodian } = log.chain
  const final = closedAt !== null && !custodian && log.checkpoint.size === closedAt + 1
  if (!enough) return ['unknown', 'witnesses']
  if (!final && now - time > policy.maxAge) return ['unknown', 'stale']
  return null
}

// [word, why] of `subject` { issuer, index, document, proofGood, signer, commitment, validFrom,
// validUntil } under `policy` { maxAge, minWitnesses, witnesses }.
export const judge = (logs, subject, policy, { now, at }) => {
  const log = logs.get(subject.issuer.toString('hex'))
  const entry = log?.entries.get(subject.index)
  const said = documentRows(log, subject, entry)
  if (said) return said
  if (!log) return ['unknown', 'no-data']
  if (subject.index >= log.checkpoint.size) return ['unknown', 'beyond']
  const issue = entry?.kind === 5
  const state = issue ? stateAt(log, subject.index, at) : undefined
  if (state === 'revoked') return ['revoked', 'status']
  if (issue && entry.fields[5] !== 0 && at > entry.fields[5]) return ['expired', 'period']
  if (issue && at < entry.fields[4]) return ['not-yet-valid', 'period']
  if (state === 'superseded') return ['superseded', 'status']
  const unknown = unknownRows(log, entry, state, policy, { now, at })
  if (unknown) return unknown
  return state === 'suspended' ? ['suspended', 'status'] : ['valid', 'none']
}

export const exitOf = (word) => (word === 'valid' ? 0 : word === 'unknown' ? 3 : 1)

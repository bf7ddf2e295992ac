// Who recognises an award, by docs/protocol.md, "Recognition paths": every path is tried.
import { coveredAt, freshness, standingOf } from './standing.mjs'

const MOST = 10000
const TOLD = 16
const hex = (bytes) => bytes.toString('hex')
const recognitionOf = ({ fields }) => {
  const [, , subject, , role, scope, rows, from, until] = fields
  return { subject, role, scope, rows, from, until }
}

const KEYS = ['achievements', 'depth', 'fields', 'levels', 'regions']
const NARROWING = ['fields', 'levels', 'achievements', 'regions']

const admitsRegion = (scope, region) =>
  !scope.has('regions') ||
  (region !== '' && scope.get('regions').some((r) => r === region || r === region.split('-')[0]))

const admitsField = (scope, field) =>
  !scope.has('fields') ||
  (field !== undefined && scope.get('fields').some((prefix) => field.startsWith(prefix)))

const admitsLevel = (scope, table) => {
  if (!scope.has('levels')) return true
  const [min, max] = scope.get('levels')
  const level = table.get('EQF') ?? ''
  return /^[0-9]$/.test(level) && min <= Number(level) && Number(level) <= max
}

// The level that the path comes to, or null where a scope on the way does not admit it.
const levelOf = (path, anchorScope, award) => {
  let table = new Map()
  let told = ['', '']
  if (award.framework && award.level) {
    table.set(award.framework, award.level)
    told = [award.framework, award.level]
  }
  for (const { scope, rows } of [...path].reverse()) {
    const next = new Map()
    for (const [theirs, level, own, equal] of rows)
      if (table.get(theirs) === level && !next.has(own)) next.set(own, equal)
    const [first] = next
    if (first) told = first
    table = new Map([...table, ...next])
    if (table.size > 64 || next.size > 64 || !admitsLevel(scope, table)) return null
  }
  return admitsLevel(anchorScope, table) ? told : null
}

class Search {
  paths = []
  looked = 0
  unseen = false

  constructor(logs, policy, award, times) {
    Object.assign(this, { logs, policy, award, times, read: new Set() })
  }

  get spent() {
    return this.looked > MOST
  }

  // A recognition that counts, or null.
  usable(log, index) {
    const { now, at } = this.times
    const { time, covered, field } = this.award
    const standing = standingOf(log, this.policy, index, this.times)
    if (standing.rootForked || standing.forked || standing.state === undefined) {
      this.unseen = true
      return null
    }
    const said = recognitionOf(standing.entry)
    const until = said.until !== 0 && said.until < now ? said.until : Infinity
    const ended = Math.min(until, standing.endedAt <= now ? standing.endedAt : Infinity)
    const counts = standing.entry.t <= at && !standing.isVoid && standing.state !== 'suspended' &&
      said.from <= time && (said.until === 0 || time <= said.until) &&
      (ended === Infinity || covered <= ended) &&
      [...said.scope.keys()].every((key) => KEYS.includes(key)) &&
      admitsRegion(said.scope, this.policy.region) && admitsField(said.scope, field)
    return counts ? { ...said, issuer: log.checkpoint.issuer, index } : null
  }

  complete(anchor, path) {
    const last = path.at(-1)?.scope
    if (last?.has('achievements') && !last.get('achievements').includes(this.award.achievement)) return
    const level = levelOf(path, anchor.scope, this.award)
    if (level === null) return
    const scopes = [anchor.scope, ...path.map(({ scope }) => scope)]
    const narrowed = NARROWING.filter((key) => scopes.some((scope) => scope.has(key))).length
    this.paths.push({ level, narrowed, steps: path.map(({ issuer, index }) => ({ issuer, index })) })
  }

  visit(anchor, body, remaining, path) {
    if (remaining === 0 || this.spent) return
    const log = this.logs.get(hex(body))
    if (log && !this.read.has(log)) this.looked += Math.floor(log.chain.entries.length / 8)
    this.read.add(log)
    if (!log || !freshness(log, this.policy, this.times.now).fresh) {
      this.unseen = true
      return
    }
    if (!log.whole || log.forked || log.disputedFrom !== Infinity) this.unseen = true
    const been = [body, ...path.map(({ issuer }) => issuer), this.award.issuer]
    for (const [index, entry] of [...log.entries].sort(([a], [b]) => a - b)) {
      if (entry.kind !== 8 || entry.newer || this.spent) continue
      const { subject, role } = recognitionOf(entry)
      const ours = subject.equals(this.award.issuer)
      if (!ours && (role !== 1 || remaining < 2)) continue
      this.looked++
      const step = this.usable(log, index)
      if (step === null) continue
      this.looked += Math.floor(step.rows.length / 32) + Math.floor(entry.bytes.length / 2048)
      if (ours && role === 0) this.complete(anchor, [...path, step])
      if (role !== 1 || been.some((known) => known.equals(subject))) continue
      const left = Math.min(remaining - 1, step.scope.get('depth') ?? Infinity)
      this.visit(anchor, subject, left, [...path, step])
    }
  }

  run() {
    const { policy, award } = this
    for (const anchor of policy.anchors) {
      if (!admitsRegion(anchor.scope, policy.region) || !admitsField(anchor.scope, award.field)) continue
      if (anchor.issuer.equals(award.issuer)) this.complete(anchor, [])
      else {
        const depth = Math.min(policy.maxDepth, anchor.scope.get('depth') ?? Infinity)
        this.visit(anchor, anchor.issuer, depth, [])
      }
    }
  }
}

const byLength = (a, b) => {
  let order = a.steps.length - b.steps.length || a.narrowed - b.narrowed
  a.steps.forEach((step, i) => {
    order ||= Buffer.compare(step.issuer, b.steps[i].issuer) || step.index - b.steps[i].index
  })
  return order
}

// { paths, end } of the award that `entry` at `index` of `log` is: end is 'whole', 'unseen' or
// 'budget'.
export const recognise = (logs, policy, log, index, entry, times) => {
  const [, , achievement, , from] = entry.fields
  const shown = log.entries.get(achievement)
  const details = shown?.kind === 4 ? shown.fields[5] : new Map()
  const search = new Search(logs, policy, {
    issuer: log.checkpoint.issuer, achievement, time: from,
    covered: coveredAt(log, policy, index, times.now), framework: details.get('framework'),
    level: details.get('level'), field: details.get('field'),
  }, times)
  search.run()
  const missing = search.unseen || shown?.kind !== 4
  const end = search.spent ? 'budget' : missing ? 'unseen' : 'whole'
  return { paths: search.paths.sort(byLength).slice(0, TOLD), end }
}

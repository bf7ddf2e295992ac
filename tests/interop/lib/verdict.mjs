// The verdict by docs/protocol.md, "Verdict": the first row that holds.
import { recognise } from './recognition.mjs'
import { freshness, standingOf } from './standing.mjs'

const ISSUE = 5
const PATHWAY = 7
const DEGRADED = 1
const GRANDFATHERED = 2

// What is known of one record: its log, its standing, its entry if that is a credential.
const find = (logs, { issuer, index }, policy, times) => {
  const log = logs.get(issuer.toString('hex'))
  if (!log) return {}
  const standing = standingOf(log, policy, index, times)
  const { entry } = standing
  const issue = entry && !entry.newer && entry.kind === ISSUE ? entry : undefined
  return { log, standing, entry, issue, fresh: freshness(log, policy, times.now) }
}

// The key that the document names: null if it was not in force, undefined if it cannot be told.
const signerOf = ({ log, standing }, subject) => {
  if (!log || (!standing.inLog && !log.forked) || subject.index >= log.disputedFrom) return undefined
  return log.chain.keyAt(subject.signer, 'sign', subject.index) ?? null
}

const againstEntry = ({ entry, issue }, subject) => {
  if (!subject.document || !entry || entry.newer) return null
  if (!issue) return 'not-issue'
  const [, , , commitment, from, until] = issue.fields
  if (!commitment.equals(subject.commitment)) return 'entry'
  return from !== subject.validFrom || until !== subject.validUntil ? 'dates' : null
}

const whyUnknown = (known, policy, times, stack, recognised) => {
  const { log, standing, entry, issue, fresh } = known
  if (!log) return 'no-data'
  if (!standing.inLog) return 'beyond'
  if (entry?.newer) return 'newer'
  if (entry && !issue) return 'not-issue'
  if (!issue || standing.state === undefined) return 'missing'
  if (times.at < issue.t) return 'beyond'
  if (fresh.future) return 'future'
  if (!fresh.enough) return 'witnesses'
  if (!fresh.fresh) return 'stale'
  if (stack && (!stack.told || stack.words.includes('unknown'))) return 'component'
  if (policy.require && recognised?.paths.length === 0)
    return { whole: null, unseen: 'path-unseen', budget: 'budget' }[recognised.end]
  return null
}

// Rows in their order; `datesAt` is the moment that the period is judged as of.
const decide = (known, subject, policy, times, datesAt, stack, recognised) => {
  const { log, standing, issue } = known
  const component = (word) =>
    stack?.told && stack.cascade !== DEGRADED && stack.words.includes(word) && [word, 'component']
  const state = issue && standing.state
  const signer = subject.document ? signerOf(known, subject) : undefined
  const rows = [
    () => subject.document && !subject.proofGood && ['tampered', 'proof'],
    () => signer === null && ['tampered', 'signer'],
    () => log && standing.rootForked && ['disputed', 'root-fork'],
    () => log && standing.forked && ['disputed', 'fork'],
    () => issue && signer && issue.t > signer.notAfter && ['tampered', 'signer'],
    () => againstEntry(known, subject) && ['disputed', againstEntry(known, subject)],
    () => component('disputed'),
    () => state === 'revoked' && ['revoked', 'status'],
    () => component('revoked'),
    () => issue && issue.fields[5] !== 0 && datesAt > issue.fields[5] && ['expired', 'period'],
    () => issue && datesAt < issue.fields[4] && ['not-yet-valid', 'period'],
    () => component('expired'),
    () => component('not-yet-valid'),
    () => state === 'superseded' && ['superseded', 'status'],
    () => {
      const why = whyUnknown(known, policy, times, stack, recognised)
      return why && ['unknown', why]
    },
    () => state === 'suspended' && ['suspended', 'status'],
    () => component('suspended'),
    () => policy.require && recognised?.paths.length === 0 && ['unrecognised', 'no-path'],
  ]
  for (const row of rows) {
    const said = row()
    if (said) return said
  }
  return ['valid', 'none']
}

// What the award is made of: each component by the same rows, as a bare reference.
const judgeStack = (logs, subject, award, policy, times) => {
  const { components = [], pathway } = subject
  if ((components.length === 0 && !pathway) || !award) return null
  const { standing } = pathway ? find(logs, pathway, policy, times) : {}
  const rule = standing && !standing.forked && !standing.rootForked && standing.entry
  const told = !pathway || Boolean(rule && !rule.newer && rule.kind === PATHWAY)
  const cascade = pathway && told ? rule.fields[4] : 0
  const moments = cascade === GRANDFATHERED ? { ...times, at: award.t } : times
  const plain = { ...policy, require: false }
  const words = components.map((reference) => {
    const known = find(logs, reference, plain, moments)
    return decide(known, reference, plain, moments, award.t, null, null)[0]
  })
  return { told, cascade, words }
}

// { word, why, … } of `subject` { issuer, index, document, proofGood, signer, commitment, validFrom,
// validUntil, components, pathway } under `policy`.
export const judge = (logs, subject, policy, times) => {
  const known = find(logs, subject, policy, times)
  const { log, standing, issue } = known
  const stack = judgeStack(logs, subject, issue, policy, times)
  const recognised = !issue ? null
    : policy.anchors.length === 0 ? { paths: [], end: 'whole' }
      : recognise(logs, policy, log, subject.index, issue, times)
  const [word, why] = decide(known, subject, policy, times, times.at, stack, recognised)
  const fork = log && log.disputedFrom !== Infinity ? 'root-fork' : log?.forked ? 'fork' : 'none'
  const degraded = word === 'valid' && stack?.cascade === DEGRADED &&
    stack.words.some((said) => said !== 'valid' && said !== 'superseded')
  return {
    word, why, fork, degraded, components: stack?.words ?? [], later: issue ? standing.later : [],
    paths: recognised?.paths ?? [],
  }
}

export const exitOf = (word) => (word === 'valid' ? 0 : word === 'unknown' ? 3 : 1)

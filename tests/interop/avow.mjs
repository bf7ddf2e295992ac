// Avow once more, from docs/protocol.md alone: Node's own crypto, no package, no code of Avow's.
//
//   node avow.mjs verify BADGE|REFERENCE EVIDENCE [--now N] [--at N] [--max-age N]
//   node avow.mjs audit FOLDER…        what `avow log export` wrote
//   node avow.mjs replay TABLE…        tests/vectors/verdicts, as TAP
//   node avow.mjs golden LOG…          tests/vectors/log
import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { apply, audit, statusChunks } from './lib/audit.mjs'
import { decode, issuerId, leafHash, refuse, treeRoot } from './lib/bytes.mjs'
import { commitment } from './lib/claims.mjs'
import { readEvidence } from './lib/evidence.mjs'
import { keyBytes, verifies } from './lib/proof.mjs'
import { exitOf, judge } from './lib/verdict.mjs'

const seconds = (date) => (date === undefined ? 0 : Date.parse(date) / 1000)

const reference = (text) => {
  const [, issuer, index] = /^(avow1\w+)\/(\d+)$/.exec(text) ?? []
  return { issuer: issuerId(issuer), index: Number(index) }
}

const safely = (check) => {
  try {
    return check()
  } catch {
    return false
  }
}

// What is judged of a badge: where it says it is registered, and what its claims commit to.
const subjectOf = (argument) => {
  if (!existsSync(argument)) return reference(argument)
  const document = JSON.parse(readFileSync(argument, 'utf8'))
  const status = document.credentialStatus.find(({ type }) => type === 'urn:avow:RegistryEntry')
  const [place, seed] = status.id.replace(/^avow:/, '').split('#')
  const subject = reference(place)
  const claims = commitment(document, subject.issuer, Buffer.from(seed, 'base64url'))
  const { verificationMethod } = [document.proof].flat()[0]
  return {
    ...subject,
    document: true,
    proofGood: safely(() => verifies(document)),
    signer: keyBytes(verificationMethod),
    commitment: Buffer.from(claims.commitment, 'hex'),
    validFrom: seconds(document.validFrom),
    validUntil: seconds(document.validUntil),
  }
}

const policyOf = (bytes) => {
  const [region, maxAge, maxDepth, require, minWitnesses, anchors, witnesses] = decode(bytes)
  return {
    region, maxAge, maxDepth, require: require === 1, minWitnesses,
    anchors: anchors.map(([, issuer, scope]) => ({ issuer, scope })),
    witnesses: witnesses.map(([, key]) => key),
  }
}

const verify = ([argument, evidence], options) => {
  const now = Number(options.now ?? Math.floor(Date.now() / 1000))
  const policy = {
    region: '', maxAge: Number(options['max-age'] ?? 86400), maxDepth: 4, require: false,
    minWitnesses: 0, anchors: [], witnesses: [],
  }
  const logs = readEvidence(readFileSync(evidence))
  const times = { now, at: Number(options.at ?? now) }
  const { word, why } = judge(logs, subjectOf(argument), policy, times)
  console.log(`${word} ${why}`)
  return exitOf(word)
}

const replayed = (row, { evidence, policies }) => {
  const hex = (text) => text && Buffer.from(text, 'hex')
  const place = ({ issuer, index }) => ({ issuer: hex(issuer), index })
  const { subject: s } = row
  const subject = {
    ...place(s), document: s.document, proofGood: s.proof_good, signer: hex(s.signer),
    commitment: hex(s.commitment), validFrom: s.valid_from, validUntil: s.valid_until,
    components: s.components?.map(place), pathway: s.pathway && place(s.pathway),
  }
  const policy = policyOf(Buffer.from(policies[row.policy], 'base64'))
  return judge(readEvidence(Buffer.from(evidence[row.evidence], 'base64')), subject, policy, row)
}

// What the table says of a case beside its word.
const found = ({ fork, degraded, components, later, paths, level }) =>
  JSON.stringify([fork, degraded ?? false, components ?? [], later, paths ?? [], level ?? ''])

const told = (verdict) =>
  found({
    ...verdict, level: verdict.paths[0]?.level.join(' '),
    paths: verdict.paths.map(({ steps }) =>
      steps.map(({ issuer, index }) => ({ issuer: issuer.toString('hex'), index }))),
  })

// A bit flipped in every byte: none may be accepted.
const flipped = (evidence) =>
  evidence.every((text) => {
    const bytes = Buffer.from(text, 'base64')
    return [...bytes.keys()].every((i) => {
      const changed = Buffer.from(bytes)
      changed[i] ^= 1 << i % 8
      return !safely(() => readEvidence(changed))
    })
  })

const replay = (files) => {
  let number = 0
  let status = 0
  const say = (good, name) => {
    if (!good) status = 1
    console.log(`${good ? 'ok' : 'not ok'} ${++number} - ${name}`)
  }
  for (const file of files) {
    const table = JSON.parse(readFileSync(file, 'utf8'))
    for (const row of table.cases) {
      const verdict = replayed(row, table)
      const { word, why } = verdict
      say(word === row.word && why === row.why, `${row.name}: ${word} (${why})`)
      if (found(row) !== told(verdict)) say(false, `${row.name}: ${found(row)}, not ${told(verdict)}`)
    }
    const forked = ['fork', 'root-fork'].map((fork) => table.cases.find((row) => row.fork === fork))
    const some = [0, 1, ...forked.filter(Boolean).map(({ evidence }) => evidence)]
    say(flipped(some.map((i) => table.evidence[i])), 'evidence with a bit flipped is refused')
  }
  console.log(`1..${number}`)
  return status
}

// After each size that the file names: origin, roots, and the keys in force.
const golden = (file) => {
  const log = JSON.parse(readFileSync(file, 'utf8'))
  const sizes = new Map(log.sizes.map((size) => [size.size, size]))
  apply(log.entries.map((hex) => Buffer.from(hex, 'hex')), ({ chain, leaves, states }) => {
    const want = sizes.get(leaves.length)
    if (!want) return
    const keys = want.keys.filter(({ key, kind }) =>
      kind === 'root' ? chain.root?.toString('hex') === key
                      : chain.keyAt(Buffer.from(key, 'hex'), kind, want.size))
    const status = treeRoot(statusChunks(want.size, states).map(leafHash))
    const last = chain.entries.at(-1)
    const same = chain.entries.length === want.epoch + 1 && keys.length === want.keys.length &&
      last.leaf.equals(Buffer.from(want.opening, 'hex')) &&
      treeRoot(leaves).equals(Buffer.from(want.root, 'hex')) &&
      status.equals(Buffer.from(want.status_root, 'hex'))
    if (!same) refuse(`${file}: another log at size ${want.size}`)
    sizes.delete(want.size)
  })
  if (sizes.size > 0) refuse(`${file}: sizes beyond the log`)
  return `${log.entries.length} entries, ${log.sizes.length} sizes agree`
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { now: { type: 'string' }, at: { type: 'string' }, 'max-age': { type: 'string' } },
})
const [command, ...rest] = positionals
if (command === 'verify' && rest.length === 2) process.exitCode = verify(rest, values)
else if (command === 'audit' && rest.length > 0)
  for (const folder of rest) console.log(JSON.stringify(audit(folder)))
else if (command === 'golden' && rest.length > 0)
  for (const file of rest) console.log(golden(file))
else if (command === 'replay' && rest.length > 0) process.exitCode = replay(rest)
else {
  console.error('usage: node avow.mjs verify BADGE|REFERENCE EVIDENCE | audit FOLDER… | replay TABLE… | golden LOG…')
  process.exitCode = 2
}

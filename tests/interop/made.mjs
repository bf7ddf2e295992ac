// made.mjs ed25519|numbers COUNT: lines for tests/e2e/tools/judge.c, the same each time, by Node's
// own crypto (OpenSSL) and by JavaScript's own printing of numbers.
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
const hex = (bytes) => bytes.toString('hex') || '-'

// RFC 8410: a PKCS #8 private key is this and the seed.
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')

function* ed25519(count) {
  for (let i = 0; i < count; i++) {
    const seed = sha256('seed', String(i))
    const secret = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' })
    const key = Buffer.from(createPublicKey(secret).export({ format: 'jwk' }).x, 'base64url')
    const message = Buffer.alloc(i, sha256('message', String(i))) // one of each length
    const signature = sign(null, message, secret)
    yield `ed25519 ${hex(seed)} ${hex(key)} ${hex(message)} ${hex(signature)}`
    signature[i % 64] ^= 1 << i % 8
    yield `forged - ${hex(key)} ${hex(message)} ${hex(signature)}`
  }
}

// Each power of ten and of two, with its neighbours; then doubles of any bits.
function* doubles(count) {
  const view = new DataView(new ArrayBuffer(8))
  for (let i = -324; i <= 308; i++) yield* near(view, Number(`1e${i}`))
  for (let i = -1074; i <= 1023; i++) yield* near(view, 2 ** i)
  for (let i = 0; i < count; i++) yield sha256('double', String(i)).readDoubleBE(0)
}

function* near(view, number) {
  view.setFloat64(0, number)
  const bits = view.getBigUint64(0)
  for (const other of [bits, bits + 1n, bits - 1n]) {
    view.setBigUint64(0, BigInt.asUintN(64, other))
    yield view.getFloat64(0)
    yield -view.getFloat64(0)
  }
}

function* numbers(count) {
  const bytes = Buffer.alloc(8)
  for (const number of doubles(count)) {
    if (!Number.isFinite(number)) continue
    bytes.writeDoubleBE(number)
    yield `number ${hex(bytes)} ${JSON.stringify(number)}`
  }
}

const [, , kind, count] = process.argv
const lines = { ed25519, numbers }[kind](Number(count))
process.stdout.write([...lines].join('\n') + '\n')

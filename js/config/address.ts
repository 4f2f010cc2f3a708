// Where keys and prompts may be sent. A base URL often comes from a settings page or an environment that others can
// write: it must not turn this process into a reader of the cloud's metadata service, nor send keys in the clear by
// accident.

import type { BlockList } from 'node:net'
import { ConfigError } from '../errors.ts'
import type { Kind } from './kind.ts'
import { describe } from './untrusted.ts'

const EXPECTED = 'an https URL without credentials, query or fragment'

/** Metadata services that have a name; the rest are reached by address. */
const METADATA_NAMES = new Set(['metadata', 'metadata.google.internal', 'metadata.goog', 'instance-data'])

// biome-ignore format: rows
const METADATA = [
  ['169.254.0.0',     16,  'ipv4'], // link-local: AWS, GCP, Azure, Oracle, DigitalOcean, ECS credentials
  ['100.100.100.200', 32,  'ipv4'], // Alibaba
  ['168.63.129.16',   32,  'ipv4'], // Azure's wire server
  ['192.0.0.192',     32,  'ipv4'], // Oracle, older images
  ['fe80::',          10,  'ipv6'], // link-local
  ['fd00:ec2::',      32,  'ipv6'], // AWS over IPv6
  ['fd20:ce::254',    128, 'ipv6'], // GCP over IPv6
  ['64:ff9b::a9fe:0', 112, 'ipv6'], // 169.254.0.0/16 through NAT64
] as const

// biome-ignore format: rows
const LOOPBACK = [
  ['127.0.0.0',       8,   'ipv4'],
  ['::1',             128, 'ipv6'],
] as const

/** A base URL without the slash at its end. Whether plain http may leave this machine is asked by `requireSecure`. */
export const address: Kind<string> = {
  expected: EXPECTED,
  read(value, at) {
    if (typeof value !== 'string') throw new ConfigError(at, EXPECTED, describe(value))
    if (!URL.canParse(value))
      throw new ConfigError(at, EXPECTED, value === '' ? 'an empty string' : 'a string that is no URL')
    const url = new URL(value)
    const wrong =
      (url.protocol !== 'https:' && url.protocol !== 'http:' && 'a URL of another scheme') ||
      ((url.username || url.password) && 'a URL with credentials; use apiKey') ||
      ((url.search || url.hash || /[?#]/.test(value)) && 'a URL with a query or a fragment')
    if (wrong) throw new ConfigError(at, EXPECTED, wrong)
    if (isMetadata(url.hostname))
      throw new ConfigError(at, EXPECTED, 'the address of a cloud metadata service, which is refused')
    return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  },
}

/** Plain http is for this very machine, or for those who say that they mean it. */
export function requireSecure(url: string, insecureHttp: boolean | undefined, at: string): void {
  const { protocol, hostname, origin } = new URL(url)
  if (protocol === 'https:' || insecureHttp || isLoopback(hostname)) return
  throw new ConfigError(at, 'https, or http to this machine; insecureHttp: true allows it', origin)
}

function isMetadata(hostname: string): boolean {
  return METADATA_NAMES.has(hostname.replace(/\.+$/, '')) || isIn(METADATA, hostname)
}

function isLoopback(hostname: string): boolean {
  return /^(?:.+\.)?localhost\.?$/.test(hostname) || isIn(LOOPBACK, hostname)
}

/** Addresses come normalised by the URL parser: 0x7f.1 is 127.0.0.1 here, and IPv6 stands in brackets. */
function isIn(rows: typeof METADATA | typeof LOOPBACK, hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return blockOf(rows).check(bare, bare.includes(':') ? 'ipv6' : 'ipv4')
}

const blocks = new Map<unknown, BlockList>()

/** Made when the first address is read: `node:net` is dear to load, and many engines are given none. */
function blockOf(rows: typeof METADATA | typeof LOOPBACK): BlockList {
  let block = blocks.get(rows)
  if (block === undefined) {
    block = new (process.getBuiltinModule('node:net').BlockList)()
    for (const [address, prefix, family] of rows) block.addSubnet(address, prefix, family)
    blocks.set(rows, block)
  }
  return block
}

/**
 * Which addresses belong to the public internet. Everything else is somebody's house: this machine, its neighbours, the
 * metadata service of a cloud. From the registries of IANA for special addresses (RFC 6890).
 */

/** As networks: address and prefix length. */
const notPublic: readonly (readonly [network: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // The host of a virtual machine at Azure: it serves metadata.
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]

/** Of IPv6 only 2000::/3 is public, and of that not what tunnels, documents or embeds other addresses. */
const globalUnicast = ['2000::', 3] as const
const notPublic6: readonly (readonly [network: string, bits: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

/** True for an address on the public internet. `address` as the resolver writes it: IPv4 with dots, or IPv6. */
export function isPublicAddress(address: string): boolean {
  const four = parse4(address)
  if (four !== undefined) return !notPublic.some(([network, bits]) => isIn(four, parse4(network)!, bits, 32n))
  const six = parse6(address)
  if (six === undefined) return false
  const within = ([network, bits]: readonly [string, number]) => isIn(six, parse6(network)!, bits, 128n)
  return within(globalUnicast) && !notPublic6.some(within)
}

const isIn = (address: bigint, network: bigint, bits: number, width: bigint): boolean =>
  address >> (width - BigInt(bits)) === network >> (width - BigInt(bits))

function parse4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n)
}

/** Undefined for what is no address, and for one with a zone: that is a neighbour's. */
function parse6(text: string): bigint | undefined {
  const [head = '', tail, ...more] = text.toLowerCase().split('::')
  if (more.length > 0) return undefined
  const before = toGroups(head)
  const after = tail === undefined ? [] : toGroups(tail)
  if (before === undefined || after === undefined) return undefined
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...before, ...Array<bigint>(missing).fill(0n), ...after]
  return groups.reduce((sum, group) => (sum << 16n) | group, 0n)
}

function toGroups(text: string): bigint[] | undefined {
  if (text === '') return []
  const groups: bigint[] = []
  for (const part of text.split(':')) {
    const four = parse4(part)
    if (four !== undefined) groups.push(four >> 16n, four & 0xffffn)
    else if (/^[0-9a-f]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`))
    else return undefined
  }
  return groups
}

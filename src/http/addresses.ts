import { lookup } from 'node:dns/promises'
import { BlockList, isIPv6 } from 'node:net'

/** All addresses that the name of a host means. */
export const addressesOf = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address)

/**
 * Where clouds tell a machine who it is, and give whoever asks the keys of that machine. Networks and addresses that no
 * provider of models has.
 */
const metadata = new BlockList()
metadata.addSubnet('169.254.0.0', 16, 'ipv4')
// Those of clouds that have others.
for (const address of ['168.63.129.16', '100.100.100.200', '192.0.0.192'])
  metadata.addAddress(address, 'ipv4')
metadata.addSubnet('fe80::', 10, 'ipv6')
// The same in IPv6.
for (const address of ['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254']) metadata.addAddress(address, 'ipv6')
// All of these by way of a translation to IPv6.
metadata.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6')
for (const address of ['64:ff9b::a83f:8110', '64:ff9b::6464:64c8', '64:ff9b::c000:c0'])
  metadata.addAddress(address, 'ipv6')
metadata.addSubnet('2002:a9fe::', 32, 'ipv6')

/** `address` as the resolver or a socket writes it; also an IPv4 address within an IPv6 one. */
export const isMetadataAddress = (address: string): boolean => {
  const plain = address.replace(/^\[|\]$|%.*$/g, '')
  return metadata.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { isPublicAddress } from '../../src/translate/public-address.ts'

const PUBLIC = '93.184.215.14'

describe('addresses (H-20)', () => {
  const inside = [
    ...[
      '0.0.0.0',
      '10.0.0.1',
      '10.255.255.255',
      '100.64.0.1',
      '100.127.255.255',
      '127.0.0.1',
      '127.255.255.254',
    ],
    ...['169.254.169.254', '168.63.129.16', '172.16.0.1', '172.31.255.255', '192.0.0.192', '192.0.2.1'],
    ...['192.88.99.1', '192.168.1.1', '198.18.0.1', '198.19.255.255', '198.51.100.7', '203.0.113.9'],
    ...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '100.100.100.200'],
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:93.184.215.14', '::127.0.0.1', '::7f00:1'],
    ...['64:ff9b::7f00:1', '64:ff9b::169.254.169.254', '64:ff9b:1::1', '100::1', 'fc00::1', 'fd00:ec2::254'],
    ...[
      'fe80::1',
      'fe80::1%eth0',
      'fec0::1',
      'ff02::1',
      '2001::1',
      '2001:db8::1',
      '2002:7f00:1::',
      '3fff::1',
    ],
    ...[
      '4000::1',
      '',
      'localhost',
      '1.2.3',
      '1.2.3.4.5',
      '256.1.1.1',
      '01.2.3.4',
      '1:2:3',
      '::1::',
      'g::1',
      ':::',
    ],
  ]
  test.each(inside)('%s is not public', address => expect(isPublicAddress(address)).toBe(false))

  const outside = [
    '1.1.1.1',
    '8.8.8.8',
    PUBLIC,
    '100.63.255.255',
    '100.128.0.1',
    '172.15.255.255',
    '172.32.0.1',
  ]
  const outside6 = ['2606:4700:4700::1111', '2001:4860:4860::8888', '2a00:1450:4001:800::200e', '2003::1']
  test.each([...outside, ...outside6])('%s is public', address => expect(isPublicAddress(address)).toBe(true))

  test('no spelling of a private IPv4 address in IPv6 is public', () => {
    const private4 = fc.oneof(
      fc.tuple(fc.constantFrom(10, 127), fc.nat(255), fc.nat(255), fc.nat(255)),
      fc.tuple(fc.constant(192), fc.constant(168), fc.nat(255), fc.nat(255)),
      fc.tuple(fc.constant(169), fc.constant(254), fc.nat(255), fc.nat(255)),
    )
    const prefixes = fc.constantFrom('::ffff:', '::', '64:ff9b::', '64:ff9b:1::', '::ffff:0:', '2002:')
    fc.assert(
      fc.property(private4, prefixes, ([a, b, c, d], prefix) => {
        const [high, low] = [(a << 8) | b, (c << 8) | d].map(group => group.toString(16))
        const dotted = `${a}.${b}.${c}.${d}`
        expect(isPublicAddress(dotted)).toBe(false)
        expect(isPublicAddress(`${prefix}${high}:${low}`)).toBe(false)
        if (prefix !== '2002:') expect(isPublicAddress(prefix + dotted)).toBe(false)
      }),
      { numRuns: 5000 },
    )
  })
})

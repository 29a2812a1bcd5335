import { expect, test } from 'bun:test'
import { createLines } from '../../src/workers/lines.ts'

const bytes = new TextEncoder().encode('one\ntwo: 😀 ü\nthree\n')

test('lines are given on whole, wherever they are cut', () => {
  for (let cut = 0; cut <= bytes.length; cut++) {
    const written: string[] = []
    const lines = createLines(text => written.push(text))
    lines.add(bytes.subarray(0, cut))
    lines.add(bytes.subarray(cut))
    lines.end()
    expect(written.join('')).toBe('one\ntwo: 😀 ü\nthree\n')
    for (const text of written) expect(text).toEndWith('\n')
  }
})

test('half a line is what somebody left who was killed: it gets its end', () => {
  const written: string[] = []
  const lines = createLines(text => written.push(text))
  lines.add(bytes.subarray(0, 6))
  expect(written).toEqual(['one\n'])
  lines.end()
  expect(written).toEqual(['one\n', 'tw\n'])
})

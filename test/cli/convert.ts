import { expect } from 'bun:test'
import { parse } from 'yaml'
import { createFolder, rehearseFile, runHere } from '../config/kit.ts'

export interface Printed {
  readonly config: Record<string, unknown>
  readonly report: readonly string[]
  readonly text: string
}

/** Converts a file, and checks that a start would take what comes out. */
export async function convert(
  kind: string,
  text: string,
  env: Record<string, string> = {},
): Promise<Printed> {
  using folder = createFolder()
  const file = folder.write('theirs.yaml', text)
  const { code, out, err } = await runHere(['import', kind, file])
  expect([code, err.split('\n')[0]]).toEqual([
    0,
    err === 'Everything was converted\n' ? 'Everything was converted' : 'Not converted, or not quite:',
  ])
  const names = [...out.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name!, `http://filled-in/${name}`])
  await rehearseFile(folder.write('modelway.yaml', out), { ...Object.fromEntries(names), ...env })
  const report = err
    .split('\n')
    .slice(1, -1)
    .map(line => line.slice(2))
  return { config: (parse(out) ?? {}) as Record<string, unknown>, report, text: out }
}

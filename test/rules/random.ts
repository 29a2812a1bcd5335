import fc from 'fast-check'
import type { Row, Rules, Who } from './oracle.ts'

/** Small pools, so that names meet: ids that two providers share, ids with slashes, redirects named like models. */
const openai = ['beta', 'gamma', 'x/y', 'vllm/alpha']
const vllm = ['alpha', 'beta', 'x/y', 'openai/beta']
const real = [...openai.map(id => `openai/${id}`), ...vllm.map(id => `vllm/${id}`)]
const redirects = ['r1', 'r2', 'r3', 'r4', 'vllm/alpha', 'openai/beta', 'beta', 'x/y']
const selectors = [
  '/',
  'openai/',
  'vllm/',
  'vllm/alpha',
  'openai/beta',
  'vllm/openai/beta',
  'beta',
  'gamma',
  'x/y',
]
const paths = ['/', '/t', '/t/a', '/t/a/b', '/t-a', '/u'] as const

/** Everything that a caller of such a world may ask for. */
export const names = [...new Set([...real, ...redirects, ...openai, ...vllm, 'r5', 'vllm/', 'nobody/beta'])]

const userPaths = fc.option(fc.uniqueArray(fc.constantFrom(...paths), { minLength: 1, maxLength: 2 }), {
  nil: undefined,
})

/** Targets never lead to an earlier redirect, so that there is no circle. */
const redirectsOf = (sources: readonly string[]): fc.Arbitrary<Row[]> =>
  fc.tuple(
    ...sources.map((source, index) => {
      const later = [...real, ...redirects, ...openai].filter(name => !sources.slice(0, index).includes(name))
      return fc
        .record({
          source: fc.constant(source),
          targets: fc.uniqueArray(fc.constantFrom(...new Set(later)), { minLength: 1, maxLength: 3 }),
          user_paths: userPaths,
          enabled: fc.boolean(),
        })
        .filter(({ targets }) => targets.length > 1 || targets[0] !== source)
        .chain(({ targets, ...row }) =>
          // Where the redirect is not there, no target can be.
          fc
            .tuple(...targets.map(() => (row.user_paths ? fc.constant(undefined) : userPaths)))
            .map(scopes =>
              toRow({ ...row, targets: targets.map((model, i) => ({ model, user_paths: scopes[i] })) }),
            ),
        )
    }),
  )

const policiesOf = (sources: readonly string[]): fc.Arbitrary<Row[]> =>
  fc.tuple(
    ...sources.map(source =>
      fc
        .record({
          source: fc.constant(source),
          user_paths: userPaths,
          enabled: fc.boolean(),
          reach: fc.constantFrom('any', 'redirect'),
        })
        .map(row =>
          toRow(row.enabled && row.reach === 'any' ? { ...row, user_paths: row.user_paths ?? ['/'] } : row),
        ),
    ),
  )

type Loose = Omit<Row, 'targets' | 'user_paths' | 'reach'> & {
  targets?: readonly { readonly model: string; readonly user_paths: readonly string[] | undefined }[]
  user_paths?: readonly string[] | undefined
  reach?: string
}
/** Without the fields that say nothing. */
const toRow = (row: Loose): Row => JSON.parse(JSON.stringify(row)) as Row

const subset = (pool: readonly string[], maxLength: number) =>
  fc.uniqueArray(fc.constantFrom(...pool), { maxLength })

/** A gateway's whole configuration: lists, redirects, policies, default. */
export const world: fc.Arbitrary<Rules> = fc
  .tuple(subset(redirects, 5), subset(selectors, 4))
  .chain(([sources, scopes]) =>
    fc.record({
      lists: fc.record({
        openai: fc.subarray(openai, { minLength: 1 }),
        vllm: fc.subarray(vllm, { minLength: 1 }),
      }),
      rows: fc
        .tuple(redirectsOf(sources), policiesOf(scopes.filter(scope => !sources.includes(scope))))
        .map(([some, others]) => [...some, ...others]),
      byDefault: fc.boolean(),
    }),
  )

export const who: fc.Arbitrary<Who> = fc.oneof(
  fc.record({ path: fc.constantFrom(...paths) }),
  fc.record({ path: fc.constantFrom(...paths), models: subset([...selectors, ...redirects], 4) }),
)

import { isMap, type Values } from '../foreign.ts'
import type { TypeOf } from './types.ts'

/** What came of another gateway's configuration. */
export interface Imported {
  /** In the shape of our own config file, without what is beside it here. */
  readonly settings: Values
  readonly providers: Readonly<Record<string, ImportedProvider>>
  /** In the shape of the admin API. */
  readonly virtualModels: readonly ImportedModel[]
  /** In the shape of the config file. */
  readonly limits: readonly ImportedLimit[]
  /** Bodies of `POST /admin/keys`: what a key may do; the key itself is a new one. */
  readonly keys: readonly Values[]
  /** What did not convert, or not quite. */
  readonly report: readonly Remark[]
}

export interface Remark {
  /** As the other gateway calls it. */
  readonly what: string
  readonly why: string
}

export interface ImportedProvider {
  readonly type: string
  readonly api_key?: string
  readonly base_url?: string
  readonly models?: readonly string[]
  /** What only some vendors ask for: a region, a project, another kind of credentials. */
  readonly [setting: string]: string | readonly string[] | undefined
}

export interface ImportedTarget {
  readonly model: string
  readonly weight?: number
}

export interface ImportedModel {
  readonly source: string
  readonly target_model?: string
  readonly targets?: readonly ImportedTarget[]
  readonly strategy?: string
  readonly session_affinity?: boolean
  readonly failover?: boolean
  readonly user_paths?: readonly string[]
  readonly description?: string
  readonly enabled?: boolean
}

/** A limit in the shape of the config file. */
export interface ImportedLimit {
  readonly name: string
  readonly user_path?: string
  readonly each?: 'key'
  readonly models?: readonly string[]
  readonly per?: string
  readonly requests?: number
  readonly tokens?: number
  readonly cost_usd?: number
  readonly concurrent?: number
}

export interface Converting {
  /** The types of providers that this gateway has. */
  readonly types: ReadonlySet<string>
  /** The type that another gateway means by a name. */
  readonly typeOf: TypeOf
  readonly remark: (what: string, why: string) => void
}

/** Says of each section that has another shape than it should, so that nothing in it can be read. */
export function remarkOnShapes(
  root: unknown,
  shapes: Readonly<Record<string, 'map' | 'list'>>,
  remark: Converting['remark'],
): void {
  if (root !== null && root !== undefined && !isMap(root))
    remark('the file', 'left out: it is no map of settings')
  for (const [section, shape] of Object.entries(shapes)) {
    const value = isMap(root) ? root[section] : undefined
    const fits = shape === 'list' ? Array.isArray(value) : isMap(value)
    if (value !== undefined && value !== null && !fits) remark(section, `left out: it is no ${shape}`)
  }
}

/** Shares as whole numbers, as small as they can be: 0.5 and 1.5 are 1 and 3. */
export function toWeights(shares: readonly number[]): readonly number[] {
  const scaled = shares.map(share => Math.max(1, Math.round(share * 1000)))
  const divisor = scaled.reduce((a, b) => gcd(a, b))
  const weights = scaled.map(share => share / divisor)
  const largest = Math.max(...weights)
  return largest <= MAX_WEIGHT
    ? weights
    : weights.map(weight => Math.max(1, Math.round((weight * MAX_WEIGHT) / largest)))
}

const MAX_WEIGHT = 1000
const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/** One target is written short, several with the weights that are not 1. */
export function toTargets(
  targets: readonly ImportedTarget[],
): Pick<ImportedModel, 'target_model' | 'targets'> {
  if (targets.length === 1) return { target_model: targets[0]!.model }
  const weights = toWeights(targets.map(({ weight = 1 }) => weight))
  return {
    targets: targets.map(({ model }, index) => ({
      model,
      ...(weights[index] !== 1 && { weight: weights[index]! }),
    })),
  }
}

/** `My Vendor_2` → `my-vendor-2`. */
export const toKebabName = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')

/** The variable that would hold the key of an instance: `gpu-east` → `GPU_EAST_API_KEY`. */
export const keyVariable = (name: string): string => `${name.toUpperCase().replaceAll('-', '_')}_API_KEY`

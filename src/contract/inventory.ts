import type { Fault } from '../faults.ts'

/** What the house can tell of itself. Nothing in here is secret: it is for every plugin, and for every operator's eyes. */

/** Facts of this installation that pages and messages print. */
export interface Site {
  readonly version: string
  /** Prefix of every address, without a slash at its end. */
  readonly base: string
  /** The gateway can be reached from this machine only. */
  readonly isLoopback: boolean
  readonly isStopping: () => boolean
  /** When the last reload of the configuration failed (milliseconds since 1970); undefined where it did not. */
  readonly reloadFailedAt: () => number | undefined
  /** What the operator calls the config file; absent where there is none. */
  readonly configFile?: string
}

/** Where a setting has its value from. */
export type Origin =
  | { readonly kind: 'default' }
  /** An operator has stored it. */
  | { readonly kind: 'dashboard' }
  /** Of the command line: `--port`. */
  | { readonly kind: 'flag'; readonly name: string }
  /** `file`: `NAME_FILE` names it, and the value is what it holds. */
  | { readonly kind: 'variable'; readonly name: string; readonly file?: string }
  /** `variables`: those that the file refers to there. */
  | {
      readonly kind: 'file'
      readonly file: string
      readonly line: number
      readonly variables: readonly string[]
    }

/** How a setting is typed into a form. */
export type Input =
  | { readonly kind: 'switch' | 'time' | 'size' | 'list' | 'text' }
  | { readonly kind: 'number'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'choice'; readonly options: readonly string[] }

/** A setting as it is in effect. The value of a secret is not in it, nor of what may be one. */
export interface Setting {
  /** As the config file calls it, or, where it has no place there, the variable. */
  readonly name: string
  /** Absent for the gateway's own. */
  readonly plugin?: string
  /** What it means. */
  readonly about?: string
  /** As the config file would say it; absent where nothing is set, and where it is not shown. */
  readonly value?: unknown
  /** What the value is where nobody says anything. */
  readonly preset?: unknown
  /** Said since, but holds at the next restart only. */
  readonly pending?: unknown
  /** It has a value, be it that of the default. */
  readonly isSet: boolean
  /** Its value is not that of the default. */
  readonly isChanged: boolean
  /** It is secret, or may be: its value is not shown. */
  readonly isHidden: boolean
  readonly origin: Origin
  /** How operators type it who change it while the gateway runs; absent where they cannot. */
  readonly input?: Input
  /** The ways to set it: names of variables, the first that is set wins; the path in the file; the option of `serve`. */
  readonly variables: readonly string[]
  readonly path?: string
  readonly option?: string
}

/** A plugin, and what it does here. */
export interface Member {
  readonly name: string
  readonly about: string
  /** Where it stands in the path of a request. */
  readonly hooks: readonly string[]
  readonly needs: readonly string[]
  /** As the operator calls it in `PLUGINS`; absent for those that are part of the gateway. */
  readonly broughtAs?: string
  readonly brings: {
    readonly endpoints: readonly { readonly method: string; readonly path: string }[]
    /** Those for callers are among them where somebody lets callers in. */
    readonly pages: readonly { readonly path: string; readonly title: string }[]
    readonly dialects: readonly { readonly name: string; readonly path: string }[]
    readonly providers: readonly string[]
    /** Milliseconds between two runs of each work that repeats. */
    readonly ticks: readonly number[]
    readonly tables: readonly string[]
  }
  /** Errors that the log has told of it, since when (milliseconds since 1970). */
  readonly errors: { readonly count: number; readonly since: number; readonly last?: Fault }
}

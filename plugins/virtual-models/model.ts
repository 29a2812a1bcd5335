import type { Preset } from '../../src/contract/preset.ts'
import type { Ordering } from '../../src/exchange.ts'
import type { Awaitable, JsonObject, Route, UserPath } from '../../src/types.ts'
import type { Tone } from '../../views/badge.tsx'
import type { Authorship } from '../history/model.ts'

/** What history calls redirects and policies. */
export const KIND = 'virtual-model'

export const strategies = ['round_robin', 'cost', 'failover', 'latency'] as const
export type Strategy = (typeof strategies)[number]

/** One target of a redirect: `provider/id`, a bare id, or the name of another redirect. */
export interface RedirectTarget {
  readonly name: string
  /** Share among the others; a whole number of at least 1. */
  readonly weight: number
  /** It is there for callers inside one of these only, and comes first for them; absent means for everybody. */
  readonly userPaths?: readonly UserPath[]
}

/** Who keeps the target that it got: the calls of a session, all calls of a caller, or nobody. */
export const affinities = ['session', 'caller', 'off'] as const
export type Affinity = (typeof affinities)[number]

/** A model that gets copies of a redirect's calls. No caller sees its answers. */
export interface Mirror {
  /** `provider/id`: always the model itself, also where a redirect has its name. */
  readonly model: string
  /** Of so many calls, above 0 and up to 1. */
  readonly share: number
}

/** What the operator says of a virtual model. With targets it is a redirect; without, an access policy on `source`. */
export interface Definition {
  readonly source: string
  readonly kind: 'redirect' | 'policy'
  readonly targets: readonly RedirectTarget[]
  readonly strategy: Strategy
  readonly affinity: Affinity
  readonly failover: boolean
  /** How a redirect asks its model, whatever its callers say. */
  readonly parameters?: Preset
  readonly mirror?: Mirror
  /** Callers inside one of these; absent means everybody (redirect) or no statement about paths (policy). */
  readonly userPaths?: readonly UserPath[]
  readonly description: string
  /** `redirect`: usable only through a redirect, never called or listed directly. */
  readonly reach: 'any' | 'redirect'
  readonly enabled: boolean
}

/** A target in use. */
export interface TargetInUse extends RedirectTarget {
  /** `userPaths`, ready to be asked. */
  readonly scopes: ReadonlySet<string> | undefined
}

/** A virtual model in use. */
export interface VirtualModel extends Definition {
  readonly targets: readonly TargetInUse[]
  /** `userPaths`, ready to be asked. */
  readonly scopes: ReadonlySet<string> | undefined
  /** All user paths that it speaks of, those of its targets too. */
  readonly namedPaths: readonly UserPath[]
  /** Declared in configuration: read-only here. */
  readonly managed: boolean
  /** Where a managed one is declared, for people: `VIRTUAL_MODELS`, or the config file. */
  readonly declaredIn?: string
  /** Grows with every change; 0 for managed rows. */
  readonly version: number
  /** Milliseconds since 1970. */
  readonly updatedAt: number
}

export const toVirtualModel = (
  definition: Definition,
  facts: Pick<VirtualModel, 'managed' | 'declaredIn' | 'version' | 'updatedAt'>,
): VirtualModel => ({
  ...definition,
  ...facts,
  targets: definition.targets.map(target => ({ ...target, scopes: toScopes(target) })),
  scopes: toScopes(definition),
  namedPaths: [definition, ...definition.targets].flatMap(({ userPaths = [] }) => userPaths),
})

const toScopes = ({ userPaths }: Pick<Definition, 'userPaths'>): ReadonlySet<string> | undefined =>
  userPaths && new Set(userPaths)

/** All virtual models at one moment. Never changed: a write makes the next one. */
export interface Snapshot {
  readonly all: ReadonlyMap<string, VirtualModel>
  readonly revision: number
}

export interface TargetView {
  readonly model: string
  readonly weight: number
  /** Absent: it is there for everybody. */
  readonly user_paths?: readonly string[]
}

/** How the admin API and the dashboard show a virtual model. */
export interface VirtualModelView {
  readonly source: string
  readonly kind: 'redirect' | 'policy'
  readonly target_model?: string
  readonly targets?: readonly TargetView[]
  readonly strategy?: Strategy
  readonly affinity?: Affinity
  /** `affinity` is `session`. */
  readonly session_affinity?: boolean
  readonly failover?: boolean
  readonly parameters?: Preset
  readonly mirror?: Mirror
  readonly user_paths?: readonly string[]
  readonly description: string
  readonly reach?: 'any' | 'redirect'
  readonly enabled: boolean
  readonly managed: boolean
  /** Where a managed one can be edited: `VIRTUAL_MODELS`, or the name of the config file. */
  readonly declared_in?: string
  /** Redirect: a target is there. Policy: the selector matches something. */
  readonly valid: boolean
  /** Redirect: where it leads now. */
  readonly resolved_model?: string
  /** Policy: what the selector covers. */
  readonly scope_kind?: 'all' | 'provider' | 'model' | 'bare'
  /** A redirect with the name of a real model. */
  readonly shadows?: boolean
  readonly version: number
  readonly updated_at: string
}

/** What other plugins and the pages may ask for. */
export interface VirtualModels {
  /** Sorted by source. */
  views(): Promise<readonly VirtualModelView[]>
  /** One of them; undefined when there is none of this source. */
  view(source: string): VirtualModelView | undefined
  /** Enabled redirects with targets that no provider lists, sorted by source. */
  lost(): readonly LostTargets[]
  /** Redirects that have one of these names among their targets, sorted by source. */
  leadingTo(names: readonly string[]): readonly Pick<VirtualModelView, 'source' | 'enabled'>[]
  /** Somebody who may use a redirect, for whoever wants to show what it leads to. */
  exampleCaller(source: string): UserPath
  /** Nobody lists this name of a model; false where a list is missing, and nobody can tell. */
  isMissing(name: string): boolean
  /** What decides who may use a provider's model. */
  accessTo(provider: string, id: string): ModelAccess
  /** An entity tag of all of them: it is another one whenever `views` may be. */
  revision(): string
  /** What the operator says of one, in the shape of `PUT /admin/virtual-models`: it can be saved again. */
  stated(source: string): JsonObject | undefined
  /** Takes over at once what other gateways have stored. */
  reread(): Promise<void>
  /** Creates or replaces; `input` is the body of `PUT /admin/virtual-models`, unchecked. Throws a `Refusal` that names the field. */
  save(input: unknown, by?: Authorship): Promise<VirtualModelView>
  remove(source: string, by?: Authorship): Promise<void>
}

/** A redirect, and those of its targets that lead nowhere; its mirror counts as one. */
export interface LostTargets {
  readonly source: string
  readonly targets: readonly string[]
}

/** Who may use a model: what the most specific policy says, else the default. */
export interface ModelAccess {
  readonly policy: VirtualModelView | undefined
  /** Where no policy speaks (`MODELS_ENABLED_BY_DEFAULT`). */
  readonly isOpenByDefault: boolean
}

/** The rows themselves, for the plugin that judges by them. */
export interface VirtualModelSource {
  current(): Snapshot
  /** Whether a redirect of this name is there, on or off. */
  isRedirect(name: string): boolean
}

/** How a redirect chose among its targets. */
export interface Choice {
  readonly strategy: Strategy
  /**
   * Why that target came first. `session`, `caller`: it is where they stay. `user_path`: it names the caller's path.
   * `needs`: it has what the call needs, and the one that should have come first has not.
   */
  readonly pick: 'session' | 'caller' | 'user_path' | 'strategy' | 'needs'
}

/** Of the calls to a redirect, so many (0 to 1) begin at one of its targets. */
export interface Share {
  readonly name: string
  readonly share: number
}

/** How a redirect shares out the calls of a caller. */
export interface Shares {
  /** By weights or by order; nothing where neither decides. `targets` are those of a route that leads through the redirect. */
  sharesOf(source: string, targets: Route['targets'], userPath: UserPath): readonly Share[]
}

/** Something that the list of models shows beside the name of a virtual model. */
export interface Mark {
  readonly tone: Tone
  /** A few words. */
  readonly text: string
  /** The same for whoever wants to know more. */
  readonly title: string
}

/** For plugins that do something with virtual models. */
export interface ModelMarks {
  /** During `setup`. By source; asked whenever the list is shown. */
  addMarks(marks: () => Awaitable<ReadonlyMap<string, Mark>>): void
}

/** What of a request is looked at to find its session. */
export type SessionFacts = { readonly [K in 'request' | 'body']?: Ordering[K] | undefined }

/** A call, or what stands for it where `explain` asks. */
export type ChoiceFacts = object & { readonly request?: Request | undefined }

/** What a record says of the way that a request took. */
export interface Traces {
  /** The session that a request belongs to: what the client calls it, or a hash that was needed to route it. */
  sessionOf(x: SessionFacts): string | undefined
  /** The same, where the client itself names it. */
  sessionNamed(x: SessionFacts): string | undefined
  /** What the redirect that the client named chose, where it had a choice. */
  choiceOf(x: ChoiceFacts, route: Route | undefined): Choice | undefined
}

import type { Aim, PassageCall } from '../../src/contract/passage.ts'
import type { Provider } from '../../src/contract/provider.ts'
import type { Scoped } from '../../src/exchange.ts'
import type { Answer, JsonObject, UserPath } from '../../src/types.ts'

/** What a provider keeps for a caller. */
export type Kind = 'file' | 'batch'
/** Whose shapes it has. */
export type Language = 'openai' | 'anthropic'

/** A model that is named inside: as the caller named it, as the provider calls it, and where it stood first. */
export interface NamedModel {
  readonly asked: string
  readonly model: string
  /** `Line 3`, `requests[2]`. */
  readonly where: string
}

export interface Thing {
  readonly kind: Kind
  readonly language: Language
  readonly provider: string
  /** The provider's own id. */
  readonly id: string
  /** Where its maker stood; who stands there or above may use it. */
  readonly owner: UserPath
  /** What was checked when it was made; null where nobody looked inside. */
  readonly models: readonly NamedModel[] | null
  /** As the provider last told it. */
  readonly object: JsonObject
  /** By what it was made; not known of files, and of what earlier versions wrote down. */
  readonly made?: Made
  /** What it used was told. Where that can be seen of `object`, it is not said here. */
  readonly isBilled?: boolean
}

/** The call that made something, and its key, with what that was labelled then. */
export interface Made {
  readonly call: string
  readonly keyId: string
  readonly labels?: Readonly<Record<string, string>>
}

/** What is asked for in a list. */
export interface PageQuery {
  readonly kind: Kind
  readonly language: Language
  readonly userPath: UserPath
  readonly provider?: string
  /** Of files: what they are for. */
  readonly purpose?: string
  readonly limit: number
  /** Newest first, unless told otherwise. */
  readonly oldestFirst?: boolean
  /** Only what follows, or precedes, this one in the order of the list. */
  readonly after?: string
  readonly before?: string
}

/** Who owns what at the providers. */
export interface Book {
  /** Undefined where there is none that this path may see. */
  find(
    query: Pick<PageQuery, 'kind' | 'language' | 'userPath' | 'provider'> & { id: string },
  ): Promise<Thing | undefined>
  page(query: PageQuery): Promise<{ readonly things: readonly Thing[]; readonly hasMore: boolean }>
  /** Does nothing where it is known already. */
  add(thing: Thing): Promise<void>
  update(thing: Thing, object: JsonObject): Promise<void>
  /** It is written down that what it used was told. */
  billed(thing: Thing): Promise<void>
  remove(thing: Thing): Promise<void>
}

/** A request inside a file or a batch. */
export interface Inside {
  readonly text: string
  readonly json: JsonObject
  /** The field that holds what would be sent: `body` (OpenAI) or `params` (Anthropic). */
  readonly holder: 'body' | 'params'
}

/** A request to a model, and how it was written: hardly ever asked for. */
export interface Written {
  readonly json: JsonObject
  readonly text: () => string
}

/** Lets models through that the caller may use, and finds the one provider that has them all. */
export interface Gate {
  /** @throws Refusal (400) that says where, when the model is not open to the caller or leads elsewhere than the others. */
  take(name: string, where: string): Promise<void>
  /**
   * Lets a request through that names nothing of somebody else's. Most name nothing at all: undefined says so at once.
   *
   * @throws Refusal that says where: a file that is not the caller's (404), or what was said before (400).
   */
  look(request: Inside, where: string): Promise<void> | undefined
  /** The provider of all that was taken. */
  provider(): Provider
  /** What this provider calls the model. */
  modelOf(name: string): string
  /** Where a call leads that sends all of it, for the sake of the first that was taken: the way is part of the decision. */
  aim(): Pick<Aim, 'provider' | 'model' | 'via' | 'asked'>
  /** All that was taken, each name once. */
  models(): readonly NamedModel[]
}

/** Where the name of a model stands in the text of a request. */
export interface Place {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** What the plugin for batches shares with the one for files. */
export interface FileDesk {
  readonly book: Book
  languageOf(provider: Provider): Language
  /** `named`: the provider that the caller insists on. */
  gate(x: Scoped, named: string | undefined): Gate
  namedBy(request: Request): string | undefined
  /** Where a request inside a batch names its model: in `body` (OpenAI) or `params` (Anthropic). */
  placeOf(request: string, holder: 'body' | 'params'): Place
  /** The field by which a request to a model goes on with what was said before; undefined where it stands on its own. */
  referenceIn(request: Written): string | undefined
  /**
   * What is named must not be somebody else's. Texts may be ids; in what else is JSON, the fields that hold some are found.
   *
   * @throws Refusal (404)
   */
  checkNamed(said: readonly unknown[], x: Pick<Scoped, 'userPath'>): Promise<void>
  /** What a provider told as JSON; undefined where it told none. */
  objectIn(answer: Answer): JsonObject | undefined
  /** A list from the book, in the shape of its language. */
  list(call: PassageCall, query: Pick<PageQuery, 'kind' | 'language'>, refresh?: Refresh): Promise<Answer>
  /** One thing of the caller's, or 404. */
  find(call: PassageCall, query: Pick<PageQuery, 'kind' | 'language'>): Promise<Thing>
  /** Where a call about such a thing leads: to its model, by the names that it was made through. */
  aimAt(thing: Thing): Pick<Aim, 'provider' | 'model' | 'asked' | 'via'>
}

/** Asks for news of some things before they are shown. */
export type Refresh = (things: readonly Thing[]) => Promise<readonly Thing[]>

import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { didYouMean } from '../../src/base/nearest.ts'
import type { Setting } from '../../src/contract/inventory.ts'
import type { Restating, Stored } from '../../src/contract/restating.ts'
import { says } from '../../src/contract/settings.ts'
import type { Database } from '../../src/database/open.ts'
import { refuse } from '../../src/errors.ts'
import { check } from '../../src/request/check.ts'
import type { Authorship, Definitions, History } from '../history/model.ts'
import { whyFixed } from './fixed.ts'
import { createJudging, NOWHERE } from './judging.ts'
import { KIND, type StoredSetting } from './model.ts'
import { storedSettings } from './schema.ts'
import { readStored } from './stored.ts'

/** Longer values are none that anybody types (characters). */
const LONGEST = 10_000

export const settingInput = v.strictObject({
  value: says(
    'As the config file would say it: `5`, `"30s"`, `true`, `["one", "two"]`',
    v.pipe(
      v.unknown(),
      v.check(value => value !== undefined && value !== null, 'expected a value; DELETE takes it back'),
      v.check(value => JSON.stringify(value).length <= LONGEST, `expected at most ${LONGEST} characters`),
    ),
  ),
})

export interface SettingsStore {
  /** The setting of this name, whoever says what it is. Refuses where there is none. */
  find(name: string): Setting
  /** Why it cannot be changed; undefined where it can. */
  whyFixed(setting: Setting): string | undefined
  /** What it would be; refuses a value that it does not take. Plugins are not asked what goes together. */
  draft(name: string, value: unknown): Setting
  /** All that is stored, be it in effect or not. */
  list(): readonly StoredSetting[]
  /** What is stored under a name. */
  stored(name: string): StoredSetting | undefined
  /** Answers when a gateway with it serves. */
  save(name: string, input: unknown, by: Authorship): Promise<StoredSetting>
  /** Goes back to what holds without it, and answers when that holds. */
  remove(name: string, by: Authorship): Promise<void>
  /** Another gateway takes over where other things are stored than those with which this one was built. */
  catchUp(): Promise<void>
}

interface StoreOptions {
  readonly db: Database
  readonly history: Pick<History, 'define' | 'follows'>
  readonly settings: () => readonly Setting[]
  readonly restating: Restating | undefined
}

/** The settings that operators have stored. Another gateway is built whenever they change. */
export async function openStore({ db, history, settings, restating }: StoreOptions): Promise<SettingsStore> {
  const find = (name: string): Setting => findIn(settings(), name)
  const needed = (): Restating => restating ?? refuse('conflict', NOWHERE)
  const { judge, draft } = createJudging(needed)
  let taking: Promise<boolean> | undefined
  let isOpen = false
  const definitions: Definitions<StoredSetting> = await history.define<StoredSetting, { value: unknown }>({
    kind: KIND,
    listedAt: '/admin/settings',
    place: name => `/settings?${new URLSearchParams({ q: name })}`,
    declared: [],
    load: () => db.select().from(storedSettings),
    async read(name, input) {
      const why = whyFixed(find(name))
      if (why !== undefined) refuse('conflict', why, { param: 'name' })
      const { value } = check(settingInput, input)
      await judge({ ...holding(), [name]: value })
      return { name, value, version: 0 }
    },
    toState: ({ value }) => ({ value }),
    put: (name, { value }, version) =>
      db
        .insert(storedSettings)
        .values({ name, value, version })
        .onConflictDoUpdate({ target: storedSettings.name, set: { value, version } }),
    drop: name => [db.delete(storedSettings).where(eq(storedSettings.name, name))],
    onChange() {
      if (isOpen) taking = needed().takeOver()
    },
  })
  isOpen = true
  // A gateway that is built anew reads all of them.
  history.follows(KIND, async () => restating?.follow())

  const all = (): Stored => Object.fromEntries(definitions.list().map(({ name, value }) => [name, value]))

  /** What does not fit any more keeps nothing else from being changed. */
  const holding = (): Stored =>
    Object.fromEntries(Object.entries(all()).filter(([name]) => restating?.unfit.has(name) !== true))

  /** Makes a change, and waits until it holds. */
  const takenOver = <T>(write: () => Promise<T>): Promise<T> =>
    needed().aside(async () => {
      const done = await write()
      if ((await taking) === false)
        refuse('conflict', 'It is stored, but no gateway could be built with it: the log says why')
      return done
    })

  /** What is stored may be of a setting that is not known any more. */
  function checkStored(name: string): void {
    if (definitions.list().some(each => each.name === name)) return
    find(name)
    refuse(
      'not_found',
      `Nothing is stored for "${name}": GET /admin/settings says where its value comes from`,
      {
        param: 'name',
      },
    )
  }

  return {
    find,
    whyFixed: setting => (restating === undefined ? NOWHERE : whyFixed(setting)),
    draft(name, value) {
      const drafted = draft({ ...holding(), [name]: value })
      return drafted.find(setting => setting.name === name) ?? find(name)
    },
    list: definitions.list,
    stored: name => definitions.list().find(each => each.name === name),
    save: (name, input, by) => takenOver(() => definitions.save(name, input, by)),
    remove: (name, by) =>
      takenOver(async () => {
        checkStored(name)
        const { [name]: _, ...rest } = holding()
        await judge(rest)
        await definitions.remove(name, by)
      }),
    async catchUp() {
      if (restating === undefined || isSame(restating.stored, await readStored(db))) return
      // It comes after the gateway that is being built just now, so that cannot wait for it.
      void restating.follow()
    },
  }
}

function findIn(known: readonly Setting[], name: string): Setting {
  const found = known.find(setting => setting.name === name)
  if (found !== undefined) return found
  const names = known.map(setting => setting.name)
  return refuse('not_found', `There is no setting "${name.slice(0, 80)}"${didYouMean(name, names)}`, {
    param: 'name',
  })
}

const isSame = (one: Stored, other: Stored): boolean => spelled(one) === spelled(other)

const spelled = (stored: Stored): string =>
  JSON.stringify(Object.entries(stored).sort(([one], [other]) => (one < other ? -1 : 1)))

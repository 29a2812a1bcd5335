import type { Client } from '../client.ts'
import { mapOf, mapsOf, textOf, type Values } from '../foreign.ts'
import { FaultError, ForbiddenError } from '../world.ts'
import { clockFinding } from './clock.ts'
import { type Finding, timed } from './finding.ts'
import { listing, troubleOf } from './words.ts'

/** Asks a gateway that runs: it fetches the lists, so that they are had the way that it has them. */
export async function examineRunning(client: Client): Promise<readonly Finding[]> {
  const version = await versionOf(client)
  const [theirs, ours] = [client.clock(), Date.now()]
  return [
    {
      name: 'gateway',
      state: 'ok',
      text: `Version ${version} answers at ${client.url}`,
    },
    clockFinding(theirs, ours, 'the gateway'),
    ...(await attempt('database', () => examineDatabase(client))),
    ...(await examineProviders(client)),
    ...(await attempt('attention', () => examineConcerns(client))),
  ]
}

/** @throws FaultError where what answers is no gateway */
export async function versionOf(client: Client): Promise<string> {
  const { status, version } = mapOf(await client.call('GET', '/health'))
  if (status === 'ok' && typeof version === 'string') return version
  throw new FaultError(`What answers at ${client.url} is no gateway: name the gateway with --url`)
}

/** What the gateway refuses is a finding, too. */
async function attempt(
  name: string,
  run: () => Promise<Finding | readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return [await run()].flat()
  } catch (error) {
    if (!(error instanceof FaultError)) throw error
    return [{ name, state: 'bad', text: error.message }]
  }
}

async function examineDatabase(client: Client): Promise<Finding> {
  const { ms } = await timed(() => client.call('GET', '/admin/history?limit=1'))
  return { name: 'database', state: 'ok', text: 'It answers', ms }
}

async function examineProviders(client: Client): Promise<readonly Finding[]> {
  const found = mapsOf(await client.call('GET', '/admin/providers')).map(known => {
    const name = textOf(known.name)
    return attempt(`provider ${name}`, async () => {
      try {
        return await examineProvider(client, name)
      } catch (error) {
        if (error instanceof ForbiddenError) return asLastSeen(known, name)
        throw error
      }
    })
  })
  return (await Promise.all(found)).flat()
}

/** Who only reads may have no list fetched: what the gateway found when it last did counts. */
function asLastSeen(known: Values, name: string): Finding {
  const finding = toFinding(known, name)
  return { ...finding, text: `${finding.text}, as the gateway last saw it` }
}

async function examineProvider(client: Client, name: string): Promise<Finding> {
  const path = `/admin/providers/refresh?${new URLSearchParams({ provider: name })}`
  const { value, ms } = await timed(() => client.call('POST', path))
  return { ...toFinding(mapsOf(value).find(status => status.name === name) ?? {}, name), ms }
}

function toFinding({ error, models, state, base_url: baseUrl }: Values, provider: string): Finding {
  const name = `provider ${provider}`
  if (error === undefined) {
    const isListed = state === 'fresh'
    const text = isListed ? listing(Number(models)) : 'It has no list to ask for'
    return { name, state: 'ok', text }
  }
  return { name, state: 'bad', ...troubleOf(textOf(error), { baseUrl: textOf(baseUrl) }) }
}

/** What else needs attention; that lists cannot be had is told by the providers. */
async function examineConcerns(client: Client): Promise<readonly Finding[]> {
  const { standing } = mapOf(await client.call('GET', '/admin/notices'))
  return mapsOf(standing)
    .filter(({ key }) => !textOf(key).startsWith('list:'))
    .map(
      ({ key, tone, text }): Finding => ({
        name: textOf(key),
        state: tone === 'bad' ? 'bad' : 'note',
        text: textOf(text),
      }),
    )
}

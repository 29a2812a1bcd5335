import { ConfigError } from '../../errors.ts'
import { type Client, connect, plain, urlOption } from '../client.ts'
import { command } from '../command.ts'
import { Exit, exits, FaultError, type World } from '../world.ts'
import { examineAtRest } from './at-rest.ts'
import type { Finding } from './finding.ts'
import { examineRunning, versionOf } from './running.ts'

/** `modelway doctor`: what is wrong, and how to mend it. Asks the gateway that runs; where none does, looks at what a start would find. */
export const doctorCommand = (world: World) =>
  command({
    name: 'doctor',
    about: 'Examine the gateway, its database and its providers; say how to mend what is wrong',
    args: urlOption,
    async run({ url, json }) {
      const findings = await examine(world, url)
      const isWell = findings.every(({ state }) => state !== 'bad')
      world.out(
        json
          ? `${JSON.stringify({ ok: isWell, findings })}\n`
          : `${findings.map(toLines).join('')}\n${sum(findings)}\n`,
      )
      if (isWell) return
      const isMisconfigured = findings.some(({ name, state }) => name === 'configuration' && state === 'bad')
      throw new Exit(isMisconfigured ? exits.configuration : exits.fault)
    },
  })

async function examine(world: World, url: string | undefined): Promise<readonly Finding[]> {
  // Whoever names a gateway means that one.
  if (url !== undefined) return examineNamed(world, url)
  const client = await findRunning(world)
  if (client !== undefined) return examineRunning(client)
  const text = 'None answers here: this is what a start would find'
  return [{ name: 'gateway', state: 'note', text }, ...(await examineAtRest(world))]
}

async function examineNamed(world: World, url: string): Promise<readonly Finding[]> {
  try {
    return await examineRunning(await connect(world, url))
  } catch (error) {
    if (!(error instanceof FaultError)) throw error
    return [{ name: 'gateway', state: 'bad', text: error.message }]
  }
}

/** The gateway that the configuration speaks of; undefined where none answers, or nobody can say where it would. */
async function findRunning(world: World): Promise<Client | undefined> {
  try {
    const client = await connect(world, undefined)
    await versionOf(client)
    return client
  } catch (error) {
    if (error instanceof FaultError || error instanceof ConfigError) return undefined
    throw error
  }
}

const words = { ok: 'ok  ', note: 'note', bad: 'BAD ' } as const

function toLines({ name, state, text, mend, ms }: Finding): string {
  const line = `${words[state]}  ${name}: ${text}${ms === undefined ? '' : ` (${ms} ms)`}`
  return [line, ...(mend === undefined ? [] : [`      ${mend}`])].map(line => `${plain(line)}\n`).join('')
}

function sum(findings: readonly Finding[]): string {
  const bad = findings.filter(({ state }) => state === 'bad').length
  return bad === 0 ? 'Nothing is wrong' : bad === 1 ? 'One thing is wrong' : `${bad} things are wrong`
}

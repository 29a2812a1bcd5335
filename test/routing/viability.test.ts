import { describe, expect, test } from 'bun:test'
import { askTimes, EAST, type Fleet, startFleet, tally, VLLM, WEST } from './fleet.ts'

const at = (path: string) => ({ 'x-modelway-user-path': path })
const ask = async (fleet: Fleet, model: string, path = '/') => {
  const { status, code, served } = await fleet.ask(model, {}, at(path))
  return [status, code ?? served]
}

describe('R6', () => {
  test('R6 drops a target that its provider does not list', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('half', ['openai-east/none', 'nobody', WEST])
    expect(tally(await askTimes(fleet, 4, 'half'))).toEqual({ [WEST]: 4 })
    expect(tally(fleet.calls)).toEqual({ [WEST]: 4 })
  })

  test('R6 keeps a target whose provider could not tell what it lists', async () => {
    await using fleet = await startFleet({ lists: { vllm: ['m'] } })
    fleet.mocks.vllm!.setModels({ plan: { status: 500 } })
    await using blind = await startFleet({ env: { SGLANG_BASE_URL: fleet.mocks.vllm!.url } })
    await blind.redirect('open', ['sglang/anything'])
    expect((await blind.ask('open')).served).toBe('sglang/anything')
  })

  test('R6 drops a target that a policy closes to the caller, and keeps it for others', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('team', [EAST, WEST], { strategy: 'failover' })
    await fleet.put({ source: EAST, user_paths: ['/vip'] })
    expect(await ask(fleet, 'team', '/guest')).toEqual([200, WEST])
    expect(await ask(fleet, 'team', '/vip/a')).toEqual([200, EAST])
    expect(fleet.calls).toEqual([WEST, EAST])
  })

  test('R6 never tries a denied target, not even when all others fail', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('team', [EAST, WEST, VLLM])
    await fleet.put({ source: VLLM, enabled: false })
    fleet.plan('openai-east', { status: 500 })
    fleet.plan('openai-west', { status: 500 })
    expect((await ask(fleet, 'team'))[0]).toBeGreaterThanOrEqual(500)
    expect(fleet.calls).toEqual([EAST, WEST])
  })

  test('R6 answers 403 only when access alone leaves nothing, and 404 when nothing was ever there', async () => {
    await using fleet = await startFleet()
    await fleet.put({ source: EAST, enabled: false })
    await fleet.put({ source: 'vllm/', user_paths: ['/vip'] })
    await fleet.redirect('denied', [EAST, VLLM])
    await fleet.redirect('denied-or-missing', ['openai-west/none', EAST])
    await fleet.redirect('missing', ['openai-west/none', 'nobody'])
    await fleet.redirect('one-left', ['openai-west/none', EAST, WEST])
    expect(await ask(fleet, 'denied', '/guest')).toEqual([403, 'model_access_denied'])
    expect(await ask(fleet, 'denied', '/vip')).toEqual([200, VLLM])
    expect(await ask(fleet, 'denied-or-missing')).toEqual([403, 'model_access_denied'])
    expect(await ask(fleet, 'missing')).toEqual([404, 'model_not_found'])
    expect(await ask(fleet, 'one-left')).toEqual([200, WEST])
    expect(fleet.calls).toEqual([VLLM, WEST])
  })

  test('R6 and P7 name only what the caller asked for', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('inner', [EAST])
    await fleet.redirect('outer', ['inner', 'openai-west/none'])
    await fleet.put({ source: EAST, enabled: false })
    const { body, headers } = await fleet.ask('outer')
    expect(JSON.stringify(body) + JSON.stringify([...headers])).not.toMatch(/inner|east|west|none/)
    expect(body.error.message).toContain('outer')
  })

  test('R6 a key that is limited to other models makes a target of a redirect not viable', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('team', [EAST, WEST], { strategy: 'failover' })
    const limited = { name: 'limited', allowed_models: ['openai-west/'] }
    const { body } = await fleet.test.admin('POST', '/admin/keys', limited)
    const { served } = await fleet.ask('team', {}, { authorization: `Bearer ${body.key}` })
    expect(served).toBe(WEST)
    const named = await fleet.test.admin('POST', '/admin/keys', { name: 'named', allowed_models: ['team'] })
    expect((await fleet.ask('team', {}, { authorization: `Bearer ${named.body.key}` })).served).toBe(EAST)
  })
})

describe('R5', () => {
  test('R5 takes a leg that is out of the caller’s scope out of the turns', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('ours', [EAST], { user_paths: ['/team'] })
    await fleet.redirect('outer', [{ model: 'ours', weight: 5 }, { model: WEST, weight: 1 }, VLLM])
    const served = async (path: string) => {
      const all = []
      for (let i = 0; i < 7; i++) all.push((await fleet.ask('outer', {}, at(path))).served)
      return tally(all)
    }
    expect(await served('/team/a')).toEqual({ [EAST]: 5, [WEST]: 1, [VLLM]: 1 })
    const guests = await served('/guest')
    expect(guests[EAST]).toBeUndefined()
    expect(Math.abs(guests[WEST]! - guests[VLLM]!)).toBe(1)
  })

  test('R5 does not fail over into a leg that is out of scope', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('ours', [WEST], { user_paths: ['/team'] })
    await fleet.redirect('outer', [EAST, 'ours'], { strategy: 'failover' })
    fleet.plan('openai-east', { status: 500 })
    expect((await ask(fleet, 'outer', '/guest'))[0]).toBe(502)
    expect(fleet.calls).toEqual([EAST])
    expect(await ask(fleet, 'outer', '/team')).toEqual([200, WEST])
  })

  test('R5 flattens legs in declared order for the failover chain, each redirect keeping its own failover', async () => {
    const lists = { 'openai-east': ['m'], 'openai-west': ['m', 'n'], vllm: ['m'] }
    await using fleet = await startFleet({ lists })
    await fleet.redirect('pair', [WEST, 'openai-west/n'], { strategy: 'failover', failover: false })
    await fleet.redirect('outer', [EAST, 'pair', VLLM], { strategy: 'failover' })
    for (const name of ['openai-east', 'openai-west', 'vllm']) fleet.plan(name, { status: 500 })
    await fleet.ask('outer')
    expect(fleet.calls).toEqual([EAST, WEST, VLLM])
  })
})

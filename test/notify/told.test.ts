import { describe, expect, test } from 'bun:test'
import { eventually, isSigned, saidTo, startNotifying, startReceiver } from './kit.ts'

describe('a concern', () => {
  test.concurrent('is told when it has stood for a while, signed, and again when it is over', async () => {
    await using receiver = startReceiver()
    await using gateway = await startNotifying({
      NOTIFY_URLS: receiver.url,
      NOTIFY_NAME: 'production',
      NOTIFY_DASHBOARD_URL: 'https://models.example.com/dashboard/',
    })
    const began = Date.now()
    await gateway.lose('half')
    await eventually(() => receiver.heard.length > 0, 'the beginning')
    expect(Date.now() - began).toBeGreaterThanOrEqual(1000)
    const [first] = receiver.heard
    expect(first!.body).toEqual({
      type: 'concern.began',
      id: first!.headers.get('webhook-id'),
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      tone: 'bad',
      key: 'lost:half',
      text: '“half” leads to “demo/gone”, which no provider lists.',
      url: 'https://models.example.com/dashboard/models/detail?name=half',
      gateway: 'production',
    })
    await gateway.mend('half')
    await eventually(() => receiver.heard.length > 1, 'the end')
    expect(saidTo(receiver)).toEqual(['concern.began lost:half', 'concern.ended lost:half'])
    expect(receiver.heard[1]!.body.text).toMatch(/^Over after .*: “half” leads to/)
    expect(receiver.heard.every(heard => isSigned(heard))).toBe(true)
    expect(isSigned({ ...first!, text: first!.text.replace('half', 'all') })).toBe(false)
  })

  test.concurrent('that ends and begins again meanwhile is one, and one that is over at once is none', async () => {
    await using receiver = startReceiver()
    await using gateway = await startNotifying({ NOTIFY_URLS: receiver.url })
    await gateway.lose('flaps')
    await eventually(() => receiver.heard.length > 0, 'the beginning')
    await gateway.mend('flaps')
    await Bun.sleep(500)
    await gateway.lose('flaps')
    await gateway.lose('blinks')
    await Bun.sleep(400)
    await gateway.mend('blinks')
    // Longer than an end, or another beginning, would take.
    await Bun.sleep(2000)
    expect(saidTo(receiver)).toEqual(['concern.began lost:flaps'])
  })

  test.concurrent('that gets worse is told again', async () => {
    await using receiver = startReceiver()
    await using gateway = await startNotifying({ NOTIFY_URLS: receiver.url })
    await gateway.test.admin('PUT', '/admin/limits/few', { per: 'day', requests: 5 })
    const call = () =>
      gateway.test.chat({ model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] })
    for (let i = 0; i < 4; i++) await call()
    await eventually(() => receiver.heard.length > 0, 'the limit that is nearly reached')
    expect(receiver.heard[0]!.body).toMatchObject({ tone: 'amber', key: 'limit:few' })
    await call()
    await eventually(() => receiver.heard.length > 1, 'the limit that is reached')
    expect(receiver.heard[1]!.body).toMatchObject({
      type: 'concern.began',
      tone: 'bad',
      text: expect.stringMatching(/^The limit “few” is reached; it is free again in/),
    })
    expect(receiver.heard[1]!.body.id).not.toBe(receiver.heard[0]!.body.id)
  })

  test('among many is counted, not told one by one', async () => {
    await using receiver = startReceiver()
    await using gateway = await startNotifying({ NOTIFY_URLS: receiver.url, VIRTUAL_MODELS: many(50) })
    await eventually(() => receiver.heard.length > 0, 'the notice')
    await Bun.sleep(600)
    expect(receiver.heard.length).toBe(1)
    const { key, keys, text, tone } = receiver.heard[0]!.body
    expect({ key, tone, keys: keys.length }).toEqual({ key: 'many', tone: 'bad', keys: 50 })
    expect(text).toMatch(/^50 things need attention\. “lost-\d+” leads to .* And 47 more\.$/)
    expect(gateway.test.logs.filter(({ level }) => level === 'error')).toEqual([])
  })
})

const many = (count: number): string =>
  JSON.stringify(
    Array.from({ length: count }, (_, i) => ({ source: `lost-${i}`, target_model: 'demo/gone' })),
  )

test.concurrent('a clock that is set back keeps nobody from hearing of a beginning, and of its end', async () => {
  await using receiver = startReceiver()
  await using gateway = await startNotifying({ NOTIFY_URLS: receiver.url })
  gateway.clock.ahead = 86_400_000
  await gateway.lose('early')
  const standing = async () => (await gateway.test.admin('GET', '/admin/notices')).body.standing
  await eventually(async () => typeof (await standing())[0]?.since === 'string', 'a first look')
  gateway.clock.ahead = 0
  await eventually(() => receiver.heard.length === 1, 'the beginning')
  await gateway.mend('early')
  await eventually(() => receiver.heard.length === 2, 'the end')
  expect(saidTo(receiver)).toEqual(['concern.began lost:early', 'concern.ended lost:early'])
  expect(await standing()).toEqual([])
})

describe.concurrent('a hook', () => {
  test('of Slack gets a text in which no name is a link or calls a room', async () => {
    await using receiver = startReceiver('/api/webhooks/1/token/slack')
    await using gateway = await startNotifying({ NOTIFY_URLS: receiver.url, NOTIFY_SECRET: '' })
    const { body: key } = await gateway.test.admin('POST', '/admin/keys', {
      name: '<!channel> & @here <https://evil.example|click> ![x](//evil.example)',
      expires_at: new Date(Date.now() + 86_400_000).toISOString(),
    })
    expect(key.key).toBeString()
    await eventually(() => receiver.heard.length > 0, 'the notice')
    expect(receiver.heard[0]!.headers.get('webhook-signature')).toBeNull()
    const { text, ...more } = receiver.heard[0]!.body
    expect(more).toEqual({})
    expect(text).toStartWith(
      '🟠 *modelway*: The key “&lt;!channel&gt; &amp; @\u200bhere &lt;https:\u200b//evil',
    )
    expect(text).not.toMatch(/[<>]|:\/\/|\]\(/)
    expect(text).not.toContain(key.key)
  })
})

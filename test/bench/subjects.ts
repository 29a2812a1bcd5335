import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import type { Launch } from './process.ts'

const root = join(import.meta.dir, '../..')
// The very program that runs this file, and nothing from an .env that lies about.
const bun = [process.execPath, '--no-env-file']

export const MASTER_KEY = 'mk-bench-0123456789abcdef0123456789abcdef'
const CHAT = '/v1/chat/completions'

export function launchMock(dir: string, models = 0): Launch & { readonly base: string } {
  const port = freePort()
  const base = `http://127.0.0.1:${port}/v1`
  return {
    name: 'mock alone',
    command: [...bun, join(root, 'test/mock/serve.ts')],
    cwd: root,
    // Eight deltas leave in one write: one by one, the mock provider itself would be what is measured.
    env: { PORT: String(port), TOKENS: '64', BURST: '8', KEEP: '0', MODEL_COUNT: String(models) },
    log: join(dir, 'mock.log'),
    target: { url: base + CHAT.slice(3), headers: {}, model: 'mock-model' },
    base,
  }
}

export function launchBare(dir: string, upstream: string): Launch {
  const port = freePort()
  return {
    name: 'bare proxy',
    command: [...bun, join(root, 'test/bench/bare.ts')],
    cwd: root,
    env: { PORT: String(port), UPSTREAM: upstream, BUN_CONFIG_MAX_HTTP_REQUESTS: '16384' },
    log: join(dir, 'bare.log'),
    target: {
      url: `http://127.0.0.1:${port}${CHAT}`,
      headers: {},
      model: 'smarter',
    },
  }
}

/** The gateway with keys, a redirect and a policy switched on. */
export function launchGateway(
  dir: string,
  upstream: string,
  name = 'gateway',
): Launch & { readonly origin: string } {
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  const models = [
    { source: 'smarter', target_model: 'vllm/mock-model' },
    { source: 'vllm/mock-model', user_paths: ['/'] },
  ]
  return {
    name,
    command: [...bun, join(root, 'src/main.ts')],
    cwd: root,
    env: {
      BUN_CONFIG_MAX_HTTP_REQUESTS: '16384',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: `file:${join(dir, `${name}.db`)}`,
      MODELWAY_MASTER_KEY: MASTER_KEY,
      VLLM_BASE_URL: upstream,
      VIRTUAL_MODELS: JSON.stringify(models),
      LOG_FORMAT: 'json',
    },
    log: join(dir, `${name}.log`),
    target: {
      url: origin + CHAT,
      headers: { authorization: `Bearer ${MASTER_KEY}` },
      model: 'smarter',
    },
    origin,
  }
}

const PORTKEY = {
  private: true,
  dependencies: { '@portkey-ai/gateway': '1.15.2' },
  // Streams fail with "immutable" headers on later versions: Portkey-AI/gateway#1389.
  overrides: { '@hono/node-server': '1.14.1' },
}
// It would listen on every address of the machine and has no setting for that.
const LOOPBACK = `data:text/javascript,${encodeURIComponent(
  `import { Server } from 'node:net'; const { listen } = Server.prototype;
  Server.prototype.listen = function (port, ...rest) {
    return listen.call(this, port, '127.0.0.1', ...rest.filter(arg => typeof arg === 'function'))
  }`,
)}`

/** A peer from npm, installed outside of the project; a sentence where that does not work. */
export async function launchPortkey(dir: string, upstream: string, store: string): Promise<Launch | string> {
  if (Bun.which('node') === null || Bun.which('npm') === null) return 'node or npm is not installed'
  const script = join(store, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  if (!existsSync(script)) {
    await Bun.write(join(store, 'package.json'), JSON.stringify(PORTKEY))
    const npm = ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund']
    const install = Bun.spawnSync(npm, { cwd: store, timeout: 120_000 })
    if (!install.success) return `npm could not install it: ${install.stderr.toString().trim()}`
  }
  const port = freePort()
  return {
    name: 'portkey',
    command: ['node', '--import', LOOPBACK, script, `--port=${port}`, '--headless'],
    cwd: store,
    env: { NODE_ENV: 'production' },
    log: join(dir, 'portkey.log'),
    target: {
      url: `http://127.0.0.1:${port}${CHAT}`,
      headers: {
        authorization: 'Bearer provider-key',
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': upstream,
      },
      model: 'mock-model',
    },
  }
}

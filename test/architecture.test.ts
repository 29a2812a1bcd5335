import { describe, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize, relative } from 'node:path'
import { providers } from '../plugins/providers/index.ts'

/** The rules of the house, so that a stranger can rely on them and nobody has to remember them. */

interface Import {
  readonly file: string
  readonly from: string
  readonly isType: boolean
}

const root = join(import.meta.dir, '..')
const files = [...new Bun.Glob('{src,plugins,views}/**/*.{ts,tsx}').scanSync(root)].sort()
const texts = new Map(
  await Promise.all(files.map(async file => [file, await Bun.file(join(root, file)).text()] as const)),
)
const IMPORT =
  /^(?:import|export)\s+(type\s)?[^'"]*?\bfrom\s+['"](.+?)['"]|^import\s+['"](.+?)['"]|\bimport\(\s*['"](.+?)['"]/gm

const imports = files.flatMap(file =>
  [...texts.get(file)!.matchAll(IMPORT)].map((match): Import => {
    const spec = match[2] ?? match[3] ?? match[4]!
    const from = spec.startsWith('.') ? normalize(join(dirname(file), spec)) : spec
    return { file, from, isType: match[1] !== undefined }
  }),
)

/** The plugin that a file belongs to; vendors and dialects share a folder. */
const plugin = (file: string): string =>
  /^plugins\/((?:providers|dialects)\/[^/.]+|[^/.]+)/.exec(file)?.[1]?.replace(/^dialects\//, '') ?? ''

/** The folder of that plugin. */
const folder = (file: string): string => /^plugins\/(?:(?:providers|dialects)\/)?[^/.]+/.exec(file)?.[0] ?? ''

/** What models of one maker do, whichever vendor serves them. */
const isFamily = (file: string): boolean => file.startsWith('plugins/families/')

const breaches = (rule: (edge: Import) => boolean) =>
  imports.filter(rule).map(({ file, from }) => `${file} → ${from}`)
const mentions = (pattern: RegExp, allowed: RegExp) =>
  files.filter(file => !allowed.test(file) && pattern.test(withoutComments(texts.get(file)!)))
const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, '')
const nowhere = /^$/

/** Ways that lead back to where they began. */
function circles(edges: readonly Pick<Import, 'file' | 'from'>[]): string[] {
  const next = Map.groupBy(edges, ({ file }) => file)
  const done = new Set<string>()
  const found: string[] = []
  const walk = (at: string, path: readonly string[]): void => {
    if (path.includes(at)) return void found.push([...path.slice(path.indexOf(at)), at].join(' → '))
    if (done.has(at)) return
    for (const { from } of next.get(at) ?? []) walk(from, [...path, at])
    done.add(at)
  }
  for (const at of next.keys()) walk(at, [])
  return found
}

describe('rooms', () => {
  test('types.ts imports nothing', () => expect(breaches(({ file }) => file === 'src/types.ts')).toEqual([]))

  test('src knows neither plugins nor views; main.ts puts them together', () =>
    expect(
      breaches(
        ({ file, from }) => /^src\//.test(file) && file !== 'src/main.ts' && /^(plugins|views)\//.test(from),
      ),
    ).toEqual([]))

  test('views know views and types', () =>
    expect(
      breaches(
        ({ file, from, isType }) =>
          /^views\//.test(file) &&
          /^(src|plugins)\//.test(from) &&
          !(isType && /^src\/(types|contract\/page)\.ts$/.test(from)),
      ),
    ).toEqual([]))

  test('a plugin meets another only through types, and only one that it needs', () =>
    expect(
      breaches(({ file, from, isType }) => {
        if (
          !/^plugins\//.test(file) ||
          !/^plugins\//.test(from) ||
          file === 'plugins/index.ts' ||
          file === 'plugins/providers/index.ts' ||
          isFamily(from)
        )
          return false
        const [own, other] = [plugin(file), plugin(from)]
        return own !== other && !(isType && texts.get(`${folder(file)}/index.ts`)?.includes(`'${other}'`))
      }),
    ).toEqual([]))

  test('what is known of a family of models is no plugin, and needs none', () => {
    expect(files.some(isFamily)).toBe(true)
    expect(breaches(({ file, from }) => isFamily(file) && !/^(src\/|@ai-sdk\/provider$)/.test(from))).toEqual(
      [],
    )
    expect(
      files.filter(file => isFamily(file) && /definePlugin|modelProvider/.test(texts.get(file)!)),
    ).toEqual([])
  })

  test('no two rooms of src need each other', () => {
    const roomOf = (file: string) => /^src\/([^/]+)\//.exec(file)?.[1] ?? ''
    const doors = imports
      .filter(({ isType }) => !isType)
      .map(({ file, from }) => ({ file: roomOf(file), from: roomOf(from) }))
      .filter(({ file, from }) => file !== '' && from !== '' && file !== from)
    expect(doors.length).toBeGreaterThan(10)
    expect(circles(doors)).toEqual([])
  })

  test('base/ knows nothing of gateways', () =>
    expect(
      breaches(
        ({ file, from }) =>
          /^src\/base\//.test(file) && /^(src|plugins|views)\//.test(from) && !/^src\/base\//.test(from),
      ),
    ).toEqual([]))

  test('http/ knows nothing of the house but refusals and what base/ has', () =>
    expect(
      breaches(
        ({ file, from }) =>
          /^src\/http\//.test(file) &&
          /^src\//.test(from) &&
          !/^src\/(http\/|base\/|(errors|types)\.ts$)/.test(from),
      ),
    ).toEqual([]))

  test('no vendor and no family of models is named in src', async () => {
    const families = files.flatMap(file => /^plugins\/families\/([^/]+?)\.ts$/.exec(file)?.[1] ?? [])
    const vendors = [...providers.map(({ name }) => name), ...families]
    expect(vendors.length).toBeGreaterThan(80)
    // Names of languages that the whole field speaks (src/vendors/openai-compatible.ts), of a number, and of a gateway whose
    // settings can be imported.
    const words = ['openai', 'anthropic', 'compatible', 'infinity', 'litellm']
    const names = new RegExp(`\\b(${vendors.filter(name => !words.includes(name)).join('|')})\\b`, 'i')
    expect(mentions(names, /^(plugins|views)\/|openai-compatible/)).toEqual([])
  })
})

describe('doors', () => {
  test('Elysia stays at the door', () =>
    expect(
      breaches(
        ({ file, from, isType }) =>
          /^(elysia|@elysiajs)/.test(from) && !isType && !/^src\/door\/(routes|reference)\.ts$/.test(file),
      ),
    ).toEqual([]))

  test('only egress.ts fetches, and the client of the database', () =>
    expect(
      mentions(/(?<![.\w])fetch\((?!request)/, /^src\/(upstream\/egress|database\/server)\.ts$/),
    ).toEqual([]))

  test('only egress.ts opens WebSockets', () => {
    expect(mentions(/new WebSocket\(/, /^src\/http\/dial\.ts$/)).toEqual([])
    const dialling = breaches(({ from, isType }) => from === 'src/http/dial.ts' && !isType)
    expect(dialling).toEqual(['src/upstream/egress.ts → src/http/dial.ts'])
  })

  test('only config/environment.ts reads the environment; start.ts hands it on', () =>
    expect(mentions(/process\.env|Bun\.env/, /^src\/(config\/environment|start)\.ts$/)).toEqual([]))

  test("the runtime's own APIs stay at the rim", () =>
    expect(
      mentions(
        /\bBun\.|\bBuffer\b|from 'bun/,
        /^src\/(main|start|base\/runtime|process\/listen|workers\/process|loading\/strangers|http\/\w+)\.ts$/,
      ),
    ).toEqual([]))

  test('Node built-ins stay at the rim', () =>
    expect(
      breaches(
        ({ file, from }) =>
          from.startsWith('node:') &&
          !/^(src\/(database\/open|base\/spool|start|loading\/strangers|http\/addresses)\.ts|views\/(assets|reference)\.ts)$/.test(
            file,
          ),
      ),
    ).toEqual([]))

  test('local imports say .ts', () =>
    expect(
      breaches(({ from }) => /^(src|plugins|views)\//.test(from) && !/\.(tsx?|json|js|css|svg)$/.test(from)),
    ).toEqual([]))
})

describe('habits', () => {
  test('no value import goes in a circle', () =>
    expect(circles(imports.filter(({ from, isType }) => texts.has(from) && !isType))).toEqual([]))

  test('no any, no ts-ignore, no enum, no namespace', () =>
    expect(
      mentions(
        /:\s*any\b|\bas any\b|<any>|@ts-ignore|@ts-expect-error|^\s*(export )?(const )?enum |^\s*namespace /m,
        nowhere,
      ),
    ).toEqual([]))

  test('names are drawn by views/name.tsx, which shows what nobody can see; a script fills in those of the playground', () =>
    expect(mentions(/<bdi\b/, /^(views\/name|plugins\/playground\/page\/panel)\.tsx$/)).toEqual([]))

  test('no file is longer than 250 lines', () =>
    expect(files.filter(file => texts.get(file)!.split('\n').length > 251)).toEqual([]))

  test('every plugin is named after its file or folder', async () => {
    const entries = files.filter(
      file =>
        /^plugins\/(?:(?:providers|dialects)\/)?(?:[^/]+\.ts|[^/]+\/index\.ts)$/.test(file) &&
        !/^plugins\/(?:providers\/)?index\.ts$/.test(file) &&
        // Plain vendors stand together in lists.
        !/^export const \w+: readonly Plugin\[\]/m.test(texts.get(file)!),
    )
    expect(entries.length).toBeGreaterThan(10)
    for (const file of entries) {
      const { default: declared } = (await import(join(root, file))) as { default: { name: string } }
      expect(`${file}: ${declared.name}`).toBe(`${file}: ${plugin(file).replace('providers/', '')}`)
    }
  })

  test('every plugin folder of ours explains itself in at most a page', async () => {
    const folders = [...new Bun.Glob('plugins/*/index.ts').scanSync(root)]
      .map(dirname)
      .filter(folder => folder !== 'plugins/providers')
    for (const folder of folders) {
      const readme = Bun.file(join(root, folder, 'README.md'))
      expect(`${folder}: ${(await readme.exists()) ? 'has a README.md' : 'has none'}`).toBe(
        `${folder}: has a README.md`,
      )
      expect((await readme.text()).split('\n').length).toBeLessThan(80)
    }
  })

  test('every dependency is pinned to one version', async () => {
    const { dependencies, devDependencies } = (await Bun.file(join(root, 'package.json')).json()) as Record<
      string,
      Record<string, string>
    >
    expect(
      Object.entries({ ...dependencies, ...devDependencies }).filter(
        ([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version),
      ),
    ).toEqual([])
  })

  test('the migrations are those of the tables', () => {
    const copy = mkdtempSync(join(tmpdir(), 'modelway-drizzle-'))
    cpSync(join(root, 'drizzle'), copy, { recursive: true })
    const before = readdirSync(copy)
    const command = [
      'x',
      'drizzle-kit',
      'generate',
      '--dialect',
      'sqlite',
      '--schema',
      './plugins/*/schema.ts',
      '--out',
      relative(root, copy),
    ]
    const run = Bun.spawnSync([process.execPath, ...command], { cwd: root })
    expect(run.exitCode).toBe(0)
    expect(readdirSync(copy)).toEqual(before)
    rmSync(copy, { recursive: true })
  })
})

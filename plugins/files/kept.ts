import { refuse } from '../../src/errors.ts'
import { isOnTheNet } from '../families/gemini-files.ts'

/** What most bodies have none of is found out at once. */
const WORDS = ['achedContent', 'ached_content', 'ileData', 'ile_data'] as const
const STRING = '"((?:[^"\\\\]|\\\\.)*)"'
/** By these fields Google's languages name a prompt in a cache, and files; no other spelling is read there. */
const CACHED = new RegExp(`"(cachedContent|cached_content)"\\s*:\\s*${STRING}`, 'g')
const FILE = new RegExp(`"(fileUri|file_uri)"\\s*:\\s*${STRING}`, 'g')
/** Elsewhere a tool may call an argument as it likes. */
const HAS_FILES = /"(?:fileData|file_data)"\s*:\s*\{/
/** A letter in disguise, which no honest writer escapes; what only looks like one stands behind a backslash. */
const ESCAPED = /\\\\|\\u00([4-7][\da-f])/gi
const IS_ESCAPED = /\\u00[4-7]/

/**
 * What Google keeps for an account can be put there by operators only, and would be read by way of a prompt: also what
 * lies in buckets that the account may read. What is open on the net is for everybody.
 *
 * @param where begins what is said: of which line, of many
 * @throws Refusal (404), as for what is not there.
 */
export function checkKept(text: string, where = ''): void {
  const isEscaped = text.includes('\\u00') && IS_ESCAPED.test(text)
  if (!isEscaped && !WORDS.some(word => text.includes(word))) return
  const plain = isEscaped ? unescaped(text) : text
  const refuseIf = (named: RegExp, isKept: (value: string) => boolean) => {
    for (const [, param = '', written] of plain.matchAll(named)) {
      const value = String(JSON.parse(`"${written}"`))
      if (isKept(value))
        refuse('not_found', `${where}There is no "${value.slice(0, 100)}" that you may use`, { param })
    }
  }
  refuseIf(CACHED, value => value.includes('cachedContents/'))
  if (HAS_FILES.test(plain)) refuseIf(FILE, value => value !== '' && !isOnTheNet(value))
}

const unescaped = (text: string): string =>
  text.replace(ESCAPED, (written, code: string | undefined) => {
    const letter = code === undefined ? '' : String.fromCharCode(Number.parseInt(code, 16))
    return /\w/.test(letter) ? letter : written
  })

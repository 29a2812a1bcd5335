/** Headers that hold what proves somebody's identity, by any name that people give them. */
const secretHeader =
  /auth|cookie|key|token|secret|passw|session|signature|credential|jwt|bearer|x-amz-security|x-forwarded-client-cert/i
/** Fields whose value is a secret, whatever it looks like. `max_tokens` is none. */
const secretField =
  /^(?:x[-_])?(?:api[-_]?key|apikey|authorization|auth[-_]?token|password|passwd|passphrase|secret|(?:client|aws)[-_]?secret(?:[-_]?access[-_]?key)?|secret[-_]?(?:access[-_]?)?key|access[-_]?(?:key|token)|refresh[-_]?token|id[-_]?token|session[-_]?token|bearer[-_]?token|private[-_]?key|credentials?|cookie)$/i
/** The same with somebody's name before it: `dbPassword`, `GITHUB_TOKEN`. */
const ownSecretField =
  /(?:passw(?:or)?d|passphrase|secret|[-_]api[-_]?key)$|^(?-i:[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_)*(?:TOKEN|KEY|PASS|CREDENTIALS))$/i

const MASK = '[redacted]'

/** Forms of keys and tokens that are known by their look. Each also matches one whose end is missing. */
const secrets: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\beyJ[\w-]{10,}(?:\.[\w-]*){0,4}/g,
  /\b(?:sk|rk|pk|mw|gsk|xai|pplx|hf|r8|npm|csk|fw|nvapi|tgp|dop|shp(?:at|ss)|glpat|whsec)[-_][\w-]{16,}/g,
  /\bgh[pousr]_\w{16,}|\bgithub_pat_\w{16,}/g,
  /\bxox[a-z]-[\w-]{10,}/g,
  /\bA(?:KIA|SIA|GPA|IDA|ROA)[A-Z0-9]{12,}/g,
  /\bAIza[\w-]{20,}|\bya29\.[\w-]{16,}/g,
  /\b(?:[Bb]earer|[Bb]asic|BEARER|BASIC)\s{1,3}(?=[\w.~+/=-]*[\dA-Z=])[\w.~+/=-]{12,}/g,
  /(?<=:\/\/)[^\s/:@]{1,256}:[^\s/@]{1,256}(?=@)/g,
]
/**
 * A secret that is called so, in a text: whatever stands before the name (`DB_PASSWORD`), and also where the text is JSON
 * within a text. Gaps are bounded: a long one must not cost time.
 */
const named =
  /((?:api[-_]?key|passw(?:or)?d|passphrase|client[-_]?secret|secret[-_]?(?:access[-_]?)?key|(?:access|refresh|auth)[-_]?token|private[-_]?key|account[-_]?key)\\{0,3}["']?\s{0,3}[:=]\s{0,3}\\{0,3}["']?)[^\s"',;&]{6,}/gi
/** A variable of an environment that is called like one: coding agents read such files aloud. */
const variable =
  /\b([A-Z][A-Z0-9_]{0,60}(?:TOKEN|SECRET|KEY|PASS|CREDENTIALS)\\{0,3}["']?\s{0,3}[:=]\s{0,3}\\{0,3}["']?)[^\s"',;&]{8,}/g
const email = /\b[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b/g
const dataUrl = /\bdata:([\w.+-]+\/[\w.+-]+)?((?:;[\w=.+-]+)*),([\w+/%=.~-]*)/gi
/** No text of people is like this for so long. */
const base64 = /[\w+/-]{256,}={0,2}/g

export interface Redaction {
  /** Texts that must not appear, whatever they look like: the caller's own key. */
  readonly exact: readonly string[]
  readonly emails: boolean
}

/** A text without what must not be kept: credentials, and data that would only fill the table. */
export function redactText(text: string, { exact, emails }: Redaction): string {
  let out = text
  for (const secret of exact) out = out.replaceAll(secret, MASK)
  if (/data:/i.test(out)) out = out.replace(dataUrl, describeData)
  out = out.replace(base64, run => (isEncoded(run) ? `[base64, ${sizeOf(run)} bytes]` : run))
  for (const pattern of secrets) out = out.replace(pattern, MASK)
  out = out.replace(named, `$1${MASK}`).replace(variable, `$1${MASK}`)
  return emails ? out.replace(email, MASK) : out
}

const describeData = (_: string, type = 'text/plain', options: string, data: string): string => {
  const size = /;base64/i.test(options) ? sizeOf(data) : data.length
  return `[data:${type}, ${size} bytes]`
}

/** Of base64; at most two characters at its end only fill it up. */
const sizeOf = (run: string): number => Math.floor((run.replace(/={1,2}$/, '').length * 3) / 4)
/** A long word without a break is no data unless it mixes its letters. */
const isEncoded = (run: string): boolean => /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run)

export const redactHeaders = (headers: Headers, redaction: Redaction): Record<string, string> => {
  const kept: Record<string, string> = {}
  for (const [name, value] of headers)
    kept[name] = secretHeader.test(name) ? MASK : redactText(value.slice(0, HEADER), redaction)
  return kept
}
/** Characters of a header's value. */
const HEADER = 1024

/** So much is looked at behind what is kept, so that no secret is cut in two and half of it kept. */
const MARGIN = 512
/** Levels of nesting; what lies deeper is left out. */
const DEPTH = 64

export interface Cut {
  readonly text: string
  /** Something was left out. */
  readonly isCut: boolean
}

/**
 * A parsed body as redacted JSON text of about `limit` characters at most, not counting escapes. The work is bounded as well,
 * whatever the size of the body: behind the limit nobody looks any more.
 */
export function redactJson(value: unknown, limit: number, redaction: Redaction): Cut {
  let left = limit
  let isCut = false

  const dropped = (): string => {
    isCut = true
    return '[cut]'
  }
  function text(value: string): string {
    if (left <= 0) return dropped()
    const isLong = value.length > left + MARGIN
    // Data are described, not cut: their size is what somebody wants to know.
    const data = isLong ? describe(value) : undefined
    if (data !== undefined) return data
    const seen = redactText(isLong ? value.slice(0, left + MARGIN) : value, redaction)
    const kept = seen.slice(0, isLong ? Math.min(left, seen.length - MARGIN) : left)
    left -= kept.length
    if (kept.length < seen.length || isLong) return `${kept}${dropped()}`
    return kept
  }
  function walk(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return text(value)
    left -= 4
    if (typeof value !== 'object' || value === null) return value
    if (left <= 0 || depth > DEPTH) return dropped()
    if (Array.isArray(value)) return list(value, depth)
    const out: Record<string, unknown> = {}
    for (const [field, inner] of Object.entries(value)) {
      if (left <= 0) {
        out['…'] = dropped()
        break
      }
      left -= field.length
      const name = field.length > NAME ? `${field.slice(0, NAME)}…` : field
      out[redactText(name, redaction)] = isSecret(field) && inner !== null ? MASK : walk(inner, depth + 1)
    }
    return out
  }
  function list(values: readonly unknown[], depth: number): unknown[] {
    const out: unknown[] = []
    for (const inner of values) {
      out.push(walk(inner, depth + 1))
      if (left <= 0 && out.length < values.length) {
        out.push(dropped())
        break
      }
    }
    return out
  }

  const json = JSON.stringify(walk(value, 0)) ?? 'null'
  return { text: json, isCut }
}

const isSecret = (field: string): boolean => secretField.test(field) || ownSecretField.test(field)

/** Characters of a field's name. */
const NAME = 256

/** What a long text is that begins as data do; undefined for others. */
function describe(value: string): string | undefined {
  const beginning = value.slice(0, NAME)
  const [prefix, type = 'text/plain'] = /^data:([\w.+-]+\/[\w.+-]+)?[^,]{0,100},/i.exec(beginning) ?? []
  if (prefix !== undefined)
    return `[data:${type}, ${Math.floor((value.length - prefix.length) * 0.75)} bytes]`
  const isRun = /^[\w+/-]+$/.test(beginning) && isEncoded(beginning)
  return isRun ? `[base64, ${Math.floor(value.length * 0.75)} bytes]` : undefined
}

/*
 * Forms whose answers arrive while one reads (`data-stream`): a line of JSON for each piece of news, for each panel whose
 * field names something. What arrives is text and stays text, whatever is in it. Without this the browser sends the form.
 */

/** Ends the calls under way; undefined while there are none. */
let stopping

const placeIn = (panel, name) => panel.querySelector(`[data-place="${name}"]`)

function writePlace(panel, name, text, isMore) {
  const place = placeIn(panel, name)
  if (place === null || (isMore && text === '')) return
  // Whoever has moved up reads there; others see what comes.
  const isAtEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 40
  if (isMore && place.lastChild !== null) place.lastChild.appendData(text)
  else place.textContent = text
  const held = place.closest('[data-held]')
  if (held !== null) held.hidden = place.textContent === ''
  if (isMore && isAtEnd) place.scrollTop = place.scrollHeight
}

function clearPanel(panel) {
  for (const { dataset } of panel.querySelectorAll('[data-place]')) writePlace(panel, dataset.place, '')
  for (const way of panel.querySelectorAll('[data-way]')) way.hidden = true
  panel.dataset.tone = 'busy'
  writePlace(panel, 'state', 'Sending')
}

function endPanel(panel, state, note) {
  panel.dataset.tone = 'bad'
  writePlace(panel, 'state', state)
  writePlace(panel, 'note', note)
}

/** At the field, as the server would have drawn it. */
function blameField(field, message) {
  const line = document.createElement('p')
  line.className = 'mistake'
  line.id = `${field.id}-error`
  line.textContent = message
  field.after(line)
  field.setAttribute('aria-invalid', 'true')
  field.setAttribute('aria-describedby', `${line.id} ${field.getAttribute('aria-describedby') ?? ''}`.trim())
  for (let box = field.closest('details'); box; box = box.parentElement.closest('details')) box.open = true
}

function forgiveFields(form) {
  for (const field of form.querySelectorAll('[aria-invalid]')) {
    const others = (field.getAttribute('aria-describedby') ?? '').replace(`${field.id}-error`, '').trim()
    field.removeAttribute('aria-invalid')
    field.setAttribute('aria-describedby', others)
  }
  for (const line of form.querySelectorAll('.mistake')) line.remove()
}

function tellPanel(form, panel, { put = {}, add = {}, links = {}, tone, mistake }) {
  if (mistake !== undefined) {
    const field = form.elements[mistake.field === 'model' ? panel.dataset.panel : mistake.field]
    panel.hidden = true
    // The other panel may have said so already.
    if (field !== undefined && !field.hasAttribute('aria-invalid')) blameField(field, mistake.message)
    return
  }
  panel.hidden = false
  if (tone !== undefined) panel.dataset.tone = tone
  for (const name in put) writePlace(panel, name, put[name])
  for (const name in add) writePlace(panel, name, add[name], true)
  for (const name in links) {
    const way = panel.querySelector(`[data-way="${name}"]`)
    way.href = links[name]
    way.hidden = false
  }
}

async function askPanel(form, panel, { csrf, ...fields }, signal) {
  const response = await fetch(form.dataset.stream, {
    method: 'POST',
    signal,
    headers: { 'content-type': 'application/json', ...(csrf && { 'x-csrf-token': csrf }) },
    body: JSON.stringify({ ...fields, model: fields[panel.dataset.panel] }),
  })
  if (response.status === 401) {
    sayOver(comingBack(document.getElementById('session-over').content.cloneNode(true)), form)
    return endPanel(panel, 'Not asked', 'Your session has ended: sign in, then send it again.')
  }
  if (!response.ok) {
    const said = await response.json().catch(() => undefined)
    return endPanel(
      panel,
      'Not asked',
      said?.error?.message ?? `The gateway answered with status ${response.status}`,
    )
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = (rest + read.value).split('\n')
    rest = lines.pop()
    for (const line of lines) if (line !== '') tellPanel(form, panel, JSON.parse(line))
  }
  if (panel.dataset.tone === 'busy') endPanel(panel, 'Broke off', 'The gateway went away before it was done.')
}

const STOPPED = [
  'Stopped',
  'Nobody listens any more: Requests has what became of the call, and what it cost.',
]
const UNREACHABLE = ['Broke off', 'The gateway cannot be reached: check that it is running, and try again.']

/** More is not kept (characters). */
const LONGEST_KEPT = 100_000

/** What is long, or nobody else's business, is kept by this tab alone, for when the page is loaded anew. */
const textsOf = form =>
  [...form.querySelectorAll('textarea')]
    .map(({ name, value }) => [name, value])
    .filter(([, text]) => text.length <= LONGEST_KEPT)

/** The address leads back to the form as it was sent; the texts are not in it. */
function keepAddress(form, fields) {
  const address = new URL(location.href)
  for (const name of form.dataset.address.split(' ')) {
    if (fields[name]) address.searchParams.set(name, fields[name])
    else address.searchParams.delete(name)
  }
  history.replaceState({ ...history.state, texts: textsOf(form) }, '', address)
}

document.addEventListener('DOMContentLoaded', () => {
  const form = document.querySelector('form[data-stream]')
  if (form === null) return
  for (const [name, text] of history.state?.texts ?? []) {
    const field = form.elements[name]
    // What the browser itself has put there is newer.
    if (field?.value !== field?.defaultValue) continue
    field.value = text
    const box = field.closest('details')
    if (box !== null && text !== '') box.open = true
  }
})

async function askPanels(form) {
  const [send, stop] = [form.querySelector('[type=submit]'), form.querySelector('[data-stop]')]
  const fields = Object.fromEntries(new FormData(form))
  const controller = new AbortController()
  stopping = controller
  keepAddress(form, fields)
  forgiveFields(form)
  stop.hidden = false
  if (document.activeElement === send) stop.focus()
  send.disabled = true
  const calls = [...document.querySelectorAll('[data-panel]')].map(async panel => {
    // The first is always asked: without a name it says that it needs one.
    panel.hidden = panel.dataset.panel !== 'model' && !fields[panel.dataset.panel]
    if (panel.hidden) return
    clearPanel(panel)
    writePlace(panel, 'name', fields[panel.dataset.panel])
    try {
      await askPanel(form, panel, fields, controller.signal)
    } catch {
      // What has ended before is as it was.
      if (panel.dataset.tone === 'busy')
        endPanel(panel, ...(controller.signal.aborted ? STOPPED : UNREACHABLE))
    }
  })
  await Promise.all(calls)
  stopping = undefined
  send.disabled = false
  const wrong = form.querySelector('[aria-invalid]')
  if (wrong !== null) wrong.focus()
  else if (document.activeElement === stop) send.focus()
  stop.hidden = true
}

document.addEventListener('submit', event => {
  const form = event.target
  if (form.dataset.stream === undefined) return
  event.preventDefault()
  if (stopping === undefined) askPanels(form)
})

document.addEventListener('click', event => {
  if (event.target.closest('[data-stop]') !== null) stopping?.abort()
})

document.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
  event.target.closest('form[data-stream]')?.requestSubmit()
})
